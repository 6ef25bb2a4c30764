#include "services/store_service.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// Does not let manifests be written while `refuses` is set.
class RefusesManifests final : public ForwardingFileSystem {
 public:
  explicit RefusesManifests(std::unique_ptr<FileSystem> files)
      : ForwardingFileSystem(*files), owned_(std::move(files)) {}

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    if (refuses && path.find("MANIFEST") != std::string::npos) {
      return Error(ErrorCode::kIo, "cannot open: Input/output error").At(path);
    }
    return ForwardingFileSystem::OpenWritable(path, mode);
  }

  bool refuses = false;

 private:
  const std::unique_ptr<FileSystem> owned_;
};

class StoreServiceTest : public WorkspaceTest {
 protected:
  StoreServiceTest() {
    auto files = std::make_unique<RefusesManifests>(std::move(files_));
    manifests_ = files.get();
    files_ = std::move(files);
    options_.historian.background = false;
    Open();
    IngestSeries("plant/a", kMidnight, std::chrono::seconds(1), 100, [](int i) { return 1.0 * i; });
    EXPECT_TRUE(workspace().historian().Flush().ok());
  }

  Result<std::uint64_t> Delete() {
    return services().store().Delete({.path = "plant/a",
                                      .range = {kMidnight, kMidnight + std::chrono::seconds(10)},
                                      .reason = "sensor was swapped"},
                                     "anna");
  }

  /// Action and detail, newest first.
  std::vector<std::string> Audit() {
    const auto entries = workspace().catalog().audit().List(10);
    EXPECT_TRUE(entries.ok());
    std::vector<std::string> texts;
    if (!entries.ok()) return texts;
    for (const AuditEntry& entry : *entries) texts.push_back(entry.action + ": " + entry.detail);
    return texts;
  }

  void RefuseAuditEntries() {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((directory() + "/catalog.sqlite").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database,
                           "CREATE TRIGGER refuse BEFORE INSERT ON audit "
                           "BEGIN SELECT RAISE(ABORT, 'the catalog is full'); END",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(database);
  }

  RefusesManifests* manifests_ = nullptr;
};

TEST_F(StoreServiceTest, ADeletionHasOneEntry) {
  const auto deleted = Delete();
  ASSERT_TRUE(deleted.ok()) << deleted.error().ToString();
  EXPECT_EQ(*deleted, 10U);
  const auto audit = Audit();
  EXPECT_THAT(audit.front(), HasSubstr("samples.delete: plant/a from 2018-01-01"));
  EXPECT_THAT(audit, testing::Not(Contains(HasSubstr("samples.delete_failed"))));
}

TEST_F(StoreServiceTest, ADeletionThatFailsIsRecordedAsFailed) {
  manifests_->refuses = true;
  const auto deleted = Delete();
  manifests_->refuses = false;
  ASSERT_FALSE(deleted.ok());
  const auto audit = Audit();
  EXPECT_THAT(audit[0], HasSubstr("samples.delete_failed: plant/a from 2018-01-01"));
  EXPECT_THAT(audit[0], HasSubstr("Input/output error"));
  EXPECT_THAT(audit[1], HasSubstr("samples.delete: plant/a"));
  EXPECT_THAT(audit[1], HasSubstr("sensor was swapped"));
}

TEST_F(StoreServiceTest, NothingIsDeletedWithoutAnEntry) {
  RefuseAuditEntries();
  EXPECT_FALSE(Delete().ok());
  EXPECT_EQ(workspace().historian().Stats().samples, 100U);
}

TEST_F(StoreServiceTest, ABackupIsToldAsFinishedThoughTheAuditEntryFails) {
  RefuseAuditEntries();
  const std::string target = directory() + ".backup";
  const auto report = services().store().Backup(target, "anna", {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_THAT(report->problems, Contains(HasSubstr("no entry of backup " + report->name)));
  EXPECT_THAT(report->problems, Contains(HasSubstr("the catalog is full")));
  const auto restored =
      RestoreBackup(*files_, clock_,
                    {.target = target, .name = report->name, .directory = directory() + ".copy"});
  EXPECT_TRUE(restored.ok()) << restored.error().ToString();
}

}  // namespace
}  // namespace bedplate

// Two backups into one target at the same time: the second is refused, and where the file system
// has no locks they do not touch each other's files.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "services/backup.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

/// Calls `meanwhile` once, before the second piece of a segment is written.
class PausesInASegment final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    auto file = ForwardingFileSystem::OpenWritable(path, mode);
    if (!file.ok() || !path.ends_with(".seg.tmp")) return file;
    return std::unique_ptr<WritableFile>(std::make_unique<File>(*std::move(file), *this));
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    if (has_locks) return ForwardingFileSystem::Lock(path);
    return Error(ErrorCode::kIo, "cannot lock: No locks available").At(path);
  }

  std::function<void()> meanwhile;
  bool has_locks = true;

 private:
  class File final : public WritableFile {
   public:
    File(std::unique_ptr<WritableFile> file, PausesInASegment& owner)
        : file_(std::move(file)), owner_(owner) {}
    Status Append(std::span<const std::byte> bytes) override {
      if (++pieces_ == 2 && owner_.meanwhile) std::exchange(owner_.meanwhile, nullptr)();
      return file_->Append(bytes);
    }
    Status Sync() override { return file_->Sync(); }
    Status Close() override { return file_->Close(); }
    Status CheckLinked() const override { return file_->CheckLinked(); }
    [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

   private:
    const std::unique_ptr<WritableFile> file_;
    PausesInASegment& owner_;
    int pieces_ = 0;
  };
};

class BackupLockTest : public WorkspaceTest {
 protected:
  BackupLockTest() {
    options_.historian.background = false;
    Open();
    IngestSeries("plant/a", kMidnight, std::chrono::seconds(1), 10, [](int i) { return 1.0 * i; });
    EXPECT_TRUE(Backup(*files_, {}).ok());
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(0, 1);
    IngestSeries("plant/b", kMidnight, std::chrono::milliseconds(100), 400'000,
                 [&](int) { return Value(uniform(random)); });
    EXPECT_TRUE(workspace().historian().Flush().ok());
  }

  [[nodiscard]] std::string target() const { return directory() + ".backups"; }

  Result<BackupReport> Backup(FileSystem& files, const CancelToken& cancel) {
    clock_.Advance(std::chrono::seconds(1));
    return WriteBackup(files, clock_, workspace(), target(), cancel);
  }

  void ExpectSoundTarget(std::uint64_t backups) {
    const auto check = CheckBackups(*files_, target(), {});
    ASSERT_TRUE(check.ok()) << check.error().ToString();
    EXPECT_EQ(check->backups, backups);
    EXPECT_EQ(check->problems, std::vector<std::string>());
    for (const auto& file : fs::recursive_directory_iterator(target())) {
      EXPECT_FALSE(file.path().string().ends_with(".tmp")) << file.path();
    }
  }
};

TEST_F(BackupLockTest, TheSecondIsRefusedWhileChecksAndRestoresGoOn) {
  PausesInASegment files(*files_);
  std::optional<Result<BackupReport>> second;
  bool are_others_ok = false;
  files.meanwhile = [&] {
    second = Backup(*files_, {});
    const RestoreRequest request{
        .target = target(), .name = {}, .directory = directory() + ".copy"};
    are_others_ok =
        CheckBackups(*files_, target(), {}).ok() && RestoreBackup(*files_, clock_, request).ok();
  };
  const auto first = Backup(files, {});
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  ASSERT_TRUE(second.has_value());
  ASSERT_FALSE(second->ok());
  EXPECT_EQ(second->error().code(), ErrorCode::kConflict);
  EXPECT_THAT(second->error().ToString(), HasSubstr(target() + "/LOCK"));
  EXPECT_TRUE(are_others_ok);
  ExpectSoundTarget(2);
  EXPECT_TRUE(Backup(*files_, {}).ok());
  ExpectSoundTarget(3);
}

TEST_F(BackupLockTest, WithoutLocksTheyDoNotSpoilEachOther) {
  PausesInASegment files(*files_);
  PausesInASegment others(*files_);
  files.has_locks = others.has_locks = false;
  const CancelToken cancel = CancelToken::Make();
  std::optional<Result<BackupReport>> second;
  others.meanwhile = [&] { cancel.Cancel(); };
  files.meanwhile = [&] { second = Backup(others, cancel); };
  const auto first = Backup(files, {});
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_THAT(first->notes, Contains(HasSubstr("No locks available")));
  ASSERT_TRUE(second.has_value());
  ASSERT_FALSE(second->ok());
  EXPECT_EQ(second->error().code(), ErrorCode::kCancelled);
  ExpectSoundTarget(2);
}

TEST_F(BackupLockTest, WhatAKilledOneLeftIsNoObstacle) {
  const std::string unfinished = target() + "/segments/2018-x-0000000001-0.seg.tmp";
  std::ofstream(unfinished) << "half of a segment";
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = MakePosixFileSystem()->Lock(target() + "/LOCK");
    const char is_locked = lock.ok() ? '1' : '0';
    static_cast<void>(!::write(pipe[1], &is_locked, 1));
    for (;;) ::pause();
  }
  char is_locked = 0;
  ASSERT_EQ(::read(pipe[0], &is_locked, 1), 1);
  EXPECT_EQ(is_locked, '1');
  EXPECT_EQ(Backup(*files_, {}).error().code(), ErrorCode::kConflict);
  EXPECT_TRUE(fs::exists(unfinished));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(pipe[0]);
  ::close(pipe[1]);
  const auto report = Backup(*files_, {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  ExpectSoundTarget(2);
}

}  // namespace
}  // namespace bedplate

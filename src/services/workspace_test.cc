#include "services/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace fs = std::filesystem;

void WriteText(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class WorkspaceFilesTest : public WorkspaceTest {
 protected:
  Result<std::string> Init() { return Workspace::Init(*files_, clock_, directory()); }
  Result<std::unique_ptr<Workspace>> TryOpen() {
    return Workspace::Open(*files_, clock_, directory(), {});
  }
  std::vector<std::string> Repair() {
    auto losses = Workspace::Repair(*files_, clock_, directory(), {});
    EXPECT_TRUE(losses.ok()) << losses.error().ToString();
    return losses.ok() ? std::move(losses).value() : std::vector<std::string>();
  }
  [[nodiscard]] std::string File(std::string_view name) const {
    return JoinPath(directory(), name);
  }
};

TEST_F(WorkspaceFilesTest, InitMakesAPrivateDirectoryWithTheAdminsToken) {
  const auto token = Init();
  ASSERT_TRUE(token.ok()) << token.error().ToString();
  EXPECT_EQ(fs::status(directory()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(File("admin.token")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(ReadText(File("admin.token")), token.value() + "\n");

  const auto workspace = TryOpen();
  ASSERT_TRUE(workspace.ok()) << workspace.error().ToString();
  const auto verified = workspace.value()->catalog().tokens().Verify(token.value());
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified.value().role, Role::kAdmin);
}

TEST_F(WorkspaceFilesTest, InitTwiceIsRefusedAndChangesNothing) {
  ASSERT_TRUE(Init().ok());
  const std::string token = ReadText(File("admin.token"));
  const auto again = Init();
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadText(File("admin.token")), token);
}

TEST_F(WorkspaceFilesTest, InitLeavesAForeignDirectoryAlone) {
  fs::create_directories(directory());
  WriteText(File("thesis.tex"), "years of work");
  const auto made = Init();
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(made.error().ToString(), HasSubstr("thesis.tex"));
  EXPECT_FALSE(fs::exists(File("catalog.sqlite")));
}

TEST_F(WorkspaceFilesTest, InitRefusesAFile) {
  WriteText(directory(), "a file");
  EXPECT_FALSE(Init().ok());
  EXPECT_EQ(ReadText(directory()), "a file");
}

TEST_F(WorkspaceFilesTest, AnInterruptedInitCanBeRepeated) {
  ASSERT_TRUE(Init().ok());
  fs::remove(File("bedplate.json"));  // what Init writes last
  const auto token = Init();
  ASSERT_TRUE(token.ok()) << token.error().ToString();
  const auto workspace = TryOpen();
  ASSERT_TRUE(workspace.ok()) << workspace.error().ToString();
  EXPECT_TRUE(workspace.value()->catalog().tokens().Verify(token.value()).ok());
}

TEST_F(WorkspaceFilesTest, ARepeatedInitLeavesNoTokenThatNobodyHas) {
  const auto lost = Init();
  ASSERT_TRUE(lost.ok());
  fs::remove(File("admin.token"));
  fs::remove(File("bedplate.json"));
  ASSERT_TRUE(Init().ok());
  const auto workspace = TryOpen();
  ASSERT_TRUE(workspace.ok()) << workspace.error().ToString();
  EXPECT_FALSE(workspace.value()->catalog().tokens().Verify(lost.value()).ok());
}

TEST_F(WorkspaceFilesTest, OpenNamesAnUnfinishedRestore) {
  fs::create_directory(directory());
  WriteText(File("restore.unfinished"), "2026-01-02T03-04-05Z");
  const auto opened = TryOpen();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(opened.error().ToString(), HasSubstr("restore of '2026-01-02T03-04-05Z'"));
}

TEST_F(WorkspaceFilesTest, WhatIsOpenedIsNoLongerARestore) {
  ASSERT_TRUE(Init().ok());
  WriteText(File("restore.unfinished"), "2026-01-02T03-04-05Z");
  ASSERT_TRUE(TryOpen().ok());
  EXPECT_FALSE(fs::exists(File("restore.unfinished")));
}

TEST_F(WorkspaceFilesTest, OpenNeedsADataDirectory) {
  const auto absent = TryOpen();
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(absent.error().ToString(), HasSubstr("bedplate init " + directory()));
}

TEST_F(WorkspaceFilesTest, OpenRefusesWhatANewerBedplateMade) {
  ASSERT_TRUE(Init().ok());
  WriteText(File("bedplate.json"), "{\"format\": 2}\n");
  const auto newer = TryOpen();
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(newer.error().ToString(), HasSubstr("format 2"));
}

TEST_F(WorkspaceFilesTest, ADamagedFormatFileIsDamageAndRepaired) {
  for (const std::string& text : {std::string(), std::string("{\"format\": \"one\"}"),
                                 std::string("&\"format\": 1"), std::string(100'000, 'x')}) {
    SCOPED_TRACE(text.substr(0, 20));
    Open();
    IngestSeries("mill/power", kMidnight, std::chrono::seconds(1), 2,
                 [](int i) { return 1.5 * i; });
    const std::string id = workspace().id();
    Close();
    WriteText(File("bedplate.json"), text);
    const auto broken = TryOpen();
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(broken.error().ToString(), HasSubstr("bedplate.json: the file is damaged"));
    EXPECT_THAT(broken.error().ToString(), HasSubstr("check --repair"));
    const auto checked = Workspace::CheckFiles(*files_, clock_, directory(), {});
    ASSERT_TRUE(checked.ok()) << checked.error().ToString();
    EXPECT_THAT(checked->problems, ElementsAre(HasSubstr("bedplate.json: the file is damaged")));
    EXPECT_EQ(checked->samples, 2U);
    EXPECT_THAT(Repair(), ElementsAre(HasSubstr("a new id")));
    EXPECT_THAT(Repair(), IsEmpty());
    Reopen();
    EXPECT_NE(workspace().id(), id);
    Close();
    fs::remove_all(directory());
  }
}

TEST_F(WorkspaceFilesTest, ARepairedFormatFileKeepsTheIdThatIsLeftInIt) {
  Open();
  const std::string id = workspace().id();
  Close();
  WriteText(File("bedplate.json"), "*\"format\": 1, \"id\": \"" + id + "\"}\n");
  EXPECT_THAT(Repair(), ElementsAre(HasSubstr("nothing is lost")));
  Reopen();
  EXPECT_EQ(workspace().id(), id);
}

TEST_F(WorkspaceFilesTest, AMissingFormatFileIsDamageWhereSamplesAre) {
  Open();
  Close();
  fs::remove(File("bedplate.json"));  // as an init leaves it that was cut short
  EXPECT_EQ(TryOpen().error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Workspace::CheckFiles(*files_, clock_, directory(), {}).error().code(),
            ErrorCode::kNotFound);
  Open();
  IngestSeries("mill/power", kMidnight, std::chrono::seconds(1), 2, [](int i) { return 1.5 * i; });
  Close();
  fs::remove(File("bedplate.json"));
  const auto broken = TryOpen();
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(broken.error().ToString(), HasSubstr("bedplate.json: the file is missing"));
  const auto checked = Workspace::CheckFiles(*files_, clock_, directory(), {});
  ASSERT_TRUE(checked.ok()) << checked.error().ToString();
  EXPECT_THAT(checked->problems, ElementsAre(HasSubstr("bedplate.json: the file is missing")));
  EXPECT_THAT(Repair(), ElementsAre(HasSubstr("a new id")));
  Reopen();
}

/// Every way in which the catalog keeps a directory closed: the repair makes another one, of which
/// the historian fills in its tags, and keeps the damaged one.
TEST_F(WorkspaceFilesTest, AnUnusableCatalogIsReplaced) {
  const std::string garbage(20'000, 'x');
  for (const std::string damage : {"missing", "empty", "garbage", "cut"}) {
    SCOPED_TRACE(damage);
    Open();
    IngestSeries("mill/power", kMidnight, std::chrono::seconds(1), 3,
                 [](int i) { return 1.5 * i; });
    Close();
    const std::string token = ReadText(File("admin.token"));
    if (damage == "missing") fs::remove(File("catalog.sqlite"));
    if (damage == "empty") fs::resize_file(File("catalog.sqlite"), 0);
    if (damage == "garbage") WriteText(File("catalog.sqlite"), garbage);
    if (damage == "cut") fs::resize_file(File("catalog.sqlite"), 5000);
    WriteText(File("catalog.sqlite-wal"), "of no use to another database");
    ASSERT_EQ(TryOpen().error().code(), ErrorCode::kCorruption);
    const auto checked = Workspace::CheckFiles(*files_, clock_, directory(), {});
    ASSERT_TRUE(checked.ok()) << checked.error().ToString();
    EXPECT_THAT(checked->problems, ElementsAre(HasSubstr("catalog.sqlite")));
    EXPECT_EQ(checked->samples, 3U);

    EXPECT_THAT(Repair(), ElementsAre(AllOf(HasSubstr("catalog.sqlite: "), HasSubstr("tokens"))));
    EXPECT_THAT(Repair(), IsEmpty());
    EXPECT_FALSE(fs::exists(File("catalog.sqlite-wal")));
    EXPECT_EQ(fs::exists(File("quarantine/catalog-1/catalog.sqlite")), damage != "missing");
    if (damage == "garbage") {
      EXPECT_EQ(ReadText(File("quarantine/catalog-1/catalog.sqlite")), garbage);
    }
    Reopen();
    const auto tag = workspace().catalog().plant().FindTag("mill/power");
    ASSERT_TRUE(tag.ok() && tag->has_value());
    EXPECT_EQ((*tag)->type, ValueType::kDouble);
    std::string secret = ReadText(File("admin.token"));
    EXPECT_NE(secret, token);
    secret.pop_back();
    EXPECT_EQ(workspace().catalog().tokens().Verify(secret)->role, Role::kAdmin);
    EXPECT_TRUE(workspace().Health().ok());
    Close();
    fs::remove_all(directory());
  }
}

/// The second catalog that is damaged does not take the place of the first in the quarantine.
TEST_F(WorkspaceFilesTest, EachReplacedCatalogIsKept) {
  Open();
  Close();
  for (const std::string number : {"1", "2"}) {
    WriteText(File("catalog.sqlite"), "damage " + number + std::string(5000, 'x'));
    // A repair that was cut short left its begun catalog.
    WriteText(File("catalog.sqlite.new"), "half a catalog");
    EXPECT_THAT(Repair(), ElementsAre(HasSubstr("quarantine/catalog-" + number)));
    EXPECT_FALSE(fs::exists(File("catalog.sqlite.new")));
  }
  EXPECT_THAT(ReadText(File("quarantine/catalog-1/catalog.sqlite")), StartsWith("damage 1"));
  EXPECT_THAT(ReadText(File("quarantine/catalog-2/catalog.sqlite")), StartsWith("damage 2"));
}

TEST_F(WorkspaceFilesTest, OpenRefusesADamagedCatalog) {
  ASSERT_TRUE(Init().ok());
  WriteText(File("catalog.sqlite"), std::string(8192, 'x'));
  const auto damaged = TryOpen();
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code(), ErrorCode::kCorruption);
}

/// A store that was there once is never made anew: its loss is told, and nothing is put in its
/// place.
TEST_F(WorkspaceFilesTest, OpenNamesAStoreThatIsMissingOrEmpty) {
  for (const char* name : {"catalog.sqlite", "historian", "historian/MANIFEST"}) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(Init().ok());
    fs::remove_all(File(name));
    fs::remove(File("historian/segments/MANIFEST"));  // else it stands in for the first one
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(File(name) + suffix);
    const auto opened = TryOpen();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(opened.error().ToString(), HasSubstr(File(name)));
    EXPECT_THAT(opened.error().ToString(), HasSubstr("missing"));
    EXPECT_FALSE(fs::exists(File(name)));
    fs::remove_all(directory());
  }
  ASSERT_TRUE(Init().ok());
  fs::resize_file(File("catalog.sqlite"), 0);
  const auto opened = TryOpen();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(opened.error().ToString(), HasSubstr(File("catalog.sqlite") + ": the file is empty"));
}

TEST_F(WorkspaceFilesTest, OneOfTwoManifestsIsEnough) {
  for (const char* name : {"historian/MANIFEST", "historian/segments/MANIFEST"}) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(Init().ok());
    fs::resize_file(File(name), 0);
    EXPECT_TRUE(TryOpen().ok());
    EXPECT_GT(fs::file_size(File(name)), 0U);
    fs::remove_all(directory());
  }
}

TEST_F(WorkspaceFilesTest, ASecondOpenNamesTheProcessAndItsAddress) {
  Open();
  ASSERT_TRUE(workspace().PublishAddress("http://127.0.0.1:8080").ok());
  const auto second = TryOpen();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(second.error().ToString(), HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().ToString(), HasSubstr("http://127.0.0.1:8080"));
  // The failed attempt took nothing away from the holder.
  EXPECT_EQ(Workspace::ReadOwner(*files_, directory())->address, "http://127.0.0.1:8080");
  EXPECT_EQ(TryOpen().error().code(), ErrorCode::kConflict);
}

TEST_F(WorkspaceFilesTest, ClosingGivesTheDirectoryFree) {
  Open();
  EXPECT_EQ(Workspace::ReadOwner(*files_, directory())->pid, ::getpid());
  Close();
  EXPECT_FALSE(Workspace::ReadOwner(*files_, directory()));
  Reopen();
}

TEST_F(WorkspaceFilesTest, SamplesAndTagsSurviveReopening) {
  Open();
  EXPECT_EQ(Ingest("a/b", {{kMidnight, 1.5, kGood}}).stored, 1U);
  Reopen();
  const auto view = services().tags().Find("a/b");
  ASSERT_TRUE(view.ok());
  ASSERT_TRUE(view.value().series);
  EXPECT_EQ(view.value().series->samples, 1U);
  EXPECT_EQ(workspace().historian().Last(view.value().series->id).value()->value, Value(1.5));
}

/// What the repair of the samples has found is told, whatever becomes of the catalog.
TEST_F(WorkspaceFilesTest, ARepairTellsOfTheLogThoughTheCatalogCannotBeMended) {
  Open();
  Ingest("a/b", {{kMidnight, 1.5, kGood}});
  Close();
  std::string log;
  for (const auto& entry : fs::directory_iterator(File("historian/wal"))) {
    if (entry.path().extension() == ".wal") log = std::max(log, entry.path().string());
  }
  std::string content = ReadText(log);
  content.back() = static_cast<char>(content.back() ^ 0x40);
  WriteText(log, content);
  // Neither can be opened, nor can another one be put in its place.
  fs::remove(File("catalog.sqlite"));
  fs::create_directory(File("catalog.sqlite"));
  WriteText(File("quarantine"), "in the way");
  const auto losses = Workspace::Repair(*files_, clock_, directory(), {});
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses,
              ::testing::Contains(::testing::AllOf(HasSubstr(log), HasSubstr("are lost"))));
  EXPECT_THAT(*losses, ::testing::Contains(HasSubstr("catalog.sqlite")));
}

TEST_F(WorkspaceFilesTest, TheQueryEngineStartsOnce) {
  Open();
  const auto first = workspace().Query();
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_EQ(workspace().Query().value(), first.value());
}

}  // namespace
}  // namespace bedplate

#include "services/backup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "services/backup_contents.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

namespace fs = std::filesystem;

constexpr int kSamples = 5000;

class BackupDamageTest : public WorkspaceTest {
 protected:
  BackupDamageTest() {
    options_.historian.background = false;
    Open();
    Store("plant/a", 0);
  }

  /// Samples of two tags in a segment of their own.
  void Store(const std::string& path, int hour) {
    for (const std::string& tag : {path, path + "2"}) {
      IngestSeries(tag, kMidnight + std::chrono::hours(hour), std::chrono::milliseconds(100),
                   kSamples, [&](int) { return Value(static_cast<double>(random_() % 1000) / 8); });
    }
    ASSERT_TRUE(workspace().historian().Flush().ok());
  }

  std::mt19937 random_{7};

  [[nodiscard]] std::string target() const { return directory() + ".backups"; }
  [[nodiscard]] std::string restored() const { return directory() + ".restored"; }

  BackupReport Backup() {
    clock_.Advance(std::chrono::seconds(1));
    auto report = WriteBackup(*files_, clock_, workspace(), target(), {});
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return report.ok() ? *std::move(report) : BackupReport();
  }

  Result<BackupReport> Restore(bool repairs, const std::string& name = "") {
    fs::remove_all(restored());
    return RestoreBackup(
        *files_, clock_,
        {.target = target(), .name = name, .directory = restored(), .repairs = repairs});
  }

  std::vector<std::string> ProblemsOfTarget() {
    auto report = CheckBackups(*files_, target(), {});
    EXPECT_TRUE(report.ok());
    return report.ok() ? report->problems : std::vector<std::string>{"no report"};
  }

  /// How many samples what was restored has, after its check found nothing.
  std::uint64_t SamplesRestored() {
    const auto check = Workspace::CheckFiles(*files_, clock_, restored(), {});
    EXPECT_TRUE(check.ok()) << check.error().ToString();
    if (!check.ok()) return 0;
    EXPECT_EQ(check->problems, std::vector<std::string>());
    const auto opened = Workspace::Open(*files_, clock_, restored(), options_);
    EXPECT_TRUE(opened.ok()) << opened.error().ToString();
    return opened.ok() ? (*opened)->historian().Stats().samples : 0;
  }

  static std::vector<fs::path> FilesIn(const std::string& folder) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  [[nodiscard]] std::vector<fs::path> Segments() const {
    return FilesIn(directory() + "/historian/segments");
  }
  [[nodiscard]] std::vector<fs::path> SegmentsInTarget() const {
    return FilesIn(target() + "/segments");
  }

  static std::string Read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void Flip(const fs::path& path, std::size_t at, std::size_t count = 3) {
    std::string content = Read(path);
    ASSERT_LT(at + count, content.size());
    for (std::size_t i = 0; i < count; ++i) content[at + i] = static_cast<char>(~content[at + i]);
    std::ofstream(path, std::ios::binary) << content;
  }

  static bool Contains(const std::vector<std::string>& texts, std::string_view part) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return text.find(part) != std::string::npos;
    });
  }
};

TEST_F(BackupDamageTest, WhatIsWholeIsRestoredWhole) {
  const BackupReport backup = Backup();
  EXPECT_EQ(backup.problems, std::vector<std::string>());
  EXPECT_EQ(backup.notes, std::vector<std::string>());
  EXPECT_EQ(Backup().problems, std::vector<std::string>());
  EXPECT_EQ(ProblemsOfTarget(), std::vector<std::string>());
  const auto report = Restore(/*repairs=*/false);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->problems, std::vector<std::string>());
  EXPECT_EQ(SamplesRestored(), 2U * kSamples);
}

TEST_F(BackupDamageTest, ADamagedSegmentIsNamedAndRecorded) {
  const fs::path segment = Segments().front();
  Flip(segment, 1000);
  const BackupReport backup = Backup();
  ASSERT_FALSE(backup.problems.empty());
  EXPECT_TRUE(Contains(backup.problems, segment.string()));
  EXPECT_TRUE(Contains(backup.problems, " samples of plant/a from ")) << backup.problems.front();
  EXPECT_TRUE(
      Contains(ProblemsOfTarget(), "in the data directory already when backup " + backup.name));
  const auto report = Restore(/*repairs=*/false);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->problems, backup.problems);
  EXPECT_EQ(Backup().problems, backup.problems);
}

TEST_F(BackupDamageTest, ADamagedSegmentTakesNoPlaceOfAWholeCopy) {
  const std::string first = Backup().name;
  const fs::path copy = SegmentsInTarget().front();
  const std::string whole = Read(copy);
  // In a block: the copy that is there serves the new backup as well.
  Flip(Segments().front(), 1000);
  EXPECT_EQ(Backup().problems, std::vector<std::string>());
  EXPECT_EQ(SegmentsInTarget().size(), 1U);
  // And where the copy has to be made anew, or is thought to be of another segment.
  Flip(Segments().front(), whole.size() - 40);
  EXPECT_FALSE(Backup().problems.empty());
  EXPECT_EQ(SegmentsInTarget().size(), 2U);
  EXPECT_EQ(Read(copy), whole);
  ASSERT_TRUE(Restore(/*repairs=*/false, first).ok());
  EXPECT_EQ(SamplesRestored(), 2U * kSamples);
}

TEST_F(BackupDamageTest, AStoredNameTellsContentsApart) {
  Store("plant/b", 1);
  Store("plant/c", 2);
  Backup();
  std::set<std::string> ends;
  for (const fs::path& path : SegmentsInTarget()) {
    const std::string name = path.filename().string();
    ends.insert(name.substr(name.find('-')));
  }
  EXPECT_EQ(ends.size(), SegmentsInTarget().size());
}

TEST_F(BackupDamageTest, AMissingOrCutSegmentEndsNoBackup) {
  Store("plant/b", 1);
  Store("plant/c", 2);
  const auto segments = Segments();
  ASSERT_GE(segments.size(), 3U);
  Reopen();  // so that no file is open
  fs::remove(segments[0]);
  fs::resize_file(segments[1], fs::file_size(segments[1]) / 2);
  const BackupReport backup = Backup();
  EXPECT_TRUE(Contains(backup.problems, segments[0].string()));
  EXPECT_TRUE(Contains(backup.problems, segments[1].string()));
  const auto report = Restore(/*repairs=*/true);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_GE(SamplesRestored(), 2U * kSamples);
}

TEST_F(BackupDamageTest, ADamagedCatalogIsNamedAndRecorded) {
  const std::string earlier = Backup().name;
  Reopen();  // so that all of it is in the file, and hardly any in memory
  const std::string catalog = directory() + "/catalog.sqlite";
  const std::size_t bytes = fs::file_size(catalog);
  for (std::size_t page = 4096; page + 64 < bytes; page += 4096) Flip(catalog, page, 8);
  const BackupReport backup = Backup();
  EXPECT_TRUE(Contains(backup.problems, catalog));
  EXPECT_TRUE(Contains(ProblemsOfTarget(), catalog));
  for (const bool repairs : {false, true}) {
    const auto report = Restore(repairs);
    ASSERT_TRUE(report.ok()) << report.error().ToString();
    EXPECT_TRUE(Contains(report->problems, catalog));
    EXPECT_EQ(Contains(report->problems, "that of backup " + earlier + " is taken instead"),
              repairs);
  }
  EXPECT_EQ(SamplesRestored(), 2U * kSamples);
  // Without another one a repair has no better either, and says so.
  fs::remove_all(target() + "/backups/" + earlier);
  const auto report = Restore(/*repairs=*/true);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_TRUE(Contains(report->problems, "it is restored damaged"));
}

/// The newest backup of a target is restored: it must not be one of another plant.
TEST_F(BackupDamageTest, ATargetIsForOneDataDirectory) {
  Backup();
  const std::string other = directory() + ".other";
  ASSERT_TRUE(Workspace::Init(*files_, clock_, other).ok());
  {
    const auto opened = *Workspace::Open(*files_, clock_, other, options_);
    const auto refused = WriteBackup(*files_, clock_, *opened, target(), {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find(workspace().id()), std::string::npos);
  }
  EXPECT_EQ(FilesIn(target() + "/backups").size(), 1U);
  // What was restored goes on with the backups that it came from.
  ASSERT_TRUE(Restore(/*repairs=*/false).ok());
  const auto restored_again = *Workspace::Open(*files_, clock_, restored(), options_);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(WriteBackup(*files_, clock_, *restored_again, target(), {}).ok());
}

/// A data directory of an earlier version has no id until it is opened.
TEST_F(BackupDamageTest, AnOlderDataDirectoryGetsAnId) {
  Close();
  std::ofstream(directory() + "/bedplate.json") << "{\"format\": 1}\n";
  Reopen();
  const std::string id = workspace().id();
  EXPECT_EQ(id.size(), 32U);
  Reopen();
  EXPECT_EQ(workspace().id(), id);
}

TEST_F(BackupDamageTest, DamageInTheTargetIsFoundAndCopiedAnew) {
  const std::string first = Backup().name;
  const fs::path copy = SegmentsInTarget().front();
  const std::string whole = Read(copy);
  const std::vector<std::function<void()>> faults{
      [&] { Flip(copy, 1000, 1); },
      [&] { fs::resize_file(copy, whole.size() / 2); },
      [&] { fs::remove(copy); },
  };
  for (const auto& damage : faults) {
    damage();
    EXPECT_TRUE(Contains(ProblemsOfTarget(), copy.string()));
    EXPECT_TRUE(Contains(ProblemsOfTarget(), first));
    const BackupReport backup = Backup();
    EXPECT_EQ(backup.problems, std::vector<std::string>());
    EXPECT_TRUE(Contains(backup.notes, copy.string()));
    EXPECT_EQ(Read(copy), whole);
    EXPECT_EQ(ProblemsOfTarget(), std::vector<std::string>());
  }
}

TEST_F(BackupDamageTest, WhenStoreAndTargetAreDamagedBothAreNamed) {
  Backup();
  const fs::path copy = SegmentsInTarget().front();
  Flip(copy, 1000);
  Flip(Segments().front(), 1000);
  const std::string before = Read(copy);
  const BackupReport backup = Backup();
  EXPECT_TRUE(Contains(backup.problems, copy.string()));
  EXPECT_TRUE(Contains(backup.problems, Segments().front().string()));
  EXPECT_EQ(Read(copy), before);
}

TEST_F(BackupDamageTest, ARestoreNamesWhatIsDamagedAndGoesWithoutItWhenAsked) {
  Store("plant/b", 1);
  Backup();
  Flip(SegmentsInTarget().front(), 1000);
  const auto refused = Restore(/*repairs=*/false);
  ASSERT_FALSE(refused.ok());
  const std::string text = refused.error().ToString();
  EXPECT_NE(text.find(SegmentsInTarget().front().string()), std::string::npos) << text;
  EXPECT_NE(text.find(" samples of plant/a from "), std::string::npos) << text;
  EXPECT_NE(text.find("restore --repair"), std::string::npos) << text;
  EXPECT_FALSE(fs::exists(restored()));

  const auto report = Restore(/*repairs=*/true);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_TRUE(Contains(report->problems, " samples of plant/a from "));
  EXPECT_FALSE(fs::exists(restored() + "/restore.unfinished"));
  EXPECT_TRUE(fs::exists(restored() + "/historian/quarantine"));
  const std::uint64_t samples = SamplesRestored();
  EXPECT_LT(samples, 4U * kSamples);
  EXPECT_GE(samples, 3U * kSamples);
}

TEST_F(BackupDamageTest, ARestoreTakesTheCatalogOfAnotherBackup) {
  const std::string first = Backup().name;
  const std::string second = Backup().name;
  Flip(target() + "/backups/" + second + "/catalog.sqlite", 5000);
  EXPECT_FALSE(Restore(/*repairs=*/false).ok());
  const auto report = Restore(/*repairs=*/true);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_TRUE(Contains(report->problems, "that of backup " + first + " is taken instead"));
  EXPECT_EQ(SamplesRestored(), 2U * kSamples);
  // With no whole one there is no store that opens.
  Flip(target() + "/backups/" + first + "/catalog.sqlite", 5000);
  EXPECT_FALSE(Restore(/*repairs=*/true).ok());
}

TEST_F(BackupDamageTest, ARepairingRestoreThatWasCutOffGoesOn) {
  Store("plant/b", 1);
  const std::string name = Backup().name;
  Flip(SegmentsInTarget().front(), 1000);
  ASSERT_TRUE(Restore(/*repairs=*/true).ok());
  const std::uint64_t samples = SamplesRestored();
  ASSERT_TRUE(Restore(/*repairs=*/true).ok());
  // As a crash between the repair and the end leaves it.
  fs::remove(restored() + "/bedplate.json");
  std::ofstream(restored() + "/restore.unfinished") << name + " --repair";
  const RestoreRequest request{
      .target = target(), .name = name, .directory = restored(), .repairs = true};
  RestoreRequest plain = request;
  plain.repairs = false;
  EXPECT_FALSE(RestoreBackup(*files_, clock_, plain).ok());
  const auto report = RestoreBackup(*files_, clock_, request);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(SamplesRestored(), samples);
}

TEST_F(BackupDamageTest, ADamagedListSpoilsOnlyItsOwnBackup) {
  const std::string first = Backup().name;
  const std::string second = Backup().name;
  Flip(target() + "/backups/" + second + "/CONTENTS", 30);
  EXPECT_TRUE(Contains(ProblemsOfTarget(), "backup " + second + " cannot be restored"));
  const BackupReport third = Backup();
  EXPECT_TRUE(Contains(third.problems, second));
  EXPECT_TRUE(Restore(/*repairs=*/false, first).ok());
  EXPECT_FALSE(Restore(/*repairs=*/true, second).ok());
  EXPECT_TRUE(Restore(/*repairs=*/false, third.name).ok());
}

TEST_F(BackupDamageTest, EveryFlippedByteOfATargetIsFound) {
  Backup();
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(target())) {
    const bool is_lock = entry.path().filename() == "LOCK";  // which holds nothing
    if (entry.is_regular_file() && !is_lock) paths.push_back(entry.path());
  }
  ASSERT_GE(paths.size(), 5U);
  for (const fs::path& path : paths) {
    const std::string whole = Read(path);
    ASSERT_GT(whole.size(), 4U) << path;
    for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 2}) {
      Flip(path, at, 1);
      EXPECT_TRUE(Contains(ProblemsOfTarget(), path.string())) << path << " byte " << at;
      EXPECT_FALSE(Restore(/*repairs=*/false).ok()) << path << " byte " << at;
      std::ofstream(path, std::ios::binary) << whole;
    }
  }
  EXPECT_EQ(ProblemsOfTarget(), std::vector<std::string>());
}

TEST(BackupContentsTest, WhatIsWrittenIsRead) {
  const auto files = MakePosixFileSystem();
  const fs::path target = fs::temp_directory_path() / "backup_contents_test";
  fs::create_directories(target / "backups/x");
  const auto write = [&](const std::string& text) {
    std::ofstream(target / "backups/x/CONTENTS") << text;
  };
  BackupContents contents;
  contents.round = 7;
  contents.entries = {{.crc = 0xdeadbeef, .bytes = 12, .round = 6, .stored = "s/a", .name = "a"}};
  contents.damage["h/b"] = {"h/b: two\nlines of plant/ä", "more"};
  write(FormatContents(contents));
  const auto read = ReadContents(*files, target, "x");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_EQ(FormatContents(*read), FormatContents(contents));
  EXPECT_EQ(read->damage.at("h/b").front(), "h/b: two lines of plant/ä");
  // The list of an earlier Bedplate, written by hand: no round, no damage.
  write("bedplate backup 1\n0000002a 5 segments/a-0.seg historian/segments/a.seg\n5b0432d0\n");
  const auto first = ReadContents(*files, target, "x");
  EXPECT_TRUE(first.ok()) << first.error().ToString();
  write("bedplate backup 3\n2dac7c3c\n");
  const auto later = ReadContents(*files, target, "x");
  ASSERT_FALSE(later.ok());
  EXPECT_EQ(later.error().code(), ErrorCode::kUnsupported);
  fs::remove_all(target);
}

}  // namespace
}  // namespace bedplate

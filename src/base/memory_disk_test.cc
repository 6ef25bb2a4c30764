#include "base/memory_disk.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr char kPath[] = "/d/f";

std::string ContentOf(const MemoryDisk& disk, const std::string& path = kPath) {
  const auto file = disk.Find(path);
  return file ? file->data() : "(none)";
}

/// What a file may hold after a power cut.
std::set<std::string> EveryContent(const MemoryDisk& disk, const std::string& path = kPath) {
  std::set<std::string> contents;
  EveryChoice choices;
  do {
    contents.insert(ContentOf(disk.Image(choices), path));
  } while (choices.Next());
  return contents;
}

class MemoryDiskTest : public testing::Test {
 protected:
  MemoryDiskTest() {
    disk_.AddDirectory("/d");
    file_ = disk_.Create(kPath);
    disk_.SyncDirectory("/d");
  }

  MemoryDisk disk_;
  MemoryDisk::File file_;
};

TEST_F(MemoryDiskTest, WhatIsSyncedStays) {
  file_->Append("safe");
  file_->Sync();
  EXPECT_THAT(EveryContent(disk_), ElementsAre("safe"));
}

TEST_F(MemoryDiskTest, ASectorIsAsItWasAfterAnyOfItsWritings) {
  file_->Append("a");
  file_->Sync();
  file_->Append("b");
  file_->Append("c");
  const std::string zero(1, '\0');
  EXPECT_THAT(EveryContent(disk_),
              UnorderedElementsAre("a", "ab", "abc", "a" + zero, "a" + zero + zero, "ab" + zero));
}

TEST_F(MemoryDiskTest, AnySubsetOfTheSectorsIsThere) {
  const std::string first(kSectorBytes, '1');
  const std::string second(kSectorBytes, '2');
  const std::string hole(kSectorBytes, '\0');
  file_->Append(first + second);
  EXPECT_THAT(EveryContent(disk_), UnorderedElementsAre("", first, hole, first + second,
                                                        hole + second, first + hole, hole + hole));
}

TEST_F(MemoryDiskTest, AHoleMayShowWhatUsedItsPlaceBefore) {
  disk_.Create("/d/old")->Append("what was here before");
  disk_.Remove("/d/old");
  disk_.SyncDirectory("/d");
  file_->Append("new");
  EXPECT_THAT(EveryContent(disk_),
              UnorderedElementsAre("", "new", std::string(3, '\0'), std::string("wha")));
}

TEST_F(MemoryDiskTest, AFailedSyncLosesAnyOfItsSectorsForEver) {
  std::set<std::string> contents;
  EveryChoice choices;
  do {
    MemoryFile file;
    file.Append("abc");
    file.FailSync(choices);
    file.Append("def");
    EXPECT_EQ(file.data(), "abcdef");
    file.Sync();
    OldestChoices oldest;
    contents.insert(file.Image(oldest, ""));
  } while (choices.Next());
  EXPECT_THAT(contents, UnorderedElementsAre("abcdef", std::string(3, '\0') + "def"));
}

TEST_F(MemoryDiskTest, AFileThatIsEmptiedInPlaceMayKeepTheOldContent) {
  file_->Append("old content");
  file_->Sync();
  disk_.Truncate(kPath);
  file_->Append("new");
  EXPECT_TRUE(EveryContent(disk_).contains("old content"));
  EXPECT_TRUE(EveryContent(disk_).contains("old"));
  EXPECT_TRUE(EveryContent(disk_).contains("new"));
  file_->Sync();
  EXPECT_THAT(EveryContent(disk_), ElementsAre("new"));
}

TEST_F(MemoryDiskTest, EachChangeOfNamesSurvivesOrNot) {
  disk_.Create("/d/g")->Append("g");
  disk_.Find("/d/g")->Sync();
  disk_.Remove(kPath);
  std::set<std::set<std::string>> names;
  EveryChoice choices;
  do {
    std::set<std::string> present;
    const MemoryDisk image = disk_.Image(choices);
    for (const auto& [path, file] : image.files()) present.insert(path);
    names.insert(present);
  } while (choices.Next());
  using Names = std::set<std::string>;
  EXPECT_THAT(names,
              UnorderedElementsAre(Names{}, Names{kPath}, Names{"/d/g"}, Names{kPath, "/d/g"}));
  EXPECT_EQ(choices.combinations(), 4U);
}

TEST_F(MemoryDiskTest, ARenameIsOldOrNewAndCarriesOnlyWhatWasSynced) {
  file_->Append("ancient");
  file_->Sync();
  disk_.Create("/d/t")->Append("new");
  disk_.SyncDirectory("/d");
  disk_.Rename("/d/t", kPath);
  EXPECT_THAT(EveryContent(disk_),
              UnorderedElementsAre("ancient", "", "new", std::string(3, '\0'), "anc"));
  disk_.Find(kPath)->Sync();
  EXPECT_THAT(EveryContent(disk_), UnorderedElementsAre("ancient", "new"));
  disk_.SyncDirectory("/d");
  EXPECT_THAT(EveryContent(disk_), ElementsAre("new"));
  EXPECT_THAT(EveryContent(disk_, "/d/t"), ElementsAre("(none)"));
}

TEST_F(MemoryDiskTest, AnImageIsDurable) {
  file_->Append("perhaps");
  DrawnChoices drawn(3);
  const MemoryDisk image = disk_.Image(drawn);
  EXPECT_THAT(EveryContent(image), ElementsAre(ContentOf(image)));
}

TEST_F(MemoryDiskTest, TheFingerprintTellsNamesAndContentsApart) {
  const auto empty = disk_.Fingerprint();
  file_->Append("x");
  const auto filled = disk_.Fingerprint();
  EXPECT_NE(empty, filled);
  disk_.Rename(kPath, "/d/g");
  EXPECT_NE(filled, disk_.Fingerprint());
  disk_.Rename("/d/g", kPath);
  EXPECT_EQ(filled, disk_.Fingerprint());
}

TEST(CutChoicesTest, EveryCombinationComesOnce) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  EveryChoice choices;
  do {
    const std::uint64_t first = choices.Choose(3);
    EXPECT_TRUE(seen.emplace(first, choices.Choose(4)).second);
  } while (choices.Next());
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_EQ(choices.combinations(), 12U);
}

TEST(CutChoicesTest, DrawsRepeatFromTheirSeedAndReachEachState) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    DrawnChoices drawn(seed);
    DrawnChoices again(seed);
    const std::uint64_t choice = drawn.Choose(3);
    EXPECT_EQ(again.Choose(3), choice);
    seen.insert(choice);
  }
  EXPECT_THAT(seen, ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace bedplate

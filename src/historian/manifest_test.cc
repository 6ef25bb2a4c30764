// The laws of the manifest: whatever was counted can be read back, what could not be is not
// written, and a copy that could not be written is no damage.

#include "historian/manifest.h"

#include <array>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/fault_file_system.h"
#include "base/forwarding_file_system.h"
#include "historian/format.h"
#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kDirectory[] = "/store";

Manifest WithTotals(const SeriesTotals& totals) {
  Manifest manifest;
  manifest.series.push_back({{TagId(1), ValueType::kDouble, "mill/power"}, totals});
  return manifest;
}

TEST(ManifestTest, WhateverWasCountedReadsBack) {
  const std::array<std::int64_t, 8> times = {
      INT64_MIN, -1,           0, 1, kMaxTimestamp.nanoseconds() - 1, kMaxTimestamp.nanoseconds(),
      INT64_MAX, INT64_MAX - 1};
  const std::array<std::uint64_t, 4> counts = {0, 1, 4096, UINT64_MAX};
  for (const std::uint64_t samples : counts) {
    for (const std::int64_t first : times) {
      for (const std::int64_t last : times) {
        const SeriesTotals totals{samples, 3, first, last};
        const auto read = ParseManifest(EncodeManifest(WithTotals(totals)));
        ASSERT_TRUE(read.ok()) << samples << ' ' << first << ' ' << last;
        EXPECT_EQ(*read, WithTotals(Consistent(totals)));
        EXPECT_EQ(Consistent(Consistent(totals)), Consistent(totals));
      }
    }
  }
}

TEST(ManifestTest, ConsistentTotalsHaveSamplesWhereTheyHaveTimes) {
  EXPECT_EQ(Consistent({904, 3, INT64_MAX, INT64_MIN}), (SeriesTotals{.conflicts = 3}));
  EXPECT_EQ(Consistent({0, 3, 5, 9}), (SeriesTotals{1, 3, 5, 9}));
  EXPECT_EQ(Consistent({7, 3, 5, 9}), (SeriesTotals{7, 3, 5, 9}));
}

class ManifestFilesTest : public testing::Test {
 protected:
  ManifestFilesTest() {
    EXPECT_TRUE(files_.CreateDirectories(JoinPath(kDirectory, kSegmentDirectory)).ok());
  }

  FaultFileSystem files_{1};
};

/// A segment that ends before it begins is a bug wherever it comes from; the store outlives it.
TEST_F(ManifestFilesTest, WhatWouldNotReadBackIsNotWritten) {
  const Manifest good = WithTotals({2, 0, 5, 9});
  ASSERT_TRUE(WriteManifest(files_, kDirectory, good).ok());
  Manifest bad = good;
  bad.edition = 1;
  bad.segments.push_back({.id = 1, .generation = 1, .first_time = 9, .last_time = 5});
  for (const Status& written :
       {WriteManifest(files_, kDirectory, bad), WriteFirstManifest(files_, kDirectory, bad)}) {
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().code(), ErrorCode::kInternal);
    EXPECT_THAT(written.error().ToString(), HasSubstr("would not read back"));
  }
  const auto stored = ReadManifest(files_, kDirectory);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->manifest, good);
  EXPECT_TRUE(stored->is_in_both);
}

TEST_F(ManifestFilesTest, OfOneEditionTheFirstCounts) {
  Manifest manifest = WithTotals({2, 0, 5, 9});
  ASSERT_TRUE(WriteManifest(files_, kDirectory, manifest).ok());
  manifest.wal_low_water = 7;
  ASSERT_TRUE(WriteFirstManifest(files_, kDirectory, manifest).ok());
  const auto stored = ReadManifest(files_, kDirectory);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->manifest, manifest);
  EXPECT_FALSE(stored->is_in_both);
  EXPECT_THAT(stored->damaged, IsEmpty());
}

/// One that is no manifest at all, whatever its length says.
class HugeFirstCopy final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override {
    if (path == ManifestPaths(kDirectory).front()) {
      return Error(ErrorCode::kResourceExhausted, "file has 9999999999 bytes").At(path);
    }
    return ForwardingFileSystem::ReadFile(path, limit_bytes);
  }
};

TEST_F(ManifestFilesTest, ACopyThatIsFarTooLongCostsNothing) {
  ASSERT_TRUE(WriteManifest(files_, kDirectory, WithTotals({2, 0, 5, 9})).ok());
  HugeFirstCopy files(files_);
  const auto stored = ReadManifest(files, kDirectory);
  ASSERT_TRUE(stored.ok()) << stored.error().ToString();
  EXPECT_EQ(stored->manifest, WithTotals({2, 0, 5, 9}));
  EXPECT_EQ(stored->damaged.size(), 1U);
}

/// A disk on which the second copy finds no room.
class NoSecondCopy final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  bool is_full = false;
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    if (is_full && path.ends_with("segments/MANIFEST.tmp")) {
      return Error(ErrorCode::kResourceExhausted, "disk full").At(path);
    }
    return ForwardingFileSystem::OpenWritable(path, mode);
  }
};

TEST(ManifestInStoreTest, ACopyThatCouldNotBeWrittenIsNoDamageHoweverOftenThatWasTried) {
  TestStore store;
  store.Append(store.Tag("a"), {1, 2, 3}, {1, 2, 3});
  store.Close();
  NoSecondCopy files(store.files());
  auto opened = Historian::Open(files, store.clock(), TestStore::kDirectory, store.options());
  ASSERT_TRUE(opened.ok());
  files.is_full = true;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE((*opened)->Flush().ok());
  EXPECT_THAT((*opened)->Check({})->problems, IsEmpty());
  opened->reset();
  store.Reopen();
  EXPECT_THAT(store.historian().Findings(), IsEmpty());
  EXPECT_EQ(store.Read(store.Tag("a")).size(), 3U);
}

}  // namespace
}  // namespace bedplate::historian

// Which files of the log a recovery finds, and which it misses.

#include "historian/recovery_log_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "historian/wal_format.h"

namespace bedplate::historian {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RecoveryLogFilesTest : public testing::Test {
 protected:
  RecoveryLogFilesTest() {
    for (const std::string& path : {scope_.wal_directory, scope_.segment_directory}) {
      EXPECT_TRUE(files_.CreateDirectories(path).ok());
    }
  }

  void Make(std::string_view name) {
    ASSERT_TRUE(WriteFileAtomically(files_, JoinPath(scope_.wal_directory, name), "x").ok());
  }
  void Make(std::initializer_list<std::uint64_t> sequences) {
    for (const std::uint64_t sequence : sequences) Make(WalFileName(sequence));
  }

  LogFiles Find(std::uint64_t low_water) {
    auto found = FindLogFiles(scope_, low_water, /*is_new=*/false);
    EXPECT_TRUE(found.ok()) << found.error().ToString();
    return found.ok() ? *std::move(found) : LogFiles{};
  }

  FaultFileSystem files_{1};
  const ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  const RecoveryScope scope_{.files = files_,
                             .clock = clock_,
                             .directory = "/store",
                             .wal_directory = "/store/wal",
                             .segment_directory = "/store/segments",
                             .writes = true,
                             .salvages = true};
};

TEST_F(RecoveryLogFilesTest, LeftoversGoAndOtherFilesStay) {
  Make({3, 4, 5, 6});
  Make("0000000007.wal.tmp");
  Make("notes.txt");
  const LogFiles found = Find(5);
  EXPECT_THAT(found.sequences, ElementsAre(5, 6));
  EXPECT_EQ(found.greatest, 6U);
  EXPECT_THAT(found.findings, IsEmpty());
  EXPECT_THAT(*files_.ListDirectory(scope_.wal_directory),
              ElementsAre("0000000005.wal", "0000000006.wal", "notes.txt"));
}

TEST_F(RecoveryLogFilesTest, WhatIsMissingIsOneFindingForEachGap) {
  Make({4, 7, 8});
  ASSERT_TRUE(WriteNewestLog(files_, scope_.wal_directory, {.sequence = 9, .end = 0}).ok());
  const LogFiles found = Find(3);
  EXPECT_EQ(found.greatest, 9U);
  EXPECT_THAT(found.findings,
              ElementsAre(HasSubstr(scope_.WalPath(3)),
                          AllOf(HasSubstr(scope_.WalPath(5)), HasSubstr(scope_.WalPath(6))),
                          HasSubstr(scope_.WalPath(9))));
}

TEST_F(RecoveryLogFilesTest, WithoutLeaveToSalvageTheFirstMissingOneIsAnError) {
  Make({4, 7});
  const RecoveryScope strict{.files = files_,
                             .clock = clock_,
                             .directory = scope_.directory,
                             .wal_directory = scope_.wal_directory,
                             .segment_directory = scope_.segment_directory,
                             .writes = true,
                             .salvages = false};
  const auto found = FindLogFiles(strict, 4, /*is_new=*/false);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(found.error().ToString(), HasSubstr(scope_.WalPath(5)));
}

/// A stray file may have any number.
TEST_F(RecoveryLogFilesTest, ANumberFarAwayCostsNoMoreThanANearOne) {
  Make({1, 20'000'000'000, 3'000'000'000});
  EXPECT_THAT(Find(1).findings,
              ElementsAre(AllOf(HasSubstr(scope_.WalPath(2)), HasSubstr("2999999999.wal")),
                          AllOf(HasSubstr("3000000001.wal"), HasSubstr("19999999999.wal"))));
}

}  // namespace
}  // namespace bedplate::historian

#include "historian/wal_loader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/fault_file_system.h"
#include "historian/wal_writer.h"

namespace bedplate::historian {
namespace {

class WalLoaderTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kFiles = 4;

  WalLoaderTest() {
    EXPECT_TRUE(files_.CreateDirectories("/wal").ok());
    std::uint64_t previous_end = 0;
    for (std::uint64_t sequence = 1; sequence <= kFiles; ++sequence) {
      auto writer = WalWriter::Create(files_, clock_, "/wal",
                                      {.sequence = sequence, .previous_end = previous_end});
      EXPECT_TRUE(writer.ok());
      SampleColumns samples;
      samples.Push({Timestamp(static_cast<std::int64_t>(sequence)), 1.5, kGood});
      Bytes frame = WalWriter::NewFrame();
      PutSamplesRecord(frame, {TagId(1), RunOf(samples)});
      EXPECT_TRUE((*writer)->AppendFrame(frame, true).ok());
      previous_end = (*writer)->counted_end();
      ends_.push_back(previous_end);
      sequences_.push_back(sequence);
    }
  }

  /// What the next file says of this one.
  std::optional<std::uint64_t> Counted(std::uint64_t sequence) const {
    return sequence == kFiles ? std::nullopt : std::optional(ends_[sequence - 1]);
  }

  FaultFileSystem files_{1};
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  std::vector<std::uint64_t> ends_;
  std::vector<std::uint64_t> sequences_;
};

TEST_F(WalLoaderTest, GivesEachFileWithItsRecords) {
  WalLoader loader(files_, "/wal", sequences_);
  for (const std::uint64_t sequence : sequences_) {
    auto loaded = loader.Get(sequence, Counted(sequence));
    ASSERT_TRUE(loaded.ok()) << loaded.error().ToString();
    EXPECT_EQ(loaded->file.header.sequence, sequence);
    ASSERT_EQ(loaded->frames.size(), 1U);
    EXPECT_FALSE(loaded->damage);
    EXPECT_EQ(loaded->frames[0].runs.at(0).samples.TimeAt(0), static_cast<std::int64_t>(sequence));
    // Nothing of it may show in the files after it.
    loaded->frames[0].runs.clear();
    loaded->damage.emplace(ErrorCode::kCorruption, "of this file alone");
    loader.GiveBack(*std::move(loaded));
  }
}

/// What was read ahead is not taken for something else.
TEST_F(WalLoaderTest, FilesMayBeAskedForInAnyOrder) {
  WalLoader loader(files_, "/wal", sequences_);
  for (const std::uint64_t sequence : {3, 1, 4, 2, 2}) {
    const auto loaded = loader.Get(sequence, Counted(sequence));
    ASSERT_TRUE(loaded.ok());
    EXPECT_EQ(loaded->file.header.sequence, sequence);
  }
}

TEST_F(WalLoaderTest, ErrorsComeWithTheirFile) {
  files_.FlipByte("/wal/0000000002.wal", 80);
  WalLoader loader(files_, "/wal", sequences_);
  EXPECT_TRUE(loader.Get(1, Counted(1)).ok());
  const auto damaged = loader.Get(2, Counted(2));
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code(), ErrorCode::kCorruption);
  EXPECT_TRUE(loader.Get(3, Counted(3)).ok());
}

}  // namespace
}  // namespace bedplate::historian

#include "historian/wal_reader.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "historian/wal_writer.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kPath = "/wal/0000000001.wal";

class WalReaderTest : public testing::Test {
 protected:
  WalReaderTest() {
    EXPECT_TRUE(files_.CreateDirectories("/wal").ok());
    auto created = WalWriter::Create(files_, clock_, "/wal", {});
    EXPECT_TRUE(created.ok());
    writer_ = *std::move(created);
  }

  /// Writes one frame and returns where it begins.
  std::uint64_t Write(std::int64_t time, bool sync) {
    const std::uint64_t begin = writer_->counted_end();
    Bytes frame = WalWriter::NewFrame();
    TagBatch batch{TagId(1), {}};
    batch.samples.Push({Timestamp(time), 1.5, kGood});
    PutSamplesRecord(frame, {batch.tag, RunOf(batch.samples)});
    EXPECT_TRUE(writer_->AppendFrame(frame, sync).ok());
    return begin;
  }

  std::string Content() { return *files_.ReadFile(std::string(kPath), 1U << 20U); }

  static std::string Flipped(std::string content, std::uint64_t offset) {
    content[offset] = static_cast<char>(content[offset] ^ 0x40);
    return content;
  }

  FaultFileSystem files_{1};
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  std::unique_ptr<WalWriter> writer_;
};

TEST_F(WalReaderTest, ReadsWhatWasWritten) {
  Write(10, true);
  Write(20, true);
  const std::string content = Content();
  const auto file = ReadWal(AsBytes(content), std::nullopt);
  ASSERT_TRUE(file.ok()) << file.error().ToString();
  ASSERT_EQ(file->groups.size(), 2U);
  EXPECT_EQ(file->valid_end, content.size());
  const auto contents = ParseFramePayload(file->groups[1].payload);
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(ColumnsOf(contents->runs[0].samples).times, std::vector<std::int64_t>{20});
}

TEST_F(WalReaderTest, OnlyGroupsBeforeASyncedOneAreProven) {
  Write(10, true);
  const std::uint64_t last = Write(20, true);
  const auto file = ReadWal(AsBytes(Content()), std::nullopt);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->proven_end, last);
}

/// Whatever is cut off or destroyed in the last group, the groups before it are read.
TEST_F(WalReaderTest, ATornTailIsCut) {
  Write(10, true);
  const std::uint64_t last = Write(20, true);
  const std::string content = Content();
  for (std::uint64_t at = last; at < content.size(); ++at) {
    for (const std::string& torn :
         {content.substr(0, at), Flipped(content, at),
          content.substr(0, at) + std::string(content.size() - at, '\0')}) {
      const auto file = ReadWal(AsBytes(torn), std::nullopt);
      ASSERT_TRUE(file.ok()) << file.error().ToString();
      if (torn == content) continue;
      EXPECT_EQ(file->groups.size(), 1U);
      EXPECT_EQ(file->valid_end, last);
    }
  }
}

/// No byte of a group that a later one proves durable can change unseen.
TEST_F(WalReaderTest, DamageBeforeALaterSyncedGroupIsCorruption) {
  const std::uint64_t first = Write(10, true);
  const std::uint64_t second = Write(20, true);
  Write(30, true);
  const std::string content = Content();
  for (std::uint64_t at = first; at < second; ++at) {
    const auto file = ReadWal(AsBytes(Flipped(content, at)), std::nullopt);
    ASSERT_FALSE(file.ok()) << at;
    EXPECT_EQ(file.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(file.error().message(), testing::HasSubstr("byte 64"));
  }
}

/// Without syncs a later group may reach the disk before an earlier one; that is a tear.
TEST_F(WalReaderTest, DamageBeforeALaterUnsyncedGroupIsATornTail) {
  const std::uint64_t first = Write(10, false);
  Write(20, false);
  const auto file = ReadWal(AsBytes(Flipped(Content(), first + 40)), std::nullopt);
  ASSERT_TRUE(file.ok());
  EXPECT_THAT(file->groups, testing::IsEmpty());
}

TEST_F(WalReaderTest, TheNextFileDecidesWhatCounts) {
  Write(10, true);
  const std::uint64_t second = Write(20, true);
  const std::string content = Content();
  // The second group was not acknowledged: it does not count, damaged or not.
  for (const std::string& bytes : {content, Flipped(content, second + 5)}) {
    const auto file = ReadWal(AsBytes(bytes), second);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file->groups.size(), 1U);
  }
  EXPECT_EQ(ReadWal(AsBytes(Flipped(content, second - 1)), second).error().code(),
            ErrorCode::kCorruption);
  EXPECT_EQ(ReadWal(AsBytes(content), content.size() + 1).error().code(), ErrorCode::kCorruption);
}

/// A string sample may hold the image of a frame; it must not turn a tear into corruption.
TEST_F(WalReaderTest, AFrameInsideAStringProvesNothing) {
  Write(10, true);
  Bytes forged;
  PutFrameHeader(forged, {.payload_bytes = 0, .payload_crc = 0, .group = 9, .durable_group = 8},
                 /*salt=*/0);
  Bytes frame = WalWriter::NewFrame();
  TagBatch batch{TagId(2), {}};
  batch.samples.type = ValueType::kString;
  batch.samples.Push({Timestamp(1), std::string(AsText(forged)), kGood});
  PutSamplesRecord(frame, {batch.tag, RunOf(batch.samples)});
  const std::uint64_t begin = writer_->counted_end();
  ASSERT_TRUE(writer_->AppendFrame(frame, true).ok());
  const auto file = ReadWal(AsBytes(Flipped(Content(), begin + 1)), std::nullopt);
  ASSERT_TRUE(file.ok()) << file.error().ToString();
  EXPECT_EQ(file->groups.size(), 1U);
}

TEST_F(WalReaderTest, EveryByteOfTheHeaderIsChecked) {
  const std::string content = Content();
  for (std::uint64_t at = 0; at < kWalHeaderBytes; ++at) {
    EXPECT_FALSE(ReadWal(AsBytes(Flipped(content, at)), std::nullopt).ok()) << at;
  }
}

TEST_F(WalReaderTest, RecordsOfEveryTypeRoundTrip) {
  Bytes payload;
  const SeriesDefinition series{TagId(7), ValueType::kString, "a/b"};
  PutSeriesRecord(payload, series);
  TagBatch batch{TagId(7), {}};
  batch.samples.type = ValueType::kString;
  batch.samples.Push({Timestamp(5), std::string("x"), kGood});
  batch.samples.Push({Timestamp(3), std::string(), kBad});
  PutSamplesRecord(payload, {batch.tag, RunOf(batch.samples)});
  const auto contents = ParseFramePayload(payload);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_THAT(contents->series, testing::ElementsAre(series));
  ASSERT_EQ(contents->runs.size(), 1U);
  const SampleColumns samples = ColumnsOf(contents->runs[0].samples);
  EXPECT_EQ(samples.At(0), batch.samples.At(0));
  EXPECT_EQ(samples.At(1), batch.samples.At(1));
  for (std::size_t cut = 1; cut < payload.size(); ++cut) {
    const auto part = ParseFramePayload(ByteView(payload).first(cut));
    EXPECT_TRUE(!part.ok() || part->runs.empty()) << cut;
  }
}

}  // namespace
}  // namespace bedplate::historian

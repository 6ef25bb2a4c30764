// A deletion and an append at the same time: whichever comes first, what is read and counted is the
// same after a kill, when the log is read again.

#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "base/forwarding_file_system.h"
#include "historian/store_workload_test_support.h"

namespace bedplate {
namespace {

/// Files that do something in the middle of the next read, once.
class BusyFiles final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  void WhileReading(std::function<void()> act) { act_ = std::move(act); }
  [[nodiscard]] bool has_acted() const { return !act_; }

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    ASSIGN_OR_RETURN(auto file, ForwardingFileSystem::OpenRandomAccess(path));
    return std::unique_ptr<RandomAccessFile>(std::make_unique<File>(*this, std::move(file)));
  }

 private:
  class File final : public RandomAccessFile {
   public:
    File(BusyFiles& files, std::unique_ptr<RandomAccessFile> file)
        : files_(files), file_(std::move(file)) {}

    Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
      if (files_.act_) std::exchange(files_.act_, nullptr)();
      return file_->ReadAt(offset, out);
    }
    [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

   private:
    BusyFiles& files_;
    const std::unique_ptr<RandomAccessFile> file_;
  };

  std::function<void()> act_;
};

class DeleteRaceTest : public testing::Test {
 protected:
  using Sent = std::vector<std::pair<std::int64_t, double>>;

  DeleteRaceTest() { Open(); }

  void Open() {
    historian_.reset();
    const HistorianOptions options{.reserve_bytes = 0, .background = false};
    historian_ = *Historian::Open(files_, clock_, "/data/historian", options);
    tag_ = *historian_->Resolve("a", ValueType::kDouble);
  }

  AppendResult Append(const Sent& samples) {
    TagBatch batch{tag_, {}};
    for (const auto& [time, value] : samples) {
      batch.samples.Push({Timestamp(time), value, kGood});
    }
    const auto appended = historian_->Append(std::span(&batch, 1));
    EXPECT_TRUE(appended.ok());
    return appended.ok() ? *appended : AppendResult();
  }

  /// Stored, in a segment, and with the index in memory, so that only blocks are read from now on.
  void Store(const Sent& samples) {
    Append(samples);
    ASSERT_TRUE(historian_->Flush().ok());
    ReadContents(*historian_);
  }

  std::uint64_t Delete(std::int64_t start, std::int64_t stop) {
    const TagRange range{tag_, {Timestamp(start), Timestamp(stop)}};
    const auto deleted = historian_->Delete(std::span(&range, 1));
    EXPECT_TRUE(deleted.ok());
    return deleted.ok() ? *deleted : 0;
  }

  [[nodiscard]] std::vector<Sample> Replaced() const {
    std::vector<Sample> all;
    const Status read = historian_->Replaced({.tag = tag_}, [&](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) all.push_back(block.At(i));
      return true;
    });
    EXPECT_TRUE(read.ok());
    return all;
  }

  void ExpectSamples(const Sent& samples) const {
    Sent stored;
    const Status read = historian_->Scan({.tag = tag_}, [&](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        stored.emplace_back(block.times[i], block.doubles[i]);
      }
      return true;
    });
    EXPECT_TRUE(read.ok());
    EXPECT_THAT(stored, testing::ElementsAreArray(samples));
  }

  void ExpectTheSameAfterAKill() {
    const StoreContents contents = ReadContents(*historian_);
    const std::vector<Sample> replaced = Replaced();
    Open();
    const StoreContents replayed = ReadContents(*historian_);
    EXPECT_TRUE(replayed == contents) << Describe(contents) << " then" << Describe(replayed);
    EXPECT_TRUE(Replaced() == replaced) << replaced.size() << " then " << Replaced().size();
  }

  FaultFileSystem disk_{1};
  BusyFiles files_{disk_};
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  std::unique_ptr<Historian> historian_;
  TagId tag_;
};

/// The append has found its first sample stored, then that is deleted: it is new again.
TEST_F(DeleteRaceTest, ADeletionBetweenTheLookUpOfAnAppendAndItsTurn) {
  Store({{1, 1.5}, {2, 2.25}});
  files_.WhileReading([this] { EXPECT_EQ(Delete(0, 10), 2U); });
  const AppendResult appended = Append({{1, 1.5}, {2, 9.0}});
  ASSERT_TRUE(files_.has_acted());
  EXPECT_EQ(appended.stored, 2U);
  ExpectSamples({{1, 1.5}, {2, 9.0}});
  ExpectTheSameAfterAKill();
}

/// The same where the deletion has left the manifest again by then.
TEST_F(DeleteRaceTest, ADeletionThatIsMergedAwayBeforeTheTurn) {
  Store({{1, 1.5}, {2, 2.25}});
  files_.WhileReading([this] {
    EXPECT_EQ(Delete(0, 10), 2U);
    EXPECT_TRUE(historian_->CompactStep({}).ok());
    EXPECT_EQ(historian_->Stats().segments, 0U);
  });
  Append({{1, 1.5}, {2, 9.0}});
  ASSERT_TRUE(files_.has_acted());
  ExpectSamples({{1, 1.5}, {2, 9.0}});
  ExpectTheSameAfterAKill();
}

/// What is appended after the flush that a deletion begins with is later than the deletion, also
/// where it brings what is about to be deleted.
TEST_F(DeleteRaceTest, AnAppendWhileADeletionCounts) {
  Store({{1, 1.5}, {2, 2.25}, {3, 3.5}});
  files_.WhileReading([this] { Append({{1, 1.5}, {2, 9.0}}); });
  EXPECT_EQ(Delete(0, 3), 0U);
  ASSERT_TRUE(files_.has_acted());
  ExpectSamples({{1, 1.5}, {2, 9.0}, {3, 3.5}});
  EXPECT_EQ(historian_->Find(tag_)->conflicts, 0U);
  ExpectTheSameAfterAKill();
}

TEST_F(DeleteRaceTest, AnyAppendsAroundAnyDeletion) {
  std::mt19937_64 random(20'261'124);
  const auto draw = [&random] {
    Sent samples;
    for (std::uint64_t left = 1 + random() % 5; left > 0; --left) {
      samples.emplace_back(random() % 8, 0.5 + static_cast<double>(random() % 2));
    }
    return samples;
  };
  Store({{0, 1.5}, {9, 3.25}});
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    Store({{20, static_cast<double>(round)}});
    const auto start = static_cast<std::int64_t>(random() % 5);
    const auto stop = start + 1 + static_cast<std::int64_t>(random() % 5);
    if (random() % 2 == 0) {
      files_.WhileReading([&] {
        for (std::uint64_t left = 1 + random() % 3; left > 0; --left) Append(draw());
      });
      Delete(start, stop);
    } else {
      files_.WhileReading([&] { Delete(start, stop); });
      Append(draw());
    }
    files_.WhileReading(nullptr);
    ExpectTheSameAfterAKill();
  }
}

}  // namespace
}  // namespace bedplate

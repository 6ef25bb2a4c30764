#include "historian/historian.h"

#include <filesystem>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate {
namespace {

class HistorianTest : public testing::Test {
 protected:
  HistorianTest()
      : directory_(testing::TempDir() + "bedplate_historian_" +
                   testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(directory_);
    options_.background = false;
    options_.reserve_bytes = 0;
    Reopen();
  }
  ~HistorianTest() override {
    historian_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Reopen() {
    historian_.reset();
    auto opened = Historian::Open(*files_, clock_, directory_, options_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    historian_ = *std::move(opened);
  }

  TagId Tag(std::string_view path, ValueType type = ValueType::kDouble) {
    auto id = historian_->Resolve(path, type);
    EXPECT_TRUE(id.ok());
    return *id;
  }

  AppendResult Append(TagId tag, std::vector<std::int64_t> times, std::vector<double> values) {
    TagBatch batch{tag, {}};
    batch.samples.times = std::move(times);
    batch.samples.doubles = std::move(values);
    auto result = historian_->Append(std::span(&batch, 1));
    EXPECT_TRUE(result.ok()) << result.error().ToString();
    return result.ok() ? *result : AppendResult{};
  }

  std::map<std::int64_t, double> Read(TagId tag, TimeRange range = kAllTime) {
    std::map<std::int64_t, double> samples;
    std::int64_t previous = -1;
    const Status scanned =
        historian_->Scan({.tag = tag, .range = range}, [&](const SampleColumns& block) {
          for (std::size_t i = 0; i < block.size(); ++i) {
            EXPECT_GT(block.times[i], previous);
            previous = block.times[i];
            samples[block.times[i]] = block.doubles[i];
          }
          return true;
        });
    EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
    return samples;
  }

  std::unique_ptr<FileSystem> files_ = MakePosixFileSystem();
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  std::string directory_;
  HistorianOptions options_;
  std::unique_ptr<Historian> historian_;
};

TEST_F(HistorianTest, WhatIsAppendedIsReadBackFromHeadLogAndSegments) {
  const TagId tag = Tag("plant/line/temperature");
  const std::map<std::int64_t, double> expected = {{10, 1.5}, {20, 2.5}, {30, -0.25}};
  EXPECT_EQ(Append(tag, {10, 20, 30}, {1.5, 2.5, -0.25}).stored, 3U);
  EXPECT_EQ(Read(tag), expected);
  Reopen();
  EXPECT_EQ(Read(tag), expected);
  ASSERT_TRUE(historian_->Flush().ok());
  EXPECT_EQ(historian_->Stats().segments, 1U);
  EXPECT_EQ(historian_->Stats().head_bytes, 0U);
  EXPECT_EQ(Read(tag), expected);
  Reopen();
  EXPECT_EQ(Read(tag), expected);
  EXPECT_EQ(historian_->Find(tag)->samples, 3U);
}

using Readings = std::map<std::int64_t, double>;

/// What a batch must count as, by definition: a time at which it ends up at what is stored is all
/// duplicates; at any other, each arrival is compared with the one before.
AppendResult CountByDefinition(Readings& model, const std::vector<std::int64_t>& times,
                               const std::vector<double>& values) {
  Readings after = model;
  for (std::size_t i = 0; i < times.size(); ++i) after[times[i]] = values[i];
  const Readings before = model;
  AppendResult expected;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto stored = before.find(times[i]);
    const auto current = model.find(times[i]);
    const bool settled = stored != before.end() && stored->second == after[times[i]];
    if (current == model.end()) {
      ++expected.stored;
    } else if (settled || current->second == values[i]) {
      ++expected.duplicates;
    } else {
      ++expected.conflicts;
    }
    model[times[i]] = values[i];
  }
  return expected;
}

/// Any sequence of appends, flushes and openings leaves what a map would hold, counted exactly.
TEST_F(HistorianTest, BehavesAsAMapUnderRandomAppendsFlushesAndOpenings) {
  std::mt19937_64 random(7);
  const TagId tag = Tag("a/b");
  Readings model;
  std::uint64_t conflicts = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::int64_t> times;
    std::vector<double> values;
    const std::size_t count = random() % 50 + 1;
    for (std::size_t i = 0; i < count; ++i) {
      times.push_back(static_cast<std::int64_t>(random() % 3000) * 864'000'000'000);
      values.push_back(static_cast<double>(random() % 3));
    }
    const AppendResult expected = CountByDefinition(model, times, values);
    const AppendResult result = Append(tag, times, values);
    EXPECT_EQ(result.stored, expected.stored);
    EXPECT_EQ(result.duplicates, expected.duplicates);
    EXPECT_EQ(result.conflicts, expected.conflicts);
    conflicts += result.conflicts;
    if (random() % 10 == 0) {
      ASSERT_TRUE(historian_->Flush().ok());
    }
    if (random() % 20 == 0) Reopen();
    if (round % 20 == 0) {
      ASSERT_EQ(Read(tag), model);
    }
  }
  EXPECT_EQ(Read(tag), model);
  const auto info = historian_->Find(tag);
  EXPECT_EQ(info->samples, model.size());
  EXPECT_EQ(info->conflicts, conflicts);
  EXPECT_EQ(info->first->nanoseconds(), model.begin()->first);
  EXPECT_EQ(info->last->nanoseconds(), model.rbegin()->first);
  const auto last = historian_->Last(tag);
  ASSERT_TRUE(last.ok() && last->has_value());
  EXPECT_EQ((*last)->time.nanoseconds(), model.rbegin()->first);
  EXPECT_EQ(std::get<double>((*last)->value), model.rbegin()->second);
  const auto report = historian_->Check({});
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, testing::IsEmpty());
}

}  // namespace
}  // namespace bedplate

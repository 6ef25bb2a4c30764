#include "historian/wal_replay.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/fault_file_system.h"

namespace bedplate::historian {
namespace {

/// So many that both stripes of the head have several pages.
constexpr std::uint64_t kSeries = 1'500;

class WalReplayTest : public testing::Test {
 protected:
  FrameContents Definitions(std::uint64_t begin, std::uint64_t end) {
    FrameContents frame;
    for (std::uint64_t id = begin; id <= end; ++id) {
      frame.series.push_back({TagId(id), ValueType::kDouble, "plant/t" + std::to_string(id)});
    }
    return frame;
  }

  void AddRun(FrameContents& frame, std::uint64_t id, const SampleColumns& samples) {
    kept_.push_back(std::make_unique<SampleColumns>(samples));
    frame.runs.push_back({TagId(id), RunOf(*kept_.back())});
  }
  void AddSample(FrameContents& frame, std::uint64_t id, std::int64_t time, double value) {
    SampleColumns samples;
    samples.Push({Timestamp(time), value, kGood});
    AddRun(frame, id, samples);
  }

  std::map<std::int64_t, double> Stored(std::uint64_t id) {
    std::map<std::int64_t, double> stored;
    for (const SharedColumns& chunk : head_->Chunks(TagId(id), kAllTime)) {
      for (std::size_t i = 0; i < chunk->size(); ++i) stored[chunk->times[i]] = chunk->doubles[i];
    }
    return stored;
  }

  std::vector<std::unique_ptr<SampleColumns>> kept_;
  FaultFileSystem files_{1};
  SeriesRegistry registry_;
  SegmentSet segments_{files_, "/store", Manifest{}};
  std::shared_ptr<Head> head_ = Head::MakeUnshared();
};

/// Whatever the order of times and series, each series ends up as if its samples had come one after
/// the other.
TEST_F(WalReplayTest, EachSeriesIsAsTheLogLeavesIt) {
  std::mt19937_64 random(7);
  std::map<std::uint64_t, std::map<std::int64_t, double>> expected;
  std::vector<FrameContents> frames;
  for (std::uint64_t begin = 1; begin <= kSeries; begin += 500) {
    frames.push_back(Definitions(begin, begin + 499));
    for (int i = 0; i < 20; ++i) {
      FrameContents& frame = frames.emplace_back();
      for (int run = 0; run < 800; ++run) {
        const std::uint64_t id = 1 + random() % (begin + 499);
        const auto time = static_cast<std::int64_t>(random() % 50);
        const auto value = static_cast<double>(random() % 1000);
        AddSample(frame, id, time, value);
        expected[id][time] = value;
      }
    }
  }
  WalReplay replay(registry_, segments_, head_);
  ASSERT_FALSE(replay.Apply(frames));
  head_->Share();
  for (std::uint64_t id = 1; id <= kSeries; ++id) {
    ASSERT_EQ(Stored(id), expected[id]) << "series " << id;
    ASSERT_EQ(registry_.Find(TagId(id))->totals().samples, expected[id].size()) << "series " << id;
  }
}

TEST_F(WalReplayTest, TheFirstFrameThatDoesNotFitIsNamed) {
  std::vector<FrameContents> frames;
  frames.push_back(Definitions(1, kSeries));
  for (int i = 1; i < 10; ++i) AddSample(frames.emplace_back(), 300, i, 1);
  AddSample(frames[7], kSeries + 1, 5, 1);  // defined nowhere
  SampleColumns text;
  text.type = ValueType::kString;
  text.Push({Timestamp(5), std::string("on"), kGood});
  AddRun(frames[4], 600, text);  // of another stripe and another type
  WalReplay replay(registry_, segments_, head_);
  const auto failure = replay.Apply(frames);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->frame, 4U);
  EXPECT_EQ(failure->error.code(), ErrorCode::kCorruption);
}

/// Each part of it once, so that what one stripe did before another met what does not fit needs not
/// be undone.
TEST_F(WalReplayTest, WhatFitsIsAppliedOnceAndTheRestIsCounted) {
  std::vector<FrameContents> frames;
  frames.push_back(Definitions(1, kSeries));
  for (int i = 1; i < 10; ++i) {
    FrameContents& frame = frames.emplace_back();
    AddSample(frame, 300, 1, i);                              // a conflict each time but the first
    AddSample(frame, kSeries + 1 + (i % 2 ? 0 : 256), 5, 1);  // defined nowhere, in both stripes
    AddSample(frame, 600, i, 1);
  }
  FrameContents& again = frames.emplace_back();
  again.series.push_back({TagId(kSeries + 1000), ValueType::kString, "plant/t300"});
  AddSample(again, 600, 20, 1);
  SampleColumns text;
  text.type = ValueType::kString;
  text.Push({Timestamp(5), std::string("on"), kGood});
  AddRun(frames.emplace_back(), 600, text);
  WalReplay replay(registry_, segments_, head_);
  const auto left_out = replay.ApplyWhatFits(frames);
  ASSERT_EQ(left_out.groups.size(), 1U);
  EXPECT_EQ(left_out.groups[0].frame, 10U);
  const WalReplay::UndefinedSamples expected{{{TagId(kSeries + 1), ValueType::kDouble}, 5},
                                             {{TagId(kSeries + 257), ValueType::kDouble}, 4},
                                             {{TagId(600), ValueType::kString}, 1}};
  EXPECT_EQ(left_out.samples, expected);
  EXPECT_EQ(registry_.Find(TagId(300))->totals().samples, 1U);
  EXPECT_EQ(registry_.Find(TagId(300))->totals().conflicts, 8U);
  EXPECT_EQ(registry_.Find(TagId(600))->totals().samples, 9U);
}

/// A path may be given to a series of another type only while it has no samples, and that depends
/// on all that stands before it in the log.
TEST_F(WalReplayTest, ADefinitionWaitsForTheSamplesBeforeIt) {
  std::vector<FrameContents> frames;
  frames.push_back(Definitions(1, 2));
  AddSample(frames.emplace_back(), 1, 5, 1);
  FrameContents& again = frames.emplace_back();
  again.series.push_back({TagId(3), ValueType::kString, "plant/t2"});
  again.series.push_back({TagId(4), ValueType::kString, "plant/t1"});
  WalReplay replay(registry_, segments_, head_);
  const auto failure = replay.Apply(frames);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->frame, 2U);
  EXPECT_EQ(registry_.Find("plant/t2")->id(), TagId(3));
  EXPECT_EQ(registry_.Find("plant/t1")->id(), TagId(1));
}

}  // namespace
}  // namespace bedplate::historian

// Deleting a part of a series: hidden at once, gone with the next merges, and nothing else changes.

#include "historian/tombstones.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/manifest.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using historian::HiddenRange;
using historian::Tombstone;
using historian::TombstoneSet;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kHour = 3'600'000'000'000;

TagRange Part(TagId tag, std::int64_t start, std::int64_t stop) {
  return {tag, {Timestamp(start), Timestamp(stop)}};
}

Result<std::uint64_t> Delete(TestStore& store, const TagRange& range) {
  return store.historian().Delete(std::span(&range, 1));
}

TEST(TombstoneSetTest, JoinsWhatOverlapsAndSparesWhatIsLater) {
  const TagId tag(7);
  const TombstoneSet set(
      {{tag, 10, 20, 5}, {tag, 15, 30, 6}, {tag, 40, 50, 5}, {TagId(8), 0, 99, 9}});
  historian::SegmentInfo segment{.id = 1, .generation = 4, .first_time = 0, .last_time = 100};
  EXPECT_THAT(set.Of(tag, segment), ElementsAre(HiddenRange{10, 30}, HiddenRange{40, 50}));
  segment.generation = 5;
  EXPECT_THAT(set.Of(tag, segment), ElementsAre(HiddenRange{15, 30}));
  segment.cleaned = 6;
  EXPECT_THAT(set.Of(tag, segment), IsEmpty());
  EXPECT_TRUE(set.Touches(segment));
  segment.cleaned = 9;
  EXPECT_FALSE(set.Touches(segment));
}

TEST(ManifestTest, KeepsTombstonesAndReadsWhatHasNone) {
  historian::Manifest manifest;
  manifest.segments.push_back(
      {.id = 3, .generation = 3, .bytes = 9, .first_time = 1, .last_time = 2, .cleaned = 2});
  manifest.tombstones = {{TagId(4), 100, 250, 12}};
  const Bytes bytes = historian::EncodeManifest(manifest);
  const auto parsed = historian::ParseManifest(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  EXPECT_EQ(*parsed, manifest);
}

TEST(DeleteTest, HidesAtOnceCountsRightAndSurvivesARestart) {
  TestStore store;
  const TagId tag = store.Tag("a");
  const TagId other = store.Tag("b");
  std::vector<std::int64_t> times;
  std::vector<double> values;
  for (std::int64_t i = 0; i < 100; ++i) {
    times.push_back(i * kHour);
    values.push_back(static_cast<double>(i));
  }
  store.Append(tag, times, values);
  store.Append(other, times, values);
  const auto deleted = Delete(store, Part(tag, 10 * kHour, 20 * kHour));
  ASSERT_TRUE(deleted.ok()) << deleted.error().ToString();
  EXPECT_EQ(*deleted, 10U);
  const auto expect_rest = [&] {
    const SampleColumns rest = store.Read(tag);
    ASSERT_EQ(rest.size(), 90U);
    EXPECT_EQ(rest.times[9], 9 * kHour);
    EXPECT_EQ(rest.times[10], 20 * kHour);
    EXPECT_EQ(store.historian().Find(tag)->samples, 90U);
    const auto aggregate = store.historian().Aggregate(
        {.tag = tag,
         .range = {Timestamp(0), Timestamp(100 * kHour)},
         .bucket = std::chrono::hours(100),
         .functions = static_cast<std::uint32_t>(AggregateFunction::kCount) |
                      static_cast<std::uint32_t>(AggregateFunction::kSum)});
    ASSERT_TRUE(aggregate.ok()) << aggregate.error().ToString();
    EXPECT_THAT(aggregate->count, ElementsAre(90U));
    EXPECT_THAT(aggregate->sum, ElementsAre(4950.0 - 145.0));
    EXPECT_EQ(store.Read(other).size(), 100U);
    EXPECT_THAT(store.Problems(), IsEmpty());
  };
  expect_rest();
  store.Reopen();
  expect_rest();
  while (store.historian().CompactStep({})->merged > 0) continue;
  expect_rest();
  store.Reopen();
  expect_rest();
}

/// What is deleted is not there any more: the same samples again are new ones.
TEST(DeleteTest, WhatComesLaterStays) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1, 2, 3}, {1.0, 2.0, 3.0});
  ASSERT_EQ(*Delete(store, Part(tag, 1, 3)), 2U);
  EXPECT_EQ(store.historian().Find(tag)->first, Timestamp(3));
  EXPECT_EQ(store.Append(tag, {1}, {1.0}).stored, 1U);
  EXPECT_THAT(store.Read(tag).times, ElementsAre(1, 3));
  ASSERT_TRUE(store.historian().Flush().ok());
  while (store.historian().CompactStep({})->merged > 0) continue;
  store.Reopen();
  EXPECT_THAT(store.Read(tag).times, ElementsAre(1, 3));
  EXPECT_EQ(store.historian().Find(tag)->samples, 2U);
}

TEST(DeleteTest, AllOfASeriesLeavesNoFile) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1, 2, 3}, {1.0, 2.0, 3.0});
  ASSERT_EQ(*Delete(store, {tag, kAllTime}), 3U);
  EXPECT_THAT(store.Read(tag).times, IsEmpty());
  EXPECT_FALSE(store.historian().Find(tag)->first);
  EXPECT_FALSE(store.historian().Last(tag)->has_value());
  while (store.historian().CompactStep({})->merged > 0) continue;
  EXPECT_EQ(store.historian().Stats().segments, 0U);
  EXPECT_EQ(store.PathEndingIn(".seg"), "");
  store.Reopen();
  EXPECT_EQ(store.Append(tag, {2}, {5.0}).stored, 1U);
}

TEST(DeleteTest, RefusesWhatIsNotThere) {
  TestStore store;
  EXPECT_EQ(Delete(store, {TagId(9), kAllTime}).error().code(), ErrorCode::kNotFound);
  const TagId tag = store.Tag("a");
  EXPECT_EQ(Delete(store, Part(tag, 5, 5)).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(*Delete(store, Part(tag, 5, 6)), 0U);
}

/// Deletions between appends, flushes, merges and openings, against a map.
TEST(DeleteTest, AgreesWithAModel) {
  std::mt19937_64 random(11);
  TestStore store;
  const TagId tag = store.Tag("a");
  std::map<std::int64_t, double> model;
  double value = 0;
  for (int step = 0; step < 400; ++step) {
    const auto start = static_cast<std::int64_t>(random() % 200);
    const auto count = static_cast<std::int64_t>(random() % 30) + 1;
    const std::uint64_t dice = random() % 10;
    if (dice < 5) {
      std::vector<std::int64_t> times;
      std::vector<double> values;
      for (std::int64_t i = 0; i < count; ++i) {
        times.push_back((start + i) * kHour);
        values.push_back(value++);
        model[times.back()] = values.back();
      }
      store.Append(tag, times, values);
    } else if (dice < 7) {
      const std::int64_t stop = (start + count) * kHour;
      const auto deleted = Delete(store, Part(tag, start * kHour, stop));
      ASSERT_TRUE(deleted.ok());
      const std::size_t before = model.size();
      model.erase(model.lower_bound(start * kHour), model.lower_bound(stop));
      EXPECT_EQ(*deleted, before - model.size());
    } else if (dice < 8) {
      ASSERT_TRUE(store.historian().Flush().ok());
    } else if (dice < 9) {
      ASSERT_TRUE(store.historian().CompactStep({}).ok());
    } else {
      store.Reopen();
    }
    const SampleColumns read = store.Read(tag);
    ASSERT_EQ(read.size(), model.size()) << "step " << step;
    std::size_t i = 0;
    for (const auto& [time, expected] : model) {
      ASSERT_EQ(read.times[i], time) << "step " << step;
      ASSERT_EQ(read.doubles[i++], expected) << "step " << step;
    }
    const auto info = store.historian().Find(tag);
    ASSERT_EQ(info->samples, model.size()) << "step " << step;
    if (!model.empty()) {
      ASSERT_EQ(info->first, Timestamp(model.begin()->first));
      ASSERT_EQ(info->last, Timestamp(model.rbegin()->first));
    }
  }
  EXPECT_THAT(store.Problems(), IsEmpty());
}

}  // namespace
}  // namespace bedplate

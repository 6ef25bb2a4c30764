// Values in whose place others came: kept in the order in which that happened, through flushes,
// merges, restarts and deletions, and never in the way of what is in force.

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Every value that was at a time, one after the other; the last is in force.
using Model = std::map<std::int64_t, std::vector<Sample>>;

SampleColumns ReplacedOf(TestStore& store, TagId tag, const TimeRange& range = kAllTime,
                         std::uint64_t limit = UINT64_MAX) {
  SampleColumns all;
  all.type = store.historian().Find(tag)->type;
  const Status read = store.historian().Replaced({.tag = tag, .range = range, .limit = limit},
                                                 [&](const SampleColumns& block) {
                                                   EXPECT_FALSE(block.empty());
                                                   for (std::size_t i = 0; i < block.size(); ++i)
                                                     all.PushFrom(block, i);
                                                   return true;
                                                 });
  EXPECT_TRUE(read.ok()) << read.error().ToString();
  return all;
}

void ExpectModel(TestStore& store, TagId tag, const Model& model) {
  std::vector<Sample> in_force;
  std::vector<Sample> replaced;
  for (const auto& [time, values] : model) {
    in_force.push_back(values.back());
    replaced.insert(replaced.end(), values.begin(), values.end() - 1);
  }
  const SampleColumns read = store.Read(tag);
  ASSERT_EQ(read.size(), in_force.size());
  for (std::size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read.At(i), in_force[i]);
  const SampleColumns before = ReplacedOf(store, tag);
  ASSERT_EQ(before.size(), replaced.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before.At(i), replaced[i]) << i;
}

class ReplacedTest : public testing::Test {
 protected:
  void Flush() { ASSERT_TRUE(store_.historian().Flush().ok()); }
  void Compact() {
    while (true) {
      const auto step = store_.historian().CompactStep({});
      ASSERT_TRUE(step.ok()) << step.error().ToString();
      if (step->merged == 0) return;
    }
  }
  std::vector<double> Values() { return ReplacedOf(store_, tag_).doubles; }

  TestStore store_;
  TagId tag_ = store_.Tag("a");
};

TEST_F(ReplacedTest, NothingIsReplacedByTheSameValueAgain) {
  store_.Append(tag_, {1, 2}, {1, 2});
  Flush();
  store_.Append(tag_, {1, 2}, {1, 2});
  EXPECT_THAT(Values(), IsEmpty());
}

TEST_F(ReplacedTest, WithinOneAppendInTheHeadAndInASegment) {
  store_.Append(tag_, {1, 1}, {10, 11});
  store_.Append(tag_, {1}, {12});
  EXPECT_THAT(Values(), ElementsAre(10, 11));
  Flush();
  EXPECT_THAT(Values(), ElementsAre(10, 11));
  store_.Append(tag_, {1}, {13});
  store_.Append(tag_, {1, 1}, {14, 15});
  EXPECT_THAT(Values(), ElementsAre(10, 11, 12, 13, 14));
  Flush();
  EXPECT_THAT(Values(), ElementsAre(10, 11, 12, 13, 14));
  Compact();
  EXPECT_THAT(Values(), ElementsAre(10, 11, 12, 13, 14));
  EXPECT_EQ(store_.historian().Stats().segments, 1U);
  EXPECT_EQ(store_.Read(tag_).doubles, std::vector<double>{15});
}

TEST_F(ReplacedTest, ARangeAndALimitCount) {
  store_.Append(tag_, {1, 2, 3}, {1, 2, 3});
  store_.Append(tag_, {1, 2, 3}, {11, 12, 13});
  store_.Append(tag_, {2}, {22});
  EXPECT_THAT(ReplacedOf(store_, tag_, {Timestamp(2), Timestamp(3)}).doubles, ElementsAre(2, 12));
  EXPECT_THAT(ReplacedOf(store_, tag_, kAllTime, 2).doubles, ElementsAre(1, 2));
  EXPECT_THAT(ReplacedOf(store_, tag_, kAllTime, 0).doubles, IsEmpty());
}

TEST_F(ReplacedTest, ADeletionTakesThemToo) {
  store_.Append(tag_, {1, 2, 3}, {1, 2, 3});
  store_.Append(tag_, {1, 2, 3}, {11, 12, 13});
  const TagRange gone{tag_, {Timestamp(2), Timestamp(3)}};
  ASSERT_TRUE(store_.historian().Delete(std::span(&gone, 1)).ok());
  EXPECT_THAT(Values(), ElementsAre(1, 3));
  store_.Append(tag_, {2}, {22});
  EXPECT_THAT(Values(), ElementsAre(1, 3));
  Compact();
  EXPECT_THAT(Values(), ElementsAre(1, 3));
}

TEST_F(ReplacedTest, AQualityIsReplacedAsAValueIs) {
  SampleColumns bad;
  bad.Push({Timestamp(5), 1.0, kBad});
  SampleColumns good;
  good.Push({Timestamp(5), 1.0, kGood});
  store_.Append(tag_, bad);
  store_.Append(tag_, good);
  Flush();
  const SampleColumns replaced = ReplacedOf(store_, tag_);
  ASSERT_EQ(replaced.size(), 1U);
  EXPECT_EQ(replaced.QualityAt(0), kBad);
}

TEST_F(ReplacedTest, MoreOfOneTimeThanABlockHolds) {
  std::vector<double> expected;
  SampleColumns samples;
  for (int i = 0; i < 10'000; ++i) samples.Push({Timestamp(7), static_cast<double>(i), kGood});
  store_.Append(tag_, samples);
  samples.doubles.pop_back();
  Flush();
  EXPECT_EQ(Values(), samples.doubles);
  store_.Reopen();
  EXPECT_EQ(Values(), samples.doubles);
  EXPECT_THAT(store_.Problems(), IsEmpty());
}

constexpr char kCrashDirectory[] = "/data/historian";
constexpr int kValues = 14;

HistorianOptions InForeground() {
  HistorianOptions options;
  options.background = false;
  options.reserve_bytes = 0;
  return options;
}

/// Writes 1, 2, 3, … at one time, with flushes, merges and openings in between, until something
/// fails. Returns the last value that was acknowledged.
int WriteOverAndOver(FileSystem& files, const Clock& clock) {
  int acknowledged = 0;
  std::unique_ptr<Historian> historian;
  for (int value = 1; value <= kValues; ++value) {
    if (value % 5 == 1) {
      historian.reset();
      auto opened = Historian::Open(files, clock, kCrashDirectory, InForeground());
      if (!opened.ok()) break;
      historian = *std::move(opened);
    }
    const auto tag = historian->Resolve("a", ValueType::kDouble);
    if (!tag.ok()) break;
    TagBatch batch{*tag, {}};
    batch.samples.Push({Timestamp(5), static_cast<double>(value), kGood});
    if (!historian->Append(std::span(&batch, 1)).ok()) break;
    acknowledged = value;
    if (value % 3 == 0 && !historian->Flush().ok()) break;
    if (value % 4 == 0 && !historian->CompactStep({}).ok()) break;
  }
  return acknowledged;
}

/// What was at the time, one after the other.
std::vector<double> History(Historian& historian) {
  std::vector<double> values;
  const auto info = historian.Find("a");
  if (!info) return values;
  const ScanSink add = [&values](const SampleColumns& block) {
    values.insert(values.end(), block.doubles.begin(), block.doubles.end());
    return true;
  };
  EXPECT_TRUE(historian.Replaced({.tag = info->id}, add).ok());
  EXPECT_TRUE(historian.Scan({.tag = info->id}, add).ok());
  return values;
}

TEST(ReplacedCrashTest, APowerCutAtAnyOperationLosesNoneAndMakesNoneTwice) {
  const ManualClock clock(Timestamp::FromSeconds(1'600'000'000));
  FaultFileSystem whole(1);
  ASSERT_EQ(WriteOverAndOver(whole, clock), kValues);
  for (std::uint64_t cut = 0; cut < whole.operations(); ++cut) {
    SCOPED_TRACE(cut);
    FaultFileSystem files(cut + 2);
    files.CutPowerAfter(cut);
    const int acknowledged = WriteOverAndOver(files, clock);
    files.Restart(cut % 2 == 0 ? FaultFileSystem::Unsynced::kLost
                               : FaultFileSystem::Unsynced::kTorn);
    auto opened = Historian::Open(files, clock, kCrashDirectory, InForeground());
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    const std::vector<double> values = History(**opened);
    EXPECT_GE(values.size(), static_cast<std::size_t>(acknowledged));
    EXPECT_LE(values.size(), static_cast<std::size_t>(acknowledged) + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(values[i], static_cast<double>(i + 1));
    }
    if (testing::Test::HasFailure()) return;
  }
}

Value ValueFor(ValueType type, std::uint64_t number) {
  switch (type) {
    case ValueType::kDouble: return static_cast<double>(number) / 8;
    case ValueType::kInt64: return static_cast<std::int64_t>(number);
    case ValueType::kBool: return number % 2 == 0;
    case ValueType::kString: break;
  }
  return "text " + std::to_string(number);
}

/// Random appends of few times, with flushes, merges, restarts and deletions in between.
class RandomReplacedTest : public testing::TestWithParam<ValueType> {
 protected:
  void Append(std::mt19937_64& random, TagId tag, Model& model) {
    SampleColumns samples;
    samples.type = GetParam();
    std::map<std::int64_t, std::vector<Sample>> arrivals;
    for (std::uint64_t i = 0; i <= random() % 20; ++i) {
      // Over two days, so that a head becomes several segments.
      const auto time = static_cast<std::int64_t>(random() % 40) * 4'000'000'000'000;
      const Quality quality = random() % 5 == 0 ? kBad : kGood;
      const Sample sample{Timestamp(time), ValueFor(GetParam(), random() % 3), quality};
      samples.Push(sample);
      arrivals[time].push_back(sample);
    }
    const AppendResult result = store_.Append(tag, samples);
    std::uint64_t conflicts = 0;
    for (const auto& [time, list] : arrivals) {
      std::vector<Sample>& values = model[time];
      if (!values.empty() && values.back() == list.back()) continue;  // the same append again
      for (const Sample& sample : list) {
        if (!values.empty() && values.back() == sample) continue;
        conflicts += values.empty() ? 0 : 1;
        values.push_back(sample);
      }
    }
    EXPECT_EQ(result.conflicts, conflicts);
  }

  void Delete(std::mt19937_64& random, TagId tag, Model& model) {
    const auto start = static_cast<std::int64_t>(random() % 160) * 1'000'000'000'000;
    const TagRange gone{tag, {Timestamp(start), Timestamp(start + 5'000'000'000'000)}};
    ASSERT_TRUE(store_.historian().Delete(std::span(&gone, 1)).ok());
    std::erase_if(model,
                  [&](const auto& entry) { return gone.range.Contains(Timestamp(entry.first)); });
  }

  TestStore store_;
};

TEST_P(RandomReplacedTest, NothingThatWasReplacedIsLost) {
  std::mt19937_64 random(17);
  const TagId tag = store_.Tag("a", GetParam());
  const TagId other = store_.Tag("b", GetParam());
  Model model;
  Model other_model;
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    Append(random, tag, model);
    if (random() % 4 == 0) Append(random, other, other_model);
    if (random() % 5 == 0) {
      ASSERT_TRUE(store_.historian().Flush().ok());
    }
    if (random() % 15 == 0) {
      ASSERT_TRUE(store_.historian().CompactStep({}).ok());
    }
    if (random() % 10 == 0) Delete(random, tag, model);
    if (random() % 10 == 0) store_.Reopen();
    ExpectModel(store_, tag, model);
    ExpectModel(store_, other, other_model);
  }
  EXPECT_THAT(store_.Problems(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Types, RandomReplacedTest,
                         testing::Values(ValueType::kDouble, ValueType::kInt64, ValueType::kBool,
                                         ValueType::kString),
                         [](const auto& type) { return std::string(ValueTypeName(type.param)); });

}  // namespace
}  // namespace bedplate

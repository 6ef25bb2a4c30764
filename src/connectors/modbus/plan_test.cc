#include "connectors/modbus/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <tuple>

namespace bedplate::modbus {
namespace {

using ::testing::ElementsAre;

ReadRequest Registers(std::uint16_t address, std::uint16_t count) {
  return {.unit = 1, .table = Table::kHoldingRegisters, .address = address, .count = count};
}

std::uint32_t EndOf(const ReadRequest& range) { return std::uint32_t{range.address} + range.count; }

std::uint32_t MostOf(const ReadRequest& range, const ReadLimits& limits) {
  return HasBits(range.table) ? limits.bits : limits.registers;
}

std::uint32_t GapOf(const ReadRequest& range, const ReadLimits& limits) {
  return HasBits(range.table) ? limits.gap_bits : limits.gap_registers;
}

/// Whether these ranges may be one request; written apart from the code under test.
bool MayBeOne(std::vector<ReadRequest> ranges, const ReadLimits& limits) {
  std::ranges::sort(ranges, {}, &ReadRequest::address);
  std::uint32_t end = ranges.front().address;
  for (const ReadRequest& range : ranges) {
    if (range.unit != ranges.front().unit || range.table != ranges.front().table) return false;
    if (range.address > end && range.address - end > GapOf(range, limits)) return false;
    end = std::max(end, EndOf(range));
  }
  return end - ranges.front().address <= MostOf(ranges.front(), limits);
}

/// The least number of requests, by trying every way to put ranges together.
std::size_t FewestReads(const std::vector<ReadRequest>& ranges, const ReadLimits& limits,
                        std::vector<std::vector<ReadRequest>>& groups, std::size_t next = 0) {
  if (next == ranges.size()) {
    const bool allowed =
        std::ranges::all_of(groups, [&](const auto& group) { return MayBeOne(group, limits); });
    return allowed ? groups.size() : std::numeric_limits<std::size_t>::max();
  }
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].push_back(ranges[next]);
    fewest = std::min(fewest, FewestReads(ranges, limits, groups, next + 1));
    groups[i].pop_back();
  }
  groups.push_back({ranges[next]});
  fewest = std::min(fewest, FewestReads(ranges, limits, groups, next + 1));
  groups.pop_back();
  return fewest;
}

/// Limits are kept, each range is whole in exactly one request, and nothing is read beyond them.
void ExpectLawful(const std::vector<Block>& blocks, const std::vector<ReadRequest>& ranges,
                  const ReadLimits& limits) {
  std::multiset<std::size_t> read;
  for (const Block& block : blocks) {
    ASSERT_FALSE(block.values.empty());
    std::vector<ReadRequest> group;
    for (const std::size_t index : block.values) {
      const ReadRequest& range = ranges[index];
      ASSERT_GE(range.address, block.request.address);
      ASSERT_LE(EndOf(range), EndOf(block.request));
      group.push_back(range);
      read.insert(index);
    }
    ASSERT_TRUE(MayBeOne(group, limits));
    const auto last = std::ranges::max_element(group, {}, EndOf);
    ASSERT_EQ(EndOf(block.request), EndOf(*last));
    ASSERT_EQ(block.request.address, std::ranges::min(group, {}, &ReadRequest::address).address);
    ASSERT_EQ(block.request.table, group.front().table);
    ASSERT_EQ(block.request.unit, group.front().unit);
  }
  ASSERT_EQ(read.size(), ranges.size());
  ASSERT_EQ(std::set<std::size_t>(read.begin(), read.end()).size(), ranges.size());
}

std::vector<ReadRequest> RandomRanges(std::mt19937& random, std::size_t most,
                                      std::uint16_t table_end) {
  std::vector<ReadRequest> ranges(1 + random() % most);
  for (ReadRequest& range : ranges) {
    range.unit = static_cast<std::uint8_t>(1 + random() % 2);
    range.table = random() % 4 == 0 ? Table::kCoils : Table::kHoldingRegisters;
    range.count = static_cast<std::uint16_t>(1 + random() % 4);
    range.address = static_cast<std::uint16_t>(random() % (table_end - range.count + 1U));
  }
  return ranges;
}

TEST(ModbusPlanTest, NoPlanHasFewerReads) {
  for (unsigned seed = 0; seed < 2'000; ++seed) {
    std::mt19937 random(seed);
    const auto ranges = RandomRanges(random, 6, 40);
    const ReadLimits limits{.registers = static_cast<std::uint16_t>(4 + random() % 12),
                            .bits = static_cast<std::uint16_t>(4 + random() % 12),
                            .gap_registers = static_cast<std::uint16_t>(random() % 6),
                            .gap_bits = static_cast<std::uint16_t>(random() % 6)};
    const auto blocks = PlanReads(ranges, limits);
    ASSERT_NO_FATAL_FAILURE(ExpectLawful(blocks, ranges, limits)) << "seed " << seed;
    std::vector<std::vector<ReadRequest>> groups;
    ASSERT_EQ(blocks.size(), FewestReads(ranges, limits, groups)) << "seed " << seed;
  }
}

TEST(ModbusPlanTest, ManyRangesKeepTheLimitsAndNoRegisterIsReadTwice) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    std::vector<ReadRequest> ranges;
    for (std::uint32_t at = 0; at < 60'000; at += 1 + random() % 30) {
      ranges.push_back(Registers(static_cast<std::uint16_t>(at), 1 + random() % 4));
      at += ranges.back().count;
    }
    std::ranges::shuffle(ranges, random);
    const ReadLimits limits{.registers = static_cast<std::uint16_t>(10 + random() % 116)};
    const auto blocks = PlanReads(ranges, limits);
    ASSERT_NO_FATAL_FAILURE(ExpectLawful(blocks, ranges, limits)) << "seed " << seed;
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      ASSERT_GE(blocks[i].request.address, EndOf(blocks[i - 1].request)) << "seed " << seed;
    }
  }
}

TEST(ModbusPlanTest, AGapIsReadAlongAsLongAsItIsShort) {
  const std::vector<ReadRequest> ranges{Registers(20, 2), Registers(0, 2), Registers(10, 1)};
  const auto merged = PlanReads(ranges, {.gap_registers = 9});
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].request, Registers(0, 22));
  EXPECT_THAT(merged[0].values, ElementsAre(1, 2, 0));
  EXPECT_EQ(PlanReads(ranges, {.gap_registers = 8}).size(), 2U);
  EXPECT_EQ(PlanReads(ranges, {.gap_registers = 0}).size(), 3U);
  const std::vector<ReadRequest> adjacent{Registers(0, 2), Registers(2, 1)};
  EXPECT_EQ(PlanReads(adjacent, {.gap_registers = 0}).size(), 1U);
}

TEST(ModbusPlanTest, AValueIsNotCutWhereTheLimitIs) {
  const std::vector<ReadRequest> ranges{Registers(0, 124), Registers(124, 2)};
  const auto blocks = PlanReads(ranges, {});
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[1].request, Registers(124, 2));
}

TEST(ModbusPlanTest, TheLastRegisterOfATableCanBeRead) {
  const std::vector<ReadRequest> ranges{Registers(65'534, 2), Registers(65'530, 1)};
  const auto blocks = PlanReads(ranges, {});
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].request, Registers(65'530, 6));
}

TEST(ModbusPlanTest, SplittingAgainAndAgainLeavesEveryValueAlone) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto ranges = RandomRanges(random, 40, 100);
    std::vector<Block> open = PlanReads(ranges, {});
    std::set<std::size_t> alone;
    std::size_t steps = 0;
    while (!open.empty()) {
      const Block block = open.back();
      open.pop_back();
      if (block.values.size() == 1) {
        EXPECT_EQ(block.request, ranges[block.values.front()]);
        EXPECT_TRUE(alone.insert(block.values.front()).second);
        continue;
      }
      for (Block& half : Split(block, ranges)) open.push_back(std::move(half));
      ASSERT_LT(++steps, ranges.size());
    }
    EXPECT_EQ(alone.size(), ranges.size());
  }
}

}  // namespace
}  // namespace bedplate::modbus

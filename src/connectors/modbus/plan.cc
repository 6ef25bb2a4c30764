#include "connectors/modbus/plan.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/check.h"

namespace bedplate::modbus {
namespace {

std::uint32_t EndOf(const ReadRequest& range) { return std::uint32_t{range.address} + range.count; }

void Extend(Block& block, const ReadRequest& range, std::size_t index) {
  const std::uint32_t end = std::max(EndOf(block.request), EndOf(range));
  block.request.count = static_cast<std::uint16_t>(end - block.request.address);
  block.values.push_back(index);
}

/// Whether `range`, which begins no earlier than the block, can be read along with it.
bool Fits(const Block& block, const ReadRequest& range, const ReadLimits& limits) {
  const ReadRequest& so_far = block.request;
  if (so_far.unit != range.unit || so_far.table != range.table) return false;
  const std::uint32_t gap = HasBits(range.table) ? limits.gap_bits : limits.gap_registers;
  const std::uint32_t most = HasBits(range.table) ? limits.bits : limits.registers;
  return range.address <= EndOf(so_far) + gap && EndOf(range) - so_far.address <= most;
}

void CheckRange(const ReadRequest& range, const ReadLimits& limits) {
  BEDPLATE_CHECK(range.count > 0);
  BEDPLATE_CHECK(EndOf(range) <= kTableSize);
  BEDPLATE_CHECK(range.count <= (HasBits(range.table) ? limits.bits : limits.registers));
}

Block BlockOf(std::span<const std::size_t> values, std::span<const ReadRequest> ranges) {
  Block block{.request = ranges[values.front()], .values = {}};
  for (const std::size_t index : values) Extend(block, ranges[index], index);
  return block;
}

}  // namespace

std::vector<Block> PlanReads(std::span<const ReadRequest> ranges, const ReadLimits& limits) {
  std::vector<std::size_t> order(ranges.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t index) {
      const ReadRequest& range = ranges[index];
      return std::tuple(range.unit, range.table, range.address);
    };
    return key(a) < key(b);
  });
  std::vector<Block> blocks;
  for (const std::size_t index : order) {
    const ReadRequest& range = ranges[index];
    CheckRange(range, limits);
    if (blocks.empty() || !Fits(blocks.back(), range, limits)) blocks.push_back({range, {}});
    Extend(blocks.back(), range, index);
  }
  return blocks;
}

std::vector<Block> Split(const Block& block, std::span<const ReadRequest> ranges) {
  BEDPLATE_CHECK(block.values.size() > 1);
  const std::span<const std::size_t> values(block.values);
  const std::size_t half = values.size() / 2;
  return {BlockOf(values.first(half), ranges), BlockOf(values.subspan(half), ranges)};
}

}  // namespace bedplate::modbus

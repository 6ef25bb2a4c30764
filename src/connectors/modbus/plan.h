#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "connectors/modbus/frame.h"

namespace bedplate::modbus {

/// What may be asked of a device at once.
struct ReadLimits {
  std::uint16_t registers = kMostRegisters;
  std::uint16_t bits = kMostBits;
  /// What nobody asked for is read along where it is no longer than this. 0 for devices that
  /// refuse a request with a hole in it.
  std::uint16_t gap_registers = 8;
  std::uint16_t gap_bits = 64;
};

/// One request, and whose values its answer holds.
struct Block {
  ReadRequest request;
  std::vector<std::size_t> values;  // indices of the ranges, by address
};

/// Merges ranges into as few requests as the limits allow. Each range is whole in one request, so
/// no value of several registers is ever put together from two moments. Each must be within the
/// limits and its table (CHECK).
std::vector<Block> PlanReads(std::span<const ReadRequest> ranges, const ReadLimits& limits);

/// The two halves of a block of several values, without what lies between them; for a device that
/// has no register somewhere in it.
std::vector<Block> Split(const Block& block, std::span<const ReadRequest> ranges);

}  // namespace bedplate::modbus

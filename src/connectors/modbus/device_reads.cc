#include "connectors/modbus/device_reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"

namespace bedplate::modbus {
namespace {

/// FNV-1a, 64 bits: the same on every machine and in every run.
std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3U;
  }
  return hash;
}

DeadLetter LetterFor(const ValueSettings& value, std::string code, std::string reason) {
  DeadLetter letter;
  letter.place = value.place;
  letter.tag = value.path;
  letter.code = std::move(code);
  letter.reason = std::move(reason);
  return letter;
}

/// As a person reads it in a manual or a terminal: `0xFFFF 0x0001`.
std::string ShowRegisters(ByteView registers) {
  std::string text;
  for (std::size_t i = 0; i + 1 < registers.size(); i += 2) {
    text += fmt::format("{}0x{:02X}{:02X}", i == 0 ? "" : " ", std::to_integer<int>(registers[i]),
                        std::to_integer<int>(registers[i + 1]));
  }
  return text;
}

}  // namespace

DeviceReads::DeviceReads(DeviceSettings device, const ReadLimits& limits)
    : device_(std::move(device)) {
  std::set<Time> intervals;
  for (const ValueSettings& value : device_.values) {
    ranges_.push_back(value.range);
    intervals.insert(value.interval);
  }
  for (const Time interval : intervals) AddReads(interval, limits);
}

void DeviceReads::AddReads(Time interval, const ReadLimits& limits) {
  std::vector<ReadRequest> ranges;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < device_.values.size(); ++i) {
    if (device_.values[i].interval != interval) continue;
    ranges.push_back(ranges_[i]);
    indices.push_back(i);
  }
  for (Block& block : PlanReads(ranges, limits)) {
    for (std::size_t& value : block.values) value = indices[value];
    reads_.push_back({.block = std::move(block), .interval = interval});
  }
}

DeviceReads::Time DeviceReads::PhaseOf(std::size_t read) const {
  const Time range = std::min<Time>(reads_[read].interval, kMostPhase);
  const ValueSettings& first = device_.values[reads_[read].block.values.front()];
  return Time(HashOf(first.place) % static_cast<std::uint64_t>(range.count()));
}

std::set<std::uint8_t> DeviceReads::Units() const {
  std::set<std::uint8_t> units;
  for (const ReadRequest& range : ranges_) units.insert(range.unit);
  return units;
}

bool DeviceReads::IsWaiting(std::size_t read, Time now) const {
  return reads_[read].is_absent && now < reads_[read].next_try;
}

void DeviceReads::Take(std::size_t read, Data data, Timestamp arrival, ReadingBatcher& out) {
  const Block& block = reads_[read].block;
  BEDPLATE_CHECK(data.size() == DataBytes(block.request.table, block.request.count));
  reads_[read].is_absent = false;
  for (const std::size_t index : block.values) {
    TakeValue(device_.values[index], block.request, data, arrival, out);
  }
}

void DeviceReads::TakeValue(const ValueSettings& value, const ReadRequest& request, Data data,
                            Timestamp arrival, ReadingBatcher& out) const {
  const std::size_t at = value.range.address - std::size_t{request.address};
  if (HasBits(request.table)) {
    out.Add({value.path, value.unit, value.place, {arrival, BitAt(data, at)}});
    return;
  }
  const ByteView registers = data.subspan(2 * at, std::size_t{2} * value.range.count);
  auto decoded = DecodeRegisters(value.decoding, registers);
  if (decoded.ok()) {
    out.Add({value.path,
             value.unit,
             value.place,
             {arrival, std::move(decoded->value), decoded->quality}});
    return;
  }
  DeadLetter letter = LetterFor(value, "bad-number", decoded.error().message());
  letter.payload = ShowRegisters(registers);
  out.Refuse(std::move(letter));
}

std::optional<std::size_t> DeviceReads::Refused(std::size_t read, ExceptionCode code, Time now,
                                                ReadingBatcher& out) {
  if (code == ExceptionCode::kIllegalFunction || reads_[read].block.values.size() == 1) {
    MarkAbsent(reads_[read], code, now, out);
    return std::nullopt;
  }
  std::vector<Block> halves = Split(reads_[read].block, ranges_);
  reads_[read].block = std::move(halves[0]);
  reads_.push_back({.block = std::move(halves[1]), .interval = reads_[read].interval});
  return reads_.size() - 1;
}

void DeviceReads::MarkAbsent(Read& read, ExceptionCode code, Time now, ReadingBatcher& out) const {
  read.next_try = now + kAbsentInterval;
  if (std::exchange(read.is_absent, true)) return;
  for (const std::size_t index : read.block.values) {
    out.Refuse(LetterFor(device_.values[index], "no-such-register",
                         fmt::format("expected data, got {}; asked for again every {} minutes",
                                     ExceptionText(code), kAbsentInterval.count())));
  }
}

}  // namespace bedplate::modbus

#include "historian/block.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/block_statistics.h"
#include "historian/codecs.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

void EncodeValues(const SampleColumns& columns, Bytes& out) {
  switch (columns.type) {
    case ValueType::kDouble: return EncodeDoubles(columns.doubles, out);
    case ValueType::kInt64: return EncodeInt64s(columns.int64s, out);
    case ValueType::kBool: return EncodeBools(columns.bools, out);
    case ValueType::kString: return EncodeStrings(columns.strings, out);
  }
}

bool DecodeValues(ByteReader& in, std::size_t count, SampleColumns& columns) {
  switch (columns.type) {
    case ValueType::kDouble: return DecodeDoubles(in, count, columns.doubles);
    case ValueType::kInt64: return DecodeInt64s(in, count, columns.int64s);
    case ValueType::kBool: return DecodeBools(in, count, columns.bools);
    case ValueType::kString: return DecodeStrings(in, count, columns.strings);
  }
  return false;
}

Error Damaged(std::string_view what) {
  return Error(ErrorCode::kCorruption, fmt::format("damaged block: {}", what));
}

bool Ascend(const std::vector<std::int64_t>& times, bool may_repeat) {
  if (may_repeat) return std::is_sorted(times.begin(), times.end());
  return std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end();
}

/// The distance of all neighbours, or 0 when they differ; 1 for a single time.
std::int64_t StrideOf(const std::vector<std::int64_t>& times) {
  if (times.size() < 2) return 1;
  const std::int64_t stride = times[1] - times[0];
  for (std::size_t i = 2; i < times.size(); ++i) {
    if (times[i] - times[i - 1] != stride) return 0;
  }
  return stride;
}

std::uint32_t CountGood(const SampleColumns& columns) {
  if (columns.qualities.empty()) return static_cast<std::uint32_t>(columns.size());
  return static_cast<std::uint32_t>(
      std::count_if(columns.qualities.begin(), columns.qualities.end(),
                    [](std::uint32_t code) { return Quality(code).IsGood(); }));
}

BlockHeader SummarizeBlock(const SampleColumns& columns) {
  BlockHeader header;
  header.count = static_cast<std::uint32_t>(columns.size());
  header.good_count = CountGood(columns);
  header.first_time = columns.times.front();
  header.last_time = columns.times.back();
  const std::int64_t stride = StrideOf(columns.times);
  header.even = stride != 0;
  header.has_qualities = !columns.qualities.empty();
  header.has_statistics = columns.type != ValueType::kString && header.good_count > 0;
  if (header.has_statistics) SummarizeStatistics(columns, stride, header);
  return header;
}

/// The same bits, so that what is no number equals itself, or nearly the same number.
bool IsNear(double a, double b, double tolerance) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         std::abs(a - b) <= tolerance;
}

/// Sums may differ by their rounding; a writer may have added in another order.
bool Agree(const BlockHeader& a, const BlockHeader& b) {
  constexpr double kRounding = 0x1p-46;
  const BlockStatistics& x = a.statistics;
  const BlockStatistics& y = b.statistics;
  const bool exact = IsNear(x.min, y.min, 0) && IsNear(x.max, y.max, 0) &&
                     IsNear(x.first, y.first, 0) && IsNear(x.last, y.last, 0);
  const double greatest = std::max(std::abs(x.min), std::abs(x.max)) * kRounding;
  if (!exact || !IsNear(x.sum, y.sum, greatest * a.count)) return false;
  if (!a.AllGood()) return true;
  const double seconds =
      static_cast<double>(a.last_time - a.first_time) / static_cast<double>(kNanosecondsPerSecond);
  // Derived integrals are as exact as the sum of all samples, spread over the time between two.
  const double tolerance = 2 * greatest * seconds;
  return IsNear(x.step_integral, y.step_integral, tolerance) &&
         IsNear(x.linear_integral, y.linear_integral, tolerance);
}

/// A section of the payload: its length as a varint, then its bytes.
ByteView TakeSection(ByteReader& in) {
  const std::uint64_t length = in.Varint();
  return in.Take(length);
}

void PutSection(Bytes& out, ByteView section) {
  PutVarint(out, section.size());
  PutBytes(out, section);
}

/// Where each column of a payload stands; empty for one that the header tells.
struct Sections {
  ByteView times;
  ByteView qualities;
  ByteView values;
};

/// Checks the payload against its checksum and splits it.
Result<Sections> Split(const BlockHeader& header, ByteView payload) {
  if (header.count == 0 || header.count > kMaxBlockSamples) {
    return Damaged(fmt::format("{} samples, expected 1 to {}", header.count, kMaxBlockSamples));
  }
  const std::uint32_t crc = Crc32c(payload);
  if (crc != header.payload_crc) {
    return Damaged(fmt::format("checksum {:08x}, expected {:08x}", crc, header.payload_crc));
  }
  ByteReader in(payload);
  Sections sections;
  if (!header.even) sections.times = TakeSection(in);
  if (header.has_qualities || header.version == 1) sections.qualities = TakeSection(in);
  sections.values = in.Rest();
  if (!in.ok()) return Damaged("its sections do not fit");
  return sections;
}

/// The distance of neighbours in an even block. Fails when its times are no such row.
Result<std::int64_t> EvenStride(const BlockHeader& header) {
  if (header.count == 1 && header.last_time == header.first_time) return std::int64_t{1};
  const std::int64_t stride = header.Stride();
  const bool fits = stride > 0 && header.first_time + stride * (std::int64_t{header.count} - 1) ==
                                      header.last_time;
  if (fits) return stride;
  return Damaged("its times are no even row");
}

Status DecodeUnevenTimes(const BlockHeader& header, ByteView section,
                         std::vector<std::int64_t>& times) {
  ByteReader in(section);
  if (!DecodeTimes(in, header.count, header.first_time, times) || !in.AtEnd()) {
    return Damaged("its times do not decode");
  }
  if (!Ascend(times, header.may_repeat) || times.front() != header.first_time ||
      times.back() != header.last_time) {
    return Damaged("its times are not those of its header");
  }
  return {};
}

Status DecodeAllTimes(const BlockHeader& header, ByteView section,
                      std::vector<std::int64_t>& times) {
  if (!header.even) return DecodeUnevenTimes(header, section, times);
  ASSIGN_OR_RETURN(const std::int64_t stride, EvenStride(header));
  times.resize(header.count);
  std::int64_t time = header.first_time;
  for (std::int64_t& entry : times) {
    entry = time;
    time += stride;
  }
  return {};
}

Status DecodeAllQualities(const BlockHeader& header, ByteView section,
                          std::vector<std::uint32_t>& qualities) {
  qualities.clear();
  if (header.version != 1 && !header.has_qualities) return {};
  ByteReader in(section);
  if (DecodeQualities(in, header.count, qualities) && in.AtEnd()) return {};
  return Damaged("its qualities do not decode");
}

Error UndecodedValues() { return Damaged("its values do not decode"); }

/// The values of a block of numbers, as doubles.
bool DecodeAsDoubles(ByteReader& in, ValueType type, NumberBlock& out) {
  out.integers.clear();
  if (type == ValueType::kDouble) return DecodeDoubles(in, out.count, out.scratch, out.values);
  out.values.resize(out.count);
  if (type == ValueType::kInt64) {
    if (!DecodeInt64s(in, out.count, out.integers)) return false;
    std::transform(out.integers.begin(), out.integers.end(), out.values.begin(),
                   [](std::int64_t value) { return static_cast<double>(value); });
    return true;
  }
  std::vector<std::uint8_t> bools;
  if (!DecodeBools(in, out.count, bools)) return false;
  std::copy(bools.begin(), bools.end(), out.values.begin());
  return true;
}

}  // namespace

bool Describes(const BlockHeader& header, const SampleColumns& columns) {
  const BlockHeader own = SummarizeBlock(columns);
  return own.count == header.count && own.good_count == header.good_count &&
         own.first_time == header.first_time && own.last_time == header.last_time &&
         own.has_statistics == header.has_statistics && (!own.has_statistics || Agree(own, header));
}

EncodedBlock EncodeBlock(const SampleColumns& columns) {
  BEDPLATE_CHECK(!columns.empty());
  BEDPLATE_CHECK(columns.size() <= kMaxBlockSamples);
  EncodedBlock block;
  block.header = SummarizeBlock(columns);
  Bytes section;
  if (!block.header.even) {
    EncodeTimes(columns.times, section);
    PutSection(block.payload, section);
    section.clear();
  }
  if (block.header.has_qualities) {
    EncodeQualities(columns.qualities, section);
    PutSection(block.payload, section);
  }
  EncodeValues(columns, block.payload);
  block.header.payload_bytes = static_cast<std::uint32_t>(block.payload.size());
  block.header.payload_crc = Crc32c(block.payload);
  return block;
}

Result<SampleColumns> DecodeBlock(const BlockHeader& header, ValueType type, ByteView payload) {
  ASSIGN_OR_RETURN(const Sections sections, Split(header, payload));
  SampleColumns columns;
  columns.type = type;
  RETURN_IF_ERROR(DecodeAllTimes(header, sections.times, columns.times));
  RETURN_IF_ERROR(DecodeAllQualities(header, sections.qualities, columns.qualities));
  ByteReader values(sections.values);
  if (!DecodeValues(values, header.count, columns) || !values.AtEnd()) return UndecodedValues();
  return columns;
}

Status DecodeNumbers(const BlockHeader& header, ValueType type, ByteView payload,
                     NumberBlock& out) {
  BEDPLATE_CHECK(type != ValueType::kString);
  ASSIGN_OR_RETURN(const Sections sections, Split(header, payload));
  out.count = header.count;
  out.first_time = header.first_time;
  out.times.clear();
  if (header.even) {
    ASSIGN_OR_RETURN(out.stride, EvenStride(header));
  } else {
    RETURN_IF_ERROR(DecodeUnevenTimes(header, sections.times, out.times));
    out.stride = StrideOf(out.times);
    if (out.stride != 0) out.times.clear();
  }
  RETURN_IF_ERROR(DecodeAllQualities(header, sections.qualities, out.qualities));
  ByteReader values(sections.values);
  if (!DecodeAsDoubles(values, type, out) || !values.AtEnd()) return UndecodedValues();
  return {};
}

}  // namespace bedplate::historian

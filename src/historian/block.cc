#include "historian/block.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/codecs.h"
#include "historian/compensated_sum.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

double SecondsBetween(std::int64_t from_ns, std::int64_t to_ns) {
  return static_cast<double>(to_ns - from_ns) / static_cast<double>(kNanosecondsPerSecond);
}

BlockStatistics ComputeStatistics(const SampleColumns& columns) {
  BlockStatistics statistics;
  CompensatedSum sum;
  CompensatedSum step;
  CompensatedSum linear;
  bool any = false;
  bool previous_good = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool good = columns.QualityAt(i).IsGood();
    const double value = good ? columns.NumberAt(i) : 0;
    if (previous_good) {
      const double seconds = SecondsBetween(columns.times[i - 1], columns.times[i]);
      const double previous = columns.NumberAt(i - 1);
      step.Add(previous * seconds);
      if (good) linear.Add((previous / 2 + value / 2) * seconds);
    }
    previous_good = good;
    if (!good) continue;
    sum.Add(value);
    statistics.min = any ? std::min(statistics.min, value) : value;
    statistics.max = any ? std::max(statistics.max, value) : value;
    if (!any) statistics.first = value;
    statistics.last = value;
    any = true;
  }
  statistics.sum = sum.Total();
  statistics.step_integral = step.Total();
  statistics.linear_integral = linear.Total();
  return statistics;
}

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

bool StrictlyAscending(const std::vector<std::int64_t>& times) {
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

/// A section of the payload: its length as a varint, then its bytes.
ByteView TakeSection(ByteReader& in) {
  const std::uint64_t length = in.Varint();
  return in.Take(length);
}

void PutSection(Bytes& out, ByteView section) {
  PutVarint(out, section.size());
  PutBytes(out, section);
}

Status DecodeColumns(const BlockHeader& header, ByteView payload, SampleColumns& columns) {
  ByteReader in(payload);
  ByteReader times(TakeSection(in));
  ByteReader qualities(TakeSection(in));
  if (!in.ok()) return Damaged("its sections do not fit");
  if (!DecodeTimes(times, header.count, header.first_time, columns.times) || !times.AtEnd()) {
    return Damaged("its times do not decode");
  }
  if (!DecodeQualities(qualities, header.count, columns.qualities) || !qualities.AtEnd()) {
    return Damaged("its qualities do not decode");
  }
  if (!DecodeValues(in, header.count, columns)) return Damaged("its values do not decode");
  return {};
}

}  // namespace

BlockHeader SummarizeBlock(const SampleColumns& columns) {
  BlockHeader header;
  header.count = static_cast<std::uint32_t>(columns.size());
  header.good_count = header.count;
  if (!columns.qualities.empty()) {
    header.good_count = static_cast<std::uint32_t>(
        std::count_if(columns.qualities.begin(), columns.qualities.end(),
                      [](std::uint32_t code) { return Quality(code).IsGood(); }));
  }
  header.first_time = columns.times.front();
  header.last_time = columns.times.back();
  header.has_statistics = columns.type != ValueType::kString && header.good_count > 0;
  if (header.has_statistics) header.statistics = ComputeStatistics(columns);
  return header;
}

EncodedBlock EncodeBlock(const SampleColumns& columns) {
  BEDPLATE_CHECK(!columns.empty() && columns.size() <= kMaxBlockSamples);
  EncodedBlock block;
  block.header = SummarizeBlock(columns);
  Bytes section;
  EncodeTimes(columns.times, section);
  PutSection(block.payload, section);
  section.clear();
  EncodeQualities(columns.qualities, section);
  PutSection(block.payload, section);
  EncodeValues(columns, block.payload);
  block.header.payload_bytes = static_cast<std::uint32_t>(block.payload.size());
  block.header.payload_crc = Crc32c(block.payload);
  return block;
}

Result<SampleColumns> DecodeBlock(const BlockHeader& header, ValueType type, ByteView payload) {
  if (header.count == 0 || header.count > kMaxBlockSamples) {
    return Damaged(fmt::format("{} samples, expected 1 to {}", header.count, kMaxBlockSamples));
  }
  const std::uint32_t crc = Crc32c(payload);
  if (crc != header.payload_crc) {
    return Damaged(fmt::format("checksum {:08x}, expected {:08x}", crc, header.payload_crc));
  }
  SampleColumns columns;
  columns.type = type;
  RETURN_IF_ERROR(DecodeColumns(header, payload, columns));
  if (!StrictlyAscending(columns.times) || columns.times.back() != header.last_time) {
    return Damaged("its times are not those of its header");
  }
  return columns;
}

Status DecodeNumbers(const BlockHeader& header, ValueType type, ByteView payload,
                     NumberBlock& out) {
  BEDPLATE_CHECK(type != ValueType::kString);
  ASSIGN_OR_RETURN(SampleColumns columns, DecodeBlock(header, type, payload));
  out.count = columns.size();
  out.first_time = columns.times.front();
  out.stride = StrideOf(columns.times);
  out.values.resize(out.count);
  for (std::size_t i = 0; i < out.count; ++i) out.values[i] = columns.NumberAt(i);
  out.qualities = std::move(columns.qualities);
  out.times.clear();
  if (out.stride == 0) out.times = std::move(columns.times);
  return {};
}

}  // namespace bedplate::historian

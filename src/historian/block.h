#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/sample.h"

namespace bedplate::historian {

/// What aggregates need of the samples of good quality in a block of numbers. The integrals are in
/// value x seconds from the first to the last sample of the block and only meant for blocks that
/// are all good (version 2 has 0 in others): step holds each value until the next time, linear
/// joins the values by lines.
struct BlockStatistics {
  double min = 0;
  double max = 0;
  double sum = 0;
  double first = 0;
  double last = 0;
  double step_integral = 0;
  double linear_integral = 0;

  bool operator==(const BlockStatistics&) const = default;
};

/// Says that statistics are not written as decimals.
inline constexpr std::uint8_t kNoDecimals = 255;

/// Stands in a segment's index, apart from the block's payload (docs/formats/segment.md).
struct BlockHeader {
  std::uint32_t count = 0;       // samples, 1 to kMaxBlockSamples
  std::uint32_t good_count = 0;  // of these with good quality
  std::int64_t first_time = 0;   // ns since 1970
  std::int64_t last_time = 0;
  std::uint64_t payload_offset = 0;  // from the start of the file
  std::uint32_t payload_bytes = 0;
  std::uint32_t payload_crc = 0;
  std::uint8_t version = 2;             // of the segment format that the payload has
  bool even = false;                    // all neighbours are equally far apart; version 2 only
  bool has_qualities = false;           // the payload has a column of them; version 2 only
  bool has_statistics = false;          // numbers with at least one good sample
  bool has_integrals = false;           // they are written and not derived; version 2 only
  std::uint8_t decimals = kNoDecimals;  // the exponent that statistics are written with
  bool may_repeat = false;              // of replaced values: neighbours may have the same time
  BlockStatistics statistics;

  [[nodiscard]] bool AllGood() const noexcept { return good_count == count; }
  /// Of an even block: ns from each sample to the next, 0 for a single one.
  [[nodiscard]] std::int64_t Stride() const noexcept {
    return count > 1 ? (last_time - first_time) / (std::int64_t{count} - 1) : 0;
  }
};

/// A block's columns as bytes. `header.payload_offset` is 0.
struct EncodedBlock {
  BlockHeader header;
  Bytes payload;
};

/// `columns` holds 1 to kMaxBlockSamples samples (CHECK) with strictly ascending times, or with
/// ascending ones for replaced values, whose header the caller marks with `may_repeat`.
EncodedBlock EncodeBlock(const SampleColumns& columns);

/// The samples behind `header`. Errors: kCorruption saying what does not fit.
Result<SampleColumns> DecodeBlock(const BlockHeader& header, ValueType type, ByteView payload);

/// A block of numbers as aggregates want it: values as doubles (int64 rounded, bool as 0 and 1),
/// and times only where they are not evenly spaced. Decode one block after the other into the same
/// object, so that its memory is used again.
struct NumberBlock {
  std::size_t count = 0;
  std::int64_t first_time = 0;      // ns since 1970
  std::int64_t stride = 0;          // ns from each sample to the next; 0: `times` has them
  std::vector<std::int64_t> times;  // empty when there is a stride
  std::vector<double> values;
  std::vector<std::int64_t> integers;    // of int64 the values themselves; empty for other types
  std::vector<std::uint32_t> qualities;  // OPC UA status codes; empty: all good
  std::vector<std::int64_t> scratch;     // of the decoder

  [[nodiscard]] std::int64_t TimeAt(std::size_t index) const noexcept {
    return times.empty() ? first_time + static_cast<std::int64_t>(index) * stride : times[index];
  }
};

/// As DecodeBlock, of a type that has numbers (CHECK). A single sample has the stride 1, so either
/// `times` or `stride` is set. After an error `out` holds nothing of use.
Status DecodeNumbers(const BlockHeader& header, ValueType type, ByteView payload, NumberBlock& out);

/// Whether counts, times and statistics of a header are those of the block's samples.
[[nodiscard]] bool Describes(const BlockHeader& header, const SampleColumns& columns);

}  // namespace bedplate::historian

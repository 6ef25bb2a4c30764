// Index pages of segments (docs/formats/segment.md, "Index pages").

#include <fmt/format.h>

#include "historian/block_statistics.h"
#include "historian/decimal_kernels.h"
#include "historian/format.h"
#include "historian/segment_format.h"

namespace bedplate::historian {
namespace {

/// The least that a block header takes; bounds what a hostile count may allocate.
constexpr std::size_t kMinBlockHeaderBytes = 6;

enum BlockFlags : std::uint8_t {
  kNotAllGood = 1,
  kHasStatistics = 2,
  // Version 2 only:
  kAsDecimals = 4,
  kHasIntegrals = 8,
  kEven = 16,
  kHasQualities = 32,
  kSameTimes = 64,
};
constexpr std::uint8_t kKnownFlags1 = kNotAllGood | kHasStatistics;
constexpr std::uint8_t kKnownFlags2 =
    kKnownFlags1 | kAsDecimals | kHasIntegrals | kEven | kHasQualities | kSameTimes;

/// Added to a value type in version 2, and kReplaced in version 3.
enum SeriesFlags : std::uint8_t { kOneBlock = 16, kPayloadFollows = 32, kReplaced = 64 };
constexpr std::uint8_t kTypeMask = 15;

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

std::uint64_t PayloadEndOf(const SeriesBlocks& series) {
  if (series.blocks.empty()) return 0;
  return series.blocks.back().payload_offset + series.blocks.back().payload_bytes;
}

/// The block of a series before that `index` of the next may have its times from.
const BlockHeader* Model(const SeriesBlocks& previous, std::size_t index) {
  return index < previous.blocks.size() ? &previous.blocks[index] : nullptr;
}

bool HaveSameTimes(const BlockHeader& a, const BlockHeader& b) {
  return a.count == b.count && a.first_time == b.first_time && a.last_time == b.last_time &&
         a.even == b.even;
}

void PutDecimals(Bytes& out, const BlockHeader& block) {
  const auto decimal =
      ToDecimalStatistics(block.statistics, block.good_count, unsigned{block.decimals});
  BEDPLATE_CHECK(decimal);
  const auto put_above_min = [&](std::int64_t integer) {
    PutVarint(out, static_cast<std::uint64_t>(integer - decimal->min));
  };
  out.push_back(static_cast<std::byte>(decimal->exponent));
  PutVarint(out, ZigZag(decimal->min));
  put_above_min(decimal->max);
  if (decimal->max == decimal->min) return;
  put_above_min(decimal->first);
  put_above_min(decimal->last);
  PutVarint(out, static_cast<std::uint64_t>(decimal->sum) -
                     static_cast<std::uint64_t>(decimal->min) * block.good_count);
}

bool TakeDecimals(ByteReader& in, std::uint32_t good_count, BlockHeader& block) {
  block.decimals = in.Fixed<std::uint8_t>();
  if (block.decimals > kMaxDecimals) return false;
  const std::int64_t min = UnZigZag(in.Varint());
  const auto least = static_cast<std::uint64_t>(min);
  const auto take_above_min = [&] { return static_cast<std::int64_t>(least + in.Varint()); };
  DecimalStatistics decimal{block.decimals, min, take_above_min(), min, min, 0};
  std::uint64_t sum = least * good_count;
  if (decimal.max != min) {
    decimal.first = take_above_min();
    decimal.last = take_above_min();
    sum += in.Varint();
  }
  decimal.sum = static_cast<std::int64_t>(sum);
  block.statistics = FromDecimalStatistics(decimal);
  return in.ok();
}

void PutStatistics(Bytes& out, const BlockHeader& block) {
  const BlockStatistics& statistics = block.statistics;
  if (block.decimals != kNoDecimals) {
    PutDecimals(out, block);
  } else {
    for (const double value :
         {statistics.min, statistics.max, statistics.sum, statistics.first, statistics.last}) {
      PutFixed(out, value);
    }
  }
  if (!block.has_integrals) return;
  PutFixed(out, statistics.step_integral);
  PutFixed(out, statistics.linear_integral);
}

bool TakeStatistics(ByteReader& in, std::uint8_t flags, BlockHeader& block) {
  BlockStatistics& statistics = block.statistics;
  if ((flags & kAsDecimals) != 0) {
    if (!TakeDecimals(in, block.good_count, block)) return false;
  } else {
    for (double* value :
         {&statistics.min, &statistics.max, &statistics.sum, &statistics.first, &statistics.last}) {
      *value = in.Fixed<double>();
    }
  }
  if (block.has_integrals) {
    statistics.step_integral = in.Fixed<double>();
    statistics.linear_integral = in.Fixed<double>();
  } else if (block.AllGood()) {
    if (!block.even) return false;
    SetEvenIntegrals(block.Stride(), statistics);
  }
  return true;
}

std::uint8_t FlagsOf(const BlockHeader& block, const BlockHeader* model) {
  std::uint8_t flags = block.AllGood() ? 0 : kNotAllGood;
  if (block.has_statistics) flags |= kHasStatistics;
  if (block.has_statistics && block.decimals != kNoDecimals) flags |= kAsDecimals;
  if (block.has_integrals) flags |= kHasIntegrals;
  if (block.even) flags |= kEven;
  if (block.has_qualities) flags |= kHasQualities;
  if (model != nullptr && HaveSameTimes(block, *model)) flags |= kSameTimes;
  return flags;
}

/// `previous_last` is the last time of the block before, or 0.
void PutBlockHeader(Bytes& out, const BlockHeader& block, const BlockHeader* model,
                    std::int64_t previous_last) {
  const std::uint8_t flags = FlagsOf(block, model);
  out.push_back(static_cast<std::byte>(flags));
  if ((flags & kSameTimes) == 0) {
    PutVarint(out, block.count);
    PutVarint(out, static_cast<std::uint64_t>(block.first_time - previous_last));
    if (!block.even) PutVarint(out, static_cast<std::uint64_t>(block.last_time - block.first_time));
    if (block.even && block.count > 1) PutVarint(out, static_cast<std::uint64_t>(block.Stride()));
  }
  if (!block.AllGood()) PutVarint(out, block.good_count);
  PutVarint(out, block.payload_bytes);
  PutFixed(out, block.payload_crc);
  if (block.has_statistics) PutStatistics(out, block);
}

/// Adds `steps` time distances without overflow; both ends must be storable times.
bool Advance(std::int64_t from, std::uint64_t distance, std::uint64_t steps, std::int64_t& to) {
  const auto most = static_cast<std::uint64_t>(kMaxTimestamp.nanoseconds());
  if (steps > 0 && distance >= most / steps) return false;
  to = from + static_cast<std::int64_t>(distance * steps);
  return IsStorable(Timestamp(to));
}

/// What tells the place of a block header in its page.
struct Place {
  const BlockHeader* model = nullptr;  // of the series before, or none
  std::int64_t previous_last = 0;      // last time of the block before
  bool is_first = true;                // of its series
  bool may_repeat = false;             // times of the series

  /// Whether a block may begin at `time`.
  [[nodiscard]] bool Allows(std::int64_t time) const {
    return is_first || time > previous_last || (may_repeat && time == previous_last);
  }
};

bool TakeTimes(ByteReader& in, std::uint8_t flags, const Place& place, BlockHeader& block) {
  if ((flags & kSameTimes) != 0) {
    if (place.model == nullptr || place.model->even != block.even) return false;
    block.count = place.model->count;
    block.first_time = place.model->first_time;
    block.last_time = place.model->last_time;
    return place.Allows(block.first_time);
  }
  const std::uint64_t count = in.Varint();
  const std::uint64_t gap = in.Varint();
  if (!in.ok() || count == 0 || count > kMaxBlockSamples) return false;
  block.count = static_cast<std::uint32_t>(count);
  if (!Advance(place.previous_last, gap, 1, block.first_time)) return false;
  if (!place.Allows(block.first_time)) return false;
  if (!block.even) return Advance(block.first_time, in.Varint(), 1, block.last_time);
  const std::uint64_t stride = count > 1 ? in.Varint() : 0;
  if (count > 1 && stride == 0) return false;
  return Advance(block.first_time, stride, count - 1, block.last_time);
}

bool TakeBlockHeader(ByteReader& in, const Place& place, BlockHeader& block) {
  const auto flags = in.Fixed<std::uint8_t>();
  if (flags > kKnownFlags2) return false;
  block.even = (flags & kEven) != 0;
  block.has_qualities = (flags & kHasQualities) != 0;
  block.has_statistics = (flags & kHasStatistics) != 0;
  block.has_integrals = (flags & kHasIntegrals) != 0;
  if (!TakeTimes(in, flags, place, block)) return false;
  const std::uint64_t good_count = (flags & kNotAllGood) != 0 ? in.Varint() : block.count;
  const std::uint64_t payload_bytes = in.Varint();
  block.payload_crc = in.Fixed<std::uint32_t>();
  if (!in.ok() || good_count > block.count || payload_bytes > UINT32_MAX) return false;
  block.good_count = static_cast<std::uint32_t>(good_count);
  block.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
  return (!block.has_statistics || TakeStatistics(in, flags, block)) && in.ok();
}

bool TakeBlockHeader1(ByteReader& in, const Place& place, BlockHeader& block) {
  const auto flags = in.Fixed<std::uint8_t>();
  const std::uint64_t count = in.Varint();
  const std::uint64_t good_count = (flags & kNotAllGood) != 0 ? in.Varint() : count;
  const std::uint64_t gap = in.Varint();
  const std::uint64_t duration = in.Varint();
  const std::uint64_t payload_bytes = in.Varint();
  block.payload_crc = in.Fixed<std::uint32_t>();
  block.version = 1;
  block.has_statistics = (flags & kHasStatistics) != 0;
  BlockStatistics& statistics = block.statistics;
  if (block.has_statistics) {
    for (double* value :
         {&statistics.min, &statistics.max, &statistics.sum, &statistics.first, &statistics.last,
          &statistics.step_integral, &statistics.linear_integral}) {
      *value = in.Fixed<double>();
    }
  }
  if (!in.ok() || flags > kKnownFlags1 || count == 0 || count > kMaxBlockSamples) return false;
  if (good_count > count || payload_bytes > UINT32_MAX) return false;
  if (gap == 0 && !place.is_first) return false;
  block.count = static_cast<std::uint32_t>(count);
  block.good_count = static_cast<std::uint32_t>(good_count);
  block.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
  return Advance(place.previous_last, gap, 1, block.first_time) &&
         Advance(block.first_time, duration, 1, block.last_time);
}

/// Reads the series of one page, one after the other.
class PageParser {
 public:
  PageParser(ByteReader& in, std::uint64_t payload_end, std::uint32_t version)
      : in_(in), payload_end_(payload_end), version_(version) {}

  bool Take(const SeriesBlocks& previous, SeriesBlocks& series) {
    const std::uint64_t step = in_.Varint();
    const auto head = in_.Fixed<std::uint8_t>();
    if (!in_.ok() || step > UINT64_MAX - previous.tag.value()) return false;
    const unsigned flags = version_ == 1 ? 0 : head & ~unsigned{kTypeMask};
    const unsigned type = head - flags;
    if ((flags & ~KnownFlags()) != 0 || type < static_cast<unsigned>(ValueType::kDouble) ||
        type > static_cast<unsigned>(ValueType::kString)) {
      return false;
    }
    series.tag = TagId(previous.tag.value() + step);
    series.type = static_cast<ValueType>(type);
    series.replaced = (flags & kReplaced) != 0;
    if (series.replaced ? !Follows(previous, series) : step == 0) return false;
    const std::uint64_t blocks = (flags & kOneBlock) != 0 ? 1 : in_.Varint();
    const std::uint64_t offset =
        (flags & kPayloadFollows) != 0 ? PayloadEndOf(previous) : in_.Varint();
    return TakeBlocks(previous, blocks, offset, series);
  }

 private:
  [[nodiscard]] unsigned KnownFlags() const {
    return version_ < 3 ? kOneBlock | kPayloadFollows : kOneBlock | kPayloadFollows | kReplaced;
  }

  /// Replaced values stand right behind the values of the same series.
  static bool Follows(const SeriesBlocks& values, const SeriesBlocks& replaced) {
    return !values.blocks.empty() && !values.replaced && values.tag == replaced.tag &&
           values.type == replaced.type;
  }

  bool TakeBlocks(const SeriesBlocks& previous, std::uint64_t count, std::uint64_t offset,
                  SeriesBlocks& series) {
    if (!in_.ok() || count == 0 || count > in_.remaining() / kMinBlockHeaderBytes) return false;
    Place place;
    place.may_repeat = series.replaced;
    for (std::uint64_t i = 0; i < count; ++i) {
      place.model = Model(previous, i);
      BlockHeader block;
      const bool taken =
          version_ == 1 ? TakeBlockHeader1(in_, place, block) : TakeBlockHeader(in_, place, block);
      if (!taken) return false;
      if (offset > payload_end_ || block.payload_bytes > payload_end_ - offset) return false;
      block.payload_offset = offset;
      block.may_repeat = series.replaced;
      offset += block.payload_bytes;
      place.previous_last = block.last_time;
      place.is_first = false;
      series.blocks.push_back(block);
    }
    return true;
  }

  ByteReader& in_;
  const std::uint64_t payload_end_;
  const std::uint32_t version_;
};

}  // namespace

void PutSeriesBlocks(Bytes& page, const SeriesBlocks& previous, const SeriesBlocks& series) {
  const std::uint64_t offset = series.blocks.front().payload_offset;
  const bool follows = !previous.blocks.empty() && offset == PayloadEndOf(previous);
  auto head = static_cast<std::uint8_t>(series.type);
  if (series.replaced) head |= kReplaced;
  if (series.blocks.size() == 1) head |= kOneBlock;
  if (follows) head |= kPayloadFollows;
  PutVarint(page, series.tag.value() - previous.tag.value());
  page.push_back(static_cast<std::byte>(head));
  if (series.blocks.size() != 1) PutVarint(page, series.blocks.size());
  if (!follows) PutVarint(page, offset);
  std::int64_t previous_last = 0;
  for (std::size_t i = 0; i < series.blocks.size(); ++i) {
    PutBlockHeader(page, series.blocks[i], Model(previous, i), previous_last);
    previous_last = series.blocks[i].last_time;
  }
}

Result<std::vector<SeriesBlocks>> ParsePage(ByteView page, std::uint64_t payload_end,
                                            std::uint32_t version) {
  std::vector<SeriesBlocks> all;
  ByteReader in(page);
  PageParser parser(in, payload_end, version);
  const SeriesBlocks none;
  while (!in.AtEnd()) {
    const std::size_t position = in.position();
    SeriesBlocks series;
    if (!parser.Take(all.empty() ? none : all.back(), series)) {
      return Damaged(
          fmt::format("index page: the series at its byte {} does not decode", position));
    }
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace bedplate::historian

#include "historian/head_series.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace bedplate::historian {
namespace {

/// A small first chunk, as most series of a head with many have few samples.
constexpr std::size_t kLeastCapacity = 4;
static_assert(2 * HeadChunk::kMostSamples <= UINT16_MAX);

/// In a head a string's value is the address of a length and as many bytes.
std::size_t ValueWidth(ValueType type) noexcept {
  return type == ValueType::kString ? sizeof(std::byte*) : ValueBytes(type);
}

std::byte* StoreText(const std::string& text, HeadArena& arena) {
  std::byte* const stored = arena.Allocate(sizeof(std::uint32_t) + text.size());
  StoreFixed(stored, static_cast<std::uint32_t>(text.size()));
  std::memcpy(stored + sizeof(std::uint32_t), text.data(), text.size());
  return stored;
}

std::string_view TextAt(const std::byte* slot) noexcept {
  const std::byte* stored = nullptr;
  std::memcpy(&stored, slot, sizeof(stored));
  const auto size = LoadFixed<std::uint32_t>(stored);
  return AsText({stored + sizeof(std::uint32_t), size});
}

template <typename T>
void CopyOut(const std::byte* from, std::size_t begin, std::size_t end, std::vector<T>& to) {
  const std::size_t size = to.size();
  to.resize(size + end - begin);
  std::memcpy(to.data() + size, from + begin * sizeof(T), (end - begin) * sizeof(T));
}

std::size_t LowerBoundOf(const SampleRun& samples, std::int64_t time) {
  std::size_t begin = 0;
  for (std::size_t left = samples.count; left > 0;) {
    const std::size_t half = left / 2;
    if (samples.TimeAt(begin + half) < time) {
      begin += half + 1;
      left -= half + 1;
    } else {
      left = half;
    }
  }
  return begin;
}

std::uint64_t BytesOf(const SampleRun& samples, std::size_t added) {
  std::uint64_t each = sizeof(std::int64_t) + ValueWidth(samples.type);
  if (samples.qualities != nullptr) each += sizeof(std::uint32_t);
  std::uint64_t bytes = added * each;
  if (samples.texts == nullptr) return bytes;
  // Also of a text that replaces another, which stays until the head is given up.
  for (std::size_t i = 0; i < samples.count; ++i) {
    bytes += HeadArena::PieceBytes(sizeof(std::uint32_t) + samples.texts[i].size());
  }
  return bytes;
}

}  // namespace

std::size_t HeadChunk::LowerBound(std::int64_t time) const noexcept {
  return static_cast<std::size_t>(std::lower_bound(Times(), Times() + count_, time) - Times());
}

void HeadChunk::PrefetchEnd(ValueType type) const noexcept {
  if (count_ == 0) return;
  __builtin_prefetch(Times() + count_ - 1, 1);
  __builtin_prefetch(Values() + count_ * ValueWidth(type), 1);
}

std::size_t HeadChunk::MemoryBytes(std::size_t value_bytes) const noexcept {
  const std::size_t quality_bytes = has_qualities_ ? sizeof(std::uint32_t) : 0;
  return capacity_ * (sizeof(std::int64_t) + value_bytes + quality_bytes);
}

void HeadChunk::Reserve(std::size_t count, bool has_qualities, ValueType type, HeadArena& arena) {
  const std::size_t width = ValueWidth(type);
  const bool adds_qualities = has_qualities && !has_qualities_;
  if (count <= capacity_ && !adds_qualities) return;
  const HeadChunk old = *this;
  has_qualities_ = has_qualities_ || has_qualities;
  const std::size_t wanted =
      count <= old.capacity_
          ? old.capacity_
          : std::max({count, old.capacity_ * std::size_t{3} / 2, kLeastCapacity});
  const std::size_t each = sizeof(std::int64_t) + width + (has_qualities_ ? sizeof(uint32_t) : 0);
  // Whatever of the piece would be left over is room for samples.
  const std::size_t fits = HeadArena::PieceBytes(wanted * each) / each;
  capacity_ = static_cast<std::uint16_t>(std::min<std::size_t>(fits, 2 * kMostSamples));
  memory_ = arena.Allocate(MemoryBytes(width));
  if (old.memory_ == nullptr) return;
  std::memcpy(Times(), old.Times(), count_ * sizeof(std::int64_t));
  std::memcpy(Values(), old.Values(), count_ * width);
  if (old.has_qualities_) {
    std::memcpy(Qualities(width), old.Qualities(width), count_ * sizeof(std::uint32_t));
  } else if (has_qualities_) {
    std::memset(Qualities(width), 0, count_ * sizeof(std::uint32_t));
  }
  arena.Free(old.memory_, old.MemoryBytes(width));
}

/// Writes samples [begin, end) to the places from `at` on.
void HeadChunk::Put(const SampleRun& samples, std::size_t begin, std::size_t end, std::size_t at,
                    HeadArena& arena) {
  const std::size_t width = ValueWidth(samples.type);
  const std::size_t count = end - begin;
  std::memcpy(Times() + at, samples.times + begin * sizeof(std::int64_t),
              count * sizeof(std::int64_t));
  if (samples.texts == nullptr) {
    std::memcpy(Values() + at * width, samples.values + begin * width, count * width);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      std::byte* const stored = StoreText(samples.texts[begin + i], arena);
      std::memcpy(Values() + (at + i) * width, &stored, width);
    }
  }
  if (!has_qualities_) return;
  std::byte* const qualities = Qualities(width) + at * sizeof(std::uint32_t);
  if (samples.qualities == nullptr) {
    std::memset(qualities, 0, count * sizeof(std::uint32_t));
  } else {
    std::memcpy(qualities, samples.qualities + begin * sizeof(std::uint32_t),
                count * sizeof(std::uint32_t));
  }
}

/// Moves the samples at [begin, end) so that they end before `to`, which is not before `end`.
void HeadChunk::Move(std::size_t begin, std::size_t end, std::size_t to, std::size_t value_bytes) {
  const std::size_t count = end - begin;
  const std::size_t at = to - count;
  std::memmove(Times() + at, Times() + begin, count * sizeof(std::int64_t));
  std::memmove(Values() + at * value_bytes, Values() + begin * value_bytes, count * value_bytes);
  if (!has_qualities_) return;
  std::byte* const qualities = Qualities(value_bytes);
  std::memmove(qualities + at * sizeof(std::uint32_t), qualities + begin * sizeof(std::uint32_t),
               count * sizeof(std::uint32_t));
}

void HeadChunk::Append(const SampleRun& samples, HeadArena& arena) {
  BEDPLATE_CHECK(count_ + samples.count <= kMostSamples);
  Reserve(count_ + samples.count, samples.qualities != nullptr, samples.type, arena);
  Put(samples, 0, samples.count, count_, arena);
  count_ += static_cast<std::uint32_t>(samples.count);
}

std::size_t HeadChunk::CountKnown(const SampleRun& samples) const {
  std::size_t known = 0;
  const std::int64_t* at = Times();
  const std::int64_t* const end = at + count_;
  for (std::size_t i = 0; i < samples.count && at != end; ++i) {
    at = std::lower_bound(at, end, samples.TimeAt(i));
    if (at != end && *at == samples.TimeAt(i)) ++known;
  }
  return known;
}

/// From the end down, so that everything moves once and in as long stretches as can be.
std::size_t HeadChunk::Merge(const SampleRun& samples, HeadArena& arena) {
  BEDPLATE_CHECK(samples.count <= kMostSamples);
  const std::size_t added = samples.count - CountKnown(samples);
  Reserve(count_ + added, samples.qualities != nullptr, samples.type, arena);
  const std::size_t width = ValueWidth(samples.type);
  std::size_t old_end = count_;
  std::size_t new_end = samples.count;
  std::size_t to = count_ + added;
  while (new_end > 0) {
    const std::int64_t time = samples.TimeAt(new_end - 1);
    const auto after =
        static_cast<std::size_t>(std::upper_bound(Times(), Times() + old_end, time) - Times());
    Move(after, old_end, to, width);
    to -= old_end - after;
    old_end = after;
    std::size_t begin = new_end - 1;
    if (old_end > 0 && Times()[old_end - 1] == time) {
      --old_end;
    } else {
      const std::int64_t before = old_end > 0 ? Times()[old_end - 1] : INT64_MIN;
      while (begin > 0 && samples.TimeAt(begin - 1) > before) --begin;
    }
    Put(samples, begin, new_end, to - (new_end - begin), arena);
    to -= new_end - begin;
    new_end = begin;
  }
  count_ += static_cast<std::uint32_t>(added);
  return added;
}

HeadChunk HeadChunk::Split(ValueType type, HeadArena& arena) {
  const std::size_t width = ValueWidth(type);
  const std::size_t middle = count_ / 2;
  HeadChunk upper;
  upper.Reserve(count_ - middle, has_qualities_, type, arena);
  upper.count_ = static_cast<std::uint32_t>(count_ - middle);
  std::memcpy(upper.Times(), Times() + middle, upper.count_ * sizeof(std::int64_t));
  std::memcpy(upper.Values(), Values() + middle * width, upper.count_ * width);
  if (has_qualities_) {
    std::memcpy(upper.Qualities(width), Qualities(width) + middle * sizeof(std::uint32_t),
                upper.count_ * sizeof(std::uint32_t));
  }
  count_ = static_cast<std::uint32_t>(middle);
  return upper;
}

void HeadChunk::CopyTo(std::size_t begin, std::size_t end, SampleColumns& out) const {
  const std::size_t width = ValueWidth(out.type);
  if (has_qualities_) {
    out.qualities.resize(out.size(), 0);
    CopyOut(Qualities(width), begin, end, out.qualities);
  } else if (!out.qualities.empty()) {
    out.qualities.resize(out.size() + end - begin, 0);
  }
  out.times.insert(out.times.end(), Times() + begin, Times() + end);
  switch (out.type) {
    case ValueType::kDouble: return CopyOut(Values(), begin, end, out.doubles);
    case ValueType::kInt64: return CopyOut(Values(), begin, end, out.int64s);
    case ValueType::kBool: return CopyOut(Values(), begin, end, out.bools);
    case ValueType::kString: break;
  }
  for (std::size_t i = begin; i < end; ++i) out.strings.emplace_back(TextAt(Values() + i * width));
}

void HeadChunk::CopyOver(std::size_t from, std::size_t to, SampleColumns& out) const {
  const std::size_t width = ValueWidth(out.type);
  const std::byte* const value = Values() + from * width;
  if (has_qualities_ && out.qualities.empty()) out.qualities.resize(out.size(), 0);
  if (!out.qualities.empty()) {
    out.qualities[to] =
        has_qualities_ ? LoadFixed<std::uint32_t>(Qualities(width) + from * sizeof(std::uint32_t))
                       : 0;
  }
  switch (out.type) {
    case ValueType::kDouble: out.doubles[to] = LoadFixed<double>(value); break;
    case ValueType::kInt64: out.int64s[to] = LoadFixed<std::int64_t>(value); break;
    case ValueType::kBool: out.bools[to] = LoadFixed<std::uint8_t>(value); break;
    case ValueType::kString: out.strings[to] = TextAt(value); break;
  }
}

std::uint64_t HeadSeries::Upsert(const SampleRun& samples, HeadArena& arena) {
  std::size_t added = 0;
  SampleRun left = samples;
  while (!left.empty()) {
    if (empty() || left.TimeAt(0) > last_.last_time()) {
      AppendToLast(left, arena);
      added += left.count;
      break;
    }
    const std::size_t part = PartFor(left);
    added += MergePart(left.Part(0, part), arena);
    left = left.Part(part, left.count);
  }
  return BytesOf(samples, added);
}

void HeadSeries::AppendToLast(const SampleRun& samples, HeadArena& arena) {
  for (std::size_t begin = 0; begin < samples.count;) {
    if (last_.count() >= HeadChunk::kMostSamples) {
      if (!older_) older_ = std::make_unique<std::vector<HeadChunk>>();
      older_->push_back(std::exchange(last_, {}));
    }
    const std::size_t room = HeadChunk::kMostSamples - last_.count();
    const std::size_t end = std::min(samples.count, begin + room);
    last_.Append(samples.Part(begin, end), arena);
    begin = end;
  }
}

/// How many of the samples belong to the chunk of the first one, and go there in one step.
std::size_t HeadSeries::PartFor(const SampleRun& samples) const noexcept {
  const std::size_t index = ChunkFor(samples.TimeAt(0));
  const bool is_last = index + 1 == chunk_count();
  const std::int64_t bound = is_last ? last_.last_time() : chunk(index + 1).first_time() - 1;
  const std::size_t part = bound == INT64_MAX ? samples.count : LowerBoundOf(samples, bound + 1);
  return std::clamp<std::size_t>(part, 1, std::min(samples.count, HeadChunk::kMostSamples));
}

std::size_t HeadSeries::MergePart(const SampleRun& samples, HeadArena& arena) {
  const std::size_t index = ChunkFor(samples.TimeAt(0));
  const std::size_t added = chunk(index).Merge(samples, arena);
  SplitWhenLarge(index, arena);
  return added;
}

void HeadSeries::SplitWhenLarge(std::size_t index, HeadArena& arena) {
  if (chunk(index).count() <= HeadChunk::kMostSamples) return;
  HeadChunk upper = chunk(index).Split(type_, arena);
  if (!older_) older_ = std::make_unique<std::vector<HeadChunk>>();
  if (index == older_->size()) {
    older_->push_back(std::exchange(last_, upper));
  } else {
    older_->insert(older_->begin() + static_cast<std::ptrdiff_t>(index) + 1, upper);
  }
}

std::size_t HeadSeries::ChunkFor(std::int64_t time) const noexcept {
  if (!older_ || time >= last_.first_time()) return older_ ? older_->size() : 0;
  const auto after = std::upper_bound(
      older_->begin(), older_->end(), time,
      [](std::int64_t t, const HeadChunk& chunk) { return t < chunk.first_time(); });
  return after == older_->begin() ? 0 : static_cast<std::size_t>(after - older_->begin() - 1);
}

}  // namespace bedplate::historian

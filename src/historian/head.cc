#include "historian/head.h"

#include <algorithm>

#include "historian/columns.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

/// A late sample moves at most this many others; a full chunk becomes a block as it is.
constexpr std::size_t kChunkSamples = kMaxBlockSamples;

}  // namespace

std::int64_t SeriesHead::Upsert(const SampleColumns& samples) {
  const std::lock_guard lock(mutex_);
  if (AppendsAtEnd(samples)) {
    Append(samples);
    return static_cast<std::int64_t>(BytesOf(samples, 0, samples.size()));
  }
  std::int64_t growth = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) growth += UpsertOne(samples, i);
  return growth;
}

std::vector<SharedColumns> SeriesHead::Chunks(const TimeRange& range) const {
  const std::lock_guard lock(mutex_);
  std::vector<SharedColumns> found;
  if (range.Empty() || chunks_.empty()) return found;
  for (std::size_t i = ChunkFor(range.start.nanoseconds()); i < chunks_.size(); ++i) {
    Chunk& chunk = chunks_[i];
    if (chunk.columns->times.front() >= range.stop.nanoseconds()) break;
    if (chunk.columns->times.back() < range.start.nanoseconds()) continue;
    chunk.shared = true;
    found.push_back(chunk.columns);
  }
  return found;
}

bool SeriesHead::AppendsAtEnd(const SampleColumns& samples) const {
  return chunks_.empty() || samples.times.front() > chunks_.back().columns->times.back();
}

void SeriesHead::Append(const SampleColumns& samples) {
  for (std::size_t begin = 0; begin < samples.size();) {
    if (chunks_.empty() || chunks_.back().columns->size() >= kChunkSamples) {
      chunks_.push_back({std::make_shared<SampleColumns>(), false});
      chunks_.back().columns->type = type_;
    }
    SampleColumns& last = Writable(chunks_.back());
    const std::size_t count = std::min(kChunkSamples - last.size(), samples.size() - begin);
    AppendRange(samples, begin, begin + count, last);
    begin += count;
  }
}

std::int64_t SeriesHead::UpsertOne(const SampleColumns& samples, std::size_t index) {
  const std::int64_t time = samples.times[index];
  const std::size_t chunk_index = ChunkFor(time);
  SampleColumns& chunk = Writable(chunks_[chunk_index]);
  const std::size_t at = LowerBound(chunk, time);
  if (at < chunk.size() && chunk.times[at] == time) {
    ReplaceSample(samples, index, at, chunk);
    return 0;
  }
  InsertSample(samples, index, at, chunk);
  SplitWhenLarge(chunk_index);
  return static_cast<std::int64_t>(BytesOf(samples, index, index + 1));
}

/// The last chunk that begins at or before `time`, or the first one.
std::size_t SeriesHead::ChunkFor(std::int64_t time) const {
  const auto after = std::upper_bound(
      chunks_.begin(), chunks_.end(), time,
      [](std::int64_t t, const Chunk& chunk) { return t < chunk.columns->times.front(); });
  return after == chunks_.begin() ? 0 : static_cast<std::size_t>(after - chunks_.begin() - 1);
}

SampleColumns& SeriesHead::Writable(Chunk& chunk) {
  if (chunk.shared) {
    chunk.columns = std::make_shared<SampleColumns>(*chunk.columns);
    chunk.shared = false;
  }
  return *chunk.columns;
}

void SeriesHead::SplitWhenLarge(std::size_t chunk_index) {
  SampleColumns& whole = *chunks_[chunk_index].columns;
  if (whole.size() <= kChunkSamples) return;
  auto upper = std::make_shared<SampleColumns>();
  upper->type = type_;
  const std::size_t middle = whole.size() / 2;
  AppendRange(whole, middle, whole.size(), *upper);
  TruncateColumns(middle, whole);
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(chunk_index) + 1,
                 {std::move(upper), false});
}

void Head::Upsert(TagId tag, const SampleColumns& samples) {
  if (samples.empty()) return;
  const std::int64_t growth = HeadOf(tag, samples.type).Upsert(samples);
  bytes_ += static_cast<std::uint64_t>(growth);
}

std::vector<SharedColumns> Head::Chunks(TagId tag, const TimeRange& range) const {
  const SeriesHead* head = nullptr;
  {
    const std::shared_lock lock(mutex_);
    const auto found = series_.find(tag);
    if (found == series_.end()) return {};
    head = found->second.get();
  }
  return head->Chunks(range);
}

std::vector<TagId> Head::Tags() const {
  const std::shared_lock lock(mutex_);
  std::vector<TagId> tags;
  tags.reserve(series_.size());
  for (const auto& [tag, head] : series_) tags.push_back(tag);
  std::sort(tags.begin(), tags.end());
  return tags;
}

SeriesHead& Head::HeadOf(TagId tag, ValueType type) {
  {
    const std::shared_lock lock(mutex_);
    const auto found = series_.find(tag);
    if (found != series_.end()) return *found->second;
  }
  const std::unique_lock lock(mutex_);
  auto& slot = series_[tag];
  if (!slot) slot = std::make_unique<SeriesHead>(type);
  return *slot;
}

}  // namespace bedplate::historian

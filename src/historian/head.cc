#include "historian/head.h"

#include <algorithm>

#include "historian/columns.h"

namespace bedplate::historian {
namespace {

/// Calls `take(chunk, begin, end)` for the parts of the chunks that lie in `range`.
template <typename Take>
void ForEachPart(const HeadSeries& series, const TimeRange& range, Take take) {
  const std::int64_t start = range.start.nanoseconds();
  const std::int64_t stop = range.stop.nanoseconds();
  for (std::size_t i = series.ChunkFor(start); i < series.chunk_count(); ++i) {
    const HeadChunk& chunk = series.chunk(i);
    if (chunk.first_time() >= stop) break;
    const std::size_t begin = chunk.LowerBound(start);
    const std::size_t end = chunk.LowerBound(stop);
    if (begin < end) take(chunk, begin, end);
  }
}

SharedColumns CopyOf(const HeadChunk& chunk, std::size_t begin, std::size_t end, ValueType type) {
  auto columns = std::make_shared<SampleColumns>();
  columns->type = type;
  chunk.CopyTo(begin, end, *columns);
  return columns;
}

}  // namespace

void Head::Upsert(TagId tag, const SampleRun& samples) {
  if (samples.empty()) return;
  HeadSeries& series = SeriesFor(tag, samples.type);
  const auto lock = LockForWrite(tag);
  Stripe& stripe = stripes_[StripeOf(tag)];
  // Only this thread writes the count.
  stripe.bytes.store(
      stripe.bytes.load(std::memory_order_relaxed) + series.Upsert(samples, stripe.arena),
      std::memory_order_release);
}

void Head::PrefetchSeries(TagId tag) const noexcept {
  if (const HeadSeries* const series = SlotOf(tag)) __builtin_prefetch(series, 1);
}

void Head::PrefetchEnd(TagId tag) const noexcept {
  if (const HeadSeries* const series = SlotOf(tag)) series->PrefetchEnd();
}

/// For the one who writes, as he alone changes the pages.
const HeadSeries* Head::SlotOf(TagId tag) const noexcept {
  const std::size_t page = tag.value() / kPageSeries;
  if (page >= pages_.size() || !pages_[page]) return nullptr;
  return &(*pages_[page])[tag.value() % kPageSeries];
}

std::vector<SharedColumns> Head::Chunks(TagId tag, const TimeRange& range) const {
  std::vector<SharedColumns> found;
  const std::lock_guard lock(LockOf(tag));
  const HeadSeries* const series = FindSeries(tag);
  if (series == nullptr || range.Empty()) return found;
  ForEachPart(*series, range, [&](const HeadChunk& chunk, std::size_t begin, std::size_t end) {
    found.push_back(CopyOf(chunk, begin, end, series->type()));
  });
  return found;
}

SharedColumns Head::LastChunk(TagId tag, const TimeRange& range) const {
  const std::lock_guard lock(LockOf(tag));
  const HeadSeries* const series = FindSeries(tag);
  if (series == nullptr || range.Empty()) return nullptr;
  const HeadChunk& chunk = series->chunk(series->ChunkFor(range.stop.nanoseconds() - 1));
  const std::size_t begin = chunk.LowerBound(range.start.nanoseconds());
  const std::size_t end = chunk.LowerBound(range.stop.nanoseconds());
  return begin < end ? CopyOf(chunk, begin, end, series->type()) : nullptr;
}

bool Head::HasWithin(TagId tag, const TimeRange& range) const {
  const std::lock_guard lock(LockOf(tag));
  const HeadSeries* const series = FindSeries(tag);
  if (series == nullptr || range.Empty()) return false;
  const HeadChunk& chunk = series->chunk(series->ChunkFor(range.stop.nanoseconds() - 1));
  const std::size_t end = chunk.LowerBound(range.stop.nanoseconds());
  return end > 0 && chunk.times()[end - 1] >= range.start.nanoseconds();
}

void Head::Match(TagId tag, std::span<const std::int64_t> times, std::vector<bool>& present,
                 SampleColumns& out) const {
  const std::lock_guard lock(LockOf(tag));
  const HeadSeries* const series = FindSeries(tag);
  if (series == nullptr) return;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const HeadChunk& chunk = series->chunk(series->ChunkFor(times[i]));
    const std::size_t at = chunk.LowerBound(times[i]);
    if (at == chunk.count() || chunk.times()[at] != times[i]) continue;
    present[i] = true;
    chunk.CopyOver(at, i, out);
  }
}

void Head::KeepReplaced(TagId tag, const SampleColumns& samples) {
  if (samples.empty()) return;
  const std::lock_guard lock(replaced_mutex_);
  SampleColumns& kept = replaced_[tag];
  kept.type = samples.type;
  AppendRange(samples, 0, samples.size(), kept);
  stripes_[StripeOf(tag)].bytes += BytesOf(samples, 0, samples.size());
}

std::vector<SharedColumns> Head::Replaced(TagId tag, const TimeRange& range) const {
  const std::lock_guard lock(replaced_mutex_);
  const auto found = replaced_.find(tag);
  if (found == replaced_.end()) return {};
  const SampleColumns& kept = found->second;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (range.Contains(Timestamp(kept.times[i]))) order.push_back(i);
  }
  if (order.empty()) return {};
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return kept.times[a] < kept.times[b]; });
  auto sorted = std::make_shared<SampleColumns>();
  sorted->type = kept.type;
  for (const std::size_t i : order) sorted->PushFrom(kept, i);
  return {std::move(sorted)};
}

void Head::VisitTimes(TagId tag,
                      const std::function<void(std::span<const std::int64_t>)>& visit) const {
  const std::lock_guard lock(LockOf(tag));
  const HeadSeries* const series = FindSeries(tag);
  if (series == nullptr) return;
  for (std::size_t i = 0; i < series->chunk_count(); ++i) visit(series->chunk(i).times());
}

std::vector<TagId> Head::Tags() const {
  std::vector<const Page*> pages;  // not under two locks at once
  {
    const std::shared_lock lock(pages_mutex_);
    for (const auto& page : pages_) pages.push_back(page.get());
  }
  std::vector<TagId> tags;
  for (std::size_t page = 0; page < pages.size(); ++page) {
    for (std::size_t i = 0; pages[page] != nullptr && i < kPageSeries; ++i) {
      const TagId tag(page * kPageSeries + i);
      const std::lock_guard lock(LockOf(tag));
      if (!(*pages[page])[i].empty()) tags.push_back(tag);
    }
  }
  return tags;
}

void Head::PreparePage(TagId tag) {
  const std::size_t page = tag.value() / kPageSeries;
  if (page < pages_.size() && pages_[page]) return;
  const std::unique_lock lock(pages_mutex_);
  if (page >= pages_.size()) pages_.resize(page + 1);
  pages_[page] = std::make_unique<Page>();
}

HeadSeries& Head::SeriesFor(TagId tag, ValueType type) {
  PreparePage(tag);
  HeadSeries& series = (*pages_[tag.value() / kPageSeries])[tag.value() % kPageSeries];
  if (series.empty()) {
    const auto lock = LockForWrite(tag);
    series.SetType(type);
  }
  return series;
}

const HeadSeries* Head::FindSeries(TagId tag) const {
  const std::shared_lock lock(pages_mutex_);
  const HeadSeries* const series = SlotOf(tag);
  return series == nullptr || series->empty() ? nullptr : series;
}

}  // namespace bedplate::historian

#include "ingest/stored_comparison.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace bedplate {
namespace {

bool IsSame(const SampleColumns& a, std::size_t i, const SampleColumns& b, std::size_t j) {
  return a.QualityAt(i) == b.QualityAt(j) && a.ValueAt(i) == b.ValueAt(j);
}

/// Meets samples in the order of their times with those that are stored.
class Comparison {
 public:
  Comparison(const SampleColumns& samples, TagPreview& preview)
      : samples_(samples), preview_(preview), order_(samples.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, {}, [&](std::size_t i) { return samples.times[i]; });
  }

  [[nodiscard]] TimeRange Range() const {
    return {Timestamp(samples_.times[order_.front()]),
            Timestamp(samples_.times[order_.back()] + 1)};
  }

  bool Meet(const SampleColumns& stored) {
    for (std::size_t j = 0; j < stored.size() && next_ < order_.size(); ++j) {
      CountNewBefore(stored.times[j]);
      if (next_ == order_.size() || samples_.times[order_[next_]] != stored.times[j]) continue;
      Count(IsSame(samples_, order_[next_], stored, j));
      CountRepeated();
    }
    return next_ < order_.size();
  }

  void Finish() { CountNewBefore(INT64_MAX); }

 private:
  void CountNewBefore(std::int64_t time) {
    while (next_ < order_.size() && samples_.times[order_[next_]] < time) {
      ++preview_.stored;
      ++next_;
      CountRepeated();
    }
  }

  /// Samples at the time of the one that was counted last.
  void CountRepeated() {
    while (next_ < order_.size() &&
           samples_.times[order_[next_]] == samples_.times[order_[next_ - 1]]) {
      Count(IsSame(samples_, order_[next_], samples_, order_[next_ - 1]));
    }
  }

  void Count(bool same) {
    ++(same ? preview_.duplicates : preview_.conflicts);
    ++next_;
  }

  const SampleColumns& samples_;
  TagPreview& preview_;
  std::vector<std::size_t> order_;  // indices of samples_, by time
  std::size_t next_ = 0;            // into order_
};

void AddReach(const SampleColumns& samples, const TimeRange& range, TagPreview& preview) {
  preview.first = range.start;
  preview.last = Timestamp(range.stop.nanoseconds() - 1);
  if (samples.type == ValueType::kString) return;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double number = samples.NumberAt(i);
    preview.min = std::min(preview.min.value_or(number), number);
    preview.max = std::max(preview.max.value_or(number), number);
  }
}

}  // namespace

Status CompareWithStored(const Historian& historian, const std::optional<TagId>& tag,
                         const SampleColumns& samples, TagPreview& preview) {
  if (samples.empty()) return {};
  Comparison comparison(samples, preview);
  AddReach(samples, comparison.Range(), preview);
  if (tag) {
    RETURN_IF_ERROR(historian.Scan(
        {.tag = *tag, .range = comparison.Range(), .cancel = {}},
        [&comparison](const SampleColumns& stored) { return comparison.Meet(stored); }));
  }
  comparison.Finish();
  return {};
}

}  // namespace bedplate

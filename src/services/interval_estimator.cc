#include "services/interval_estimator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kNewest = 21;  // samples, so 20 steps
constexpr std::int64_t kGoodForIntervals = 100;
constexpr std::int64_t kFirstWindowSteps = 24;
constexpr std::int64_t kWindowGrowth = 8;

/// `width` times `factor`, but not beyond `limit`.
std::int64_t GrowTo(std::int64_t limit, std::int64_t width, std::int64_t factor) {
  return width > limit / factor ? limit : width * factor;
}

/// The newest kNewest of the times that pass by, in any number.
class NewestTimes {
 public:
  void Add(std::int64_t time) { times_[count_++ % kNewest] = time; }
  [[nodiscard]] bool Full() const { return count_ >= kNewest; }

  [[nodiscard]] std::optional<nanoseconds> MedianStep() const {
    std::vector<std::int64_t> times(times_.begin(),
                                    times_.begin() + static_cast<long>(std::min(count_, kNewest)));
    std::sort(times.begin(), times.end());
    if (times.size() < 2) return std::nullopt;
    std::vector<std::int64_t> steps;
    for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
    const auto middle = steps.begin() + static_cast<long>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return nanoseconds(*middle);
  }

 private:
  std::array<std::int64_t, kNewest> times_{};
  std::size_t count_ = 0;
};

Result<NewestTimes> ReadNewest(const Historian& historian, TagId tag, TimeRange range) {
  NewestTimes newest;
  ScanRequest request;
  request.tag = tag;
  request.range = range;
  RETURN_IF_ERROR(historian.Scan(request, [&newest](const SampleColumns& block) {
    const std::size_t skip = block.size() > kNewest ? block.size() - kNewest : 0;
    for (std::size_t i = skip; i < block.size(); ++i) newest.Add(block.times[i]);
    return true;
  }));
  return newest;
}

}  // namespace

std::optional<nanoseconds> IntervalEstimator::Of(const TagView& view) {
  if (view.tag.on_change) return std::nullopt;
  if (view.tag.interval_seconds) {
    return nanoseconds(std::llround(*view.tag.interval_seconds * 1e9));
  }
  if (!view.series || view.series->samples < 2 || !view.series->last) return std::nullopt;
  const Timestamp last = *view.series->last;
  {
    const std::lock_guard guard(mutex_);
    const auto found = learned_.find(view.series->id);
    if (found != learned_.end() &&
        (last - found->second.last) / kGoodForIntervals < found->second.interval) {
      return found->second.interval;
    }
  }
  const auto interval = Learn(*view.series);
  if (interval) {
    const std::lock_guard guard(mutex_);
    learned_[view.series->id] = {last, *interval};
  }
  return interval;
}

std::optional<nanoseconds> IntervalEstimator::Learn(const SeriesInfo& series) const {
  // The store reads forward only, so look at windows that end with the newest sample and grow until
  // they hold enough; the mean step says how wide the first should be.
  const std::int64_t first = series.first->nanoseconds();
  const std::int64_t last = series.last->nanoseconds();
  const std::int64_t mean_step = (last - first) / static_cast<std::int64_t>(series.samples - 1);
  std::int64_t width =
      GrowTo(last - first, std::max<std::int64_t>(mean_step, 1), kFirstWindowSteps);
  for (;;) {
    const TimeRange window{Timestamp(last - width), Timestamp(last + 1)};
    const auto newest = ReadNewest(historian_, series.id, window);
    if (!newest.ok()) return std::nullopt;
    if (newest.value().Full() || width == last - first) return newest.value().MedianStep();
    width = GrowTo(last - first, width, kWindowGrowth);
  }
}

}  // namespace bedplate

#include "historian/sample_applier.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "historian/columns.h"
#include "historian/stored_samples.h"

namespace bedplate::historian {
namespace {

bool StrictlyAscending(const std::vector<std::int64_t>& times) {
  return std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end();
}

/// Positions by ascending time; those of equal time stay in the order in which they came.
std::vector<std::size_t> OrderByTime(const std::vector<std::int64_t>& times) {
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  return order;
}

std::vector<std::int64_t> DistinctTimes(const SampleColumns& samples,
                                        const std::vector<std::size_t>& order) {
  std::vector<std::int64_t> times;
  times.reserve(order.size());
  for (const std::size_t index : order) {
    if (times.empty() || times.back() != samples.times[index])
      times.push_back(samples.times[index]);
  }
  return times;
}

/// Compares samples with what is stored, one time after the other.
class Comparison {
 public:
  Comparison(const SampleColumns& samples, const StoredSamples& stored)
      : samples_(samples), stored_(stored) {
    changed_.type = samples.type;
  }

  /// `arrivals` are the positions of the samples at the stored position `at`, as they came.
  void AddTime(std::size_t at, std::span<const std::size_t> arrivals) {
    // The batch ends up at what is stored: it is the same batch again, and its own corrections are
    // no new conflicts.
    if (stored_.present[at] && SameReading(stored_.values, at, samples_, arrivals.back())) {
      result_.duplicates += arrivals.size();
      return;
    }
    const SampleColumns* current = stored_.present[at] ? &stored_.values : nullptr;
    std::size_t current_index = at;
    for (const std::size_t arrival : arrivals) {
      if (current == nullptr) {
        ++result_.stored;
      } else if (SameReading(*current, current_index, samples_, arrival)) {
        ++result_.duplicates;
        continue;
      } else {
        ++result_.conflicts;
      }
      current = &samples_;
      current_index = arrival;
    }
    // The last arrival differs from what is stored, so it is the current one.
    AppendRange(samples_, current_index, current_index + 1, changed_);
  }

  [[nodiscard]] const AppendResult& result() const { return result_; }
  [[nodiscard]] const SampleColumns& changed() const { return changed_; }

 private:
  const SampleColumns& samples_;
  const StoredSamples& stored_;
  SampleColumns changed_;
  AppendResult result_;
};

AppendResult ApplyCompared(const Snapshot& snapshot, const Series& series,
                           const SampleColumns& samples, Head& active) {
  const auto order = OrderByTime(samples.times);
  const auto times = DistinctTimes(samples, order);
  const StoredSamples stored = FindStored(snapshot, series.id(), series.type(), times);
  Comparison comparison(samples, stored);
  std::size_t begin = 0;
  for (std::size_t at = 0; at < times.size(); ++at) {
    std::size_t end = begin;
    while (end < order.size() && samples.times[order[end]] == times[at]) ++end;
    comparison.AddTime(at, std::span(order).subspan(begin, end - begin));
    begin = end;
  }
  active.Upsert(series.id(), comparison.changed());
  return comparison.result();
}

}  // namespace

AppendResult ApplySamples(const Snapshot& snapshot, Series& series, const SampleColumns& samples,
                          Head& active) {
  if (samples.empty()) return {};
  const auto [first, last] = std::minmax_element(samples.times.begin(), samples.times.end());
  const bool in_order = *first > series.totals().last_time && StrictlyAscending(samples.times);
  AppendResult result;
  if (in_order) {
    // The common case: nothing can be stored at these times, so nothing is looked up.
    active.Upsert(series.id(), samples);
    result.stored = samples.size();
  } else {
    result = ApplyCompared(snapshot, series, samples, active);
  }
  series.Count(result, *first, *last);
  return result;
}

}  // namespace bedplate::historian

#include "value/gather.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>

#include "base/check.h"
#include "value/thresholds.h"

namespace bedplate {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kRegularShare = 0.8;  // of buckets with the same rate: read at a fixed interval
constexpr std::size_t kMaxLevels = 100;
constexpr double kHeldIntervals = 4;
constexpr std::chrono::nanoseconds kLongestHold = std::chrono::hours(24);  // if not declared
constexpr std::string_view kOther = "(other)";

/// Calls `visit(bucket, index)` for each of the ascending `times` that lies in a bucket.
template <typename Visit>
void ForEachInBucket(const Buckets& buckets, std::span<const std::int64_t> times, Visit visit) {
  std::size_t bucket = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Timestamp time(times[i]);
    while (bucket < buckets.size() && time >= buckets.edges[bucket + 1]) ++bucket;
    if (bucket == buckets.size()) return;
    if (time >= buckets.edges[bucket]) visit(bucket, i);
  }
}

double Hours(TimeRange range) {
  return std::chrono::duration<double, std::ratio<3600>>(range.stop - range.start).count();
}

/// An integral per bucket, from the part of it in which the value is known.
std::vector<double> GatherIntegral(const Buckets& buckets, const FetchedSteps& steps) {
  BEDPLATE_CHECK(steps.figures.size() == steps.starts.size());
  BEDPLATE_CHECK(steps.known_seconds.size() == steps.starts.size());
  std::vector<double> figures(buckets.size());
  std::vector<double> known_seconds(buckets.size());
  ForEachInBucket(buckets, steps.starts, [&](std::size_t bucket, std::size_t i) {
    if (!(steps.known_seconds[i] > 0)) return;
    known_seconds[bucket] += steps.known_seconds[i];
    figures[bucket] += steps.figures[i];
  });
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double seconds = 3600 * Hours(buckets.At(i));
    figures[i] *= known_seconds[i] < kMinCoverage * seconds ? kMissing : seconds / known_seconds[i];
  }
  return figures;
}

/// The samples per hour that most buckets have; 0 when no rate is usual.
double UsualRate(const Buckets& buckets, const std::vector<double>& counts) {
  std::map<double, std::size_t> rates;
  std::size_t filled = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    ++filled;
    ++rates[counts[i] / Hours(buckets.At(i))];
  }
  const auto most = std::max_element(
      rates.begin(), rates.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == rates.end()) return 0;
  const auto needed = kRegularShare * static_cast<double>(filled);
  return static_cast<double>(most->second) >= needed ? most->first : 0;
}

std::vector<double> CountTexts(const Buckets& buckets, const FetchedTexts& samples) {
  std::vector<double> counts(buckets.size());
  ForEachInBucket(buckets, samples.times,
                  [&](std::size_t bucket, std::size_t) { counts[bucket] += 1; });
  return counts;
}

/// Turns counts of a value into shares of all samples, in place.
void Divide(std::vector<double>& counts, const std::vector<double>& all) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = all[i] > 0 ? counts[i] / all[i] : kMissing;
  }
}

bool IsLevel(const std::vector<std::string>& levels, std::string_view text) {
  return std::ranges::binary_search(levels, text);
}

/// `known`, or with more where they have no place for what is new.
std::vector<std::string> LevelsOf(const Buckets& buckets, const std::vector<std::string>& known,
                                  const FetchedTexts& samples) {
  if (IsLevel(known, kOther)) return known;
  std::vector<std::string> levels;
  std::ranges::set_union(known, ChooseLevels(buckets, samples), std::back_inserter(levels));
  return levels;
}

}  // namespace

std::chrono::nanoseconds FetchStep(std::chrono::nanoseconds granularity) noexcept {
  return granularity >= std::chrono::hours(24) ? std::chrono::minutes(15) : granularity;
}

std::chrono::nanoseconds HoldOf(const FetchedSteps& steps, std::chrono::nanoseconds fetch_step,
                                std::optional<double> declared_interval_seconds) {
  std::uint64_t samples = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < steps.starts.size(); ++i) {
    if (steps.counts[i] == 0) continue;
    if (samples == 0) first = steps.starts[i];
    last = steps.starts[i];
    samples += steps.counts[i];
  }
  std::chrono::nanoseconds hold(0);
  if (declared_interval_seconds) {
    hold =
        std::chrono::nanoseconds(std::llround(kHeldIntervals * *declared_interval_seconds * 1e9));
  } else if (samples > 1) {
    const auto mean = static_cast<double>(last - first) / static_cast<double>(samples - 1);
    hold = std::min(std::chrono::nanoseconds(std::llround(kHeldIntervals * mean)), kLongestHold);
  }
  return std::max(hold, fetch_step);
}

std::vector<double> GatherNumeric(const Buckets& buckets, Aggregate aggregate,
                                  const FetchedSteps& steps) {
  if (aggregate == Aggregate::kIntegral) return GatherIntegral(buckets, steps);
  BEDPLATE_CHECK(steps.counts.size() == steps.starts.size());
  BEDPLATE_CHECK(steps.figures.size() == steps.starts.size());
  std::vector<double> figures(buckets.size());
  std::vector<double> counts(buckets.size());
  ForEachInBucket(buckets, steps.starts, [&](std::size_t bucket, std::size_t i) {
    if (steps.counts[i] == 0 || !std::isfinite(steps.figures[i])) return;
    counts[bucket] += static_cast<double>(steps.counts[i]);
    figures[bucket] += steps.figures[i];
  });
  const double rate = UsualRate(buckets, counts);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double usual = rate * Hours(buckets.At(i));
    if (counts[i] == 0 || counts[i] < kMinCoverage * usual) {
      figures[i] = kMissing;
    } else if (aggregate == Aggregate::kMean) {
      figures[i] /= counts[i];
    } else if (counts[i] < usual) {
      figures[i] *= usual / counts[i];
    }
  }
  return figures;
}

std::vector<std::string> ChooseLevels(const Buckets& buckets, const FetchedTexts& samples) {
  std::map<std::string, std::size_t> occurrences;
  ForEachInBucket(buckets, samples.times,
                  [&](std::size_t, std::size_t i) { ++occurrences[samples.texts[i]]; });
  std::vector<std::pair<std::string, std::size_t>> ranked(occurrences.begin(), occurrences.end());
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  std::vector<std::string> levels;
  for (std::size_t i = 0; i < std::min(kMaxLevels, ranked.size()); ++i) {
    levels.push_back(ranked[i].first);
  }
  if (ranked.size() > kMaxLevels) levels.emplace_back(kOther);
  std::sort(levels.begin(), levels.end());
  return levels;
}

DriverData GatherCategory(const Buckets& buckets, const std::vector<std::string>& known,
                          const FetchedTexts& samples) {
  BEDPLATE_CHECK(samples.times.size() == samples.texts.size());
  DriverData data;
  data.levels = LevelsOf(buckets, known, samples);
  data.shares.assign(data.levels.size(), std::vector<double>(buckets.size()));
  ForEachInBucket(buckets, samples.times, [&](std::size_t bucket, std::size_t i) {
    auto level = std::lower_bound(data.levels.begin(), data.levels.end(), samples.texts[i]);
    if (level == data.levels.end() || *level != samples.texts[i]) {
      level = std::find(data.levels.begin(), data.levels.end(), kOther);
    }
    data.shares[static_cast<std::size_t>(level - data.levels.begin())][bucket] += 1;
  });
  const std::vector<double> all = CountTexts(buckets, samples);
  for (std::vector<double>& shares : data.shares) Divide(shares, all);
  return data;
}

DriverData GatherShare(const Buckets& buckets, const std::string& value,
                       const FetchedTexts& samples) {
  BEDPLATE_CHECK(samples.times.size() == samples.texts.size());
  DriverData data;
  data.values.assign(buckets.size(), 0);
  ForEachInBucket(buckets, samples.times, [&](std::size_t bucket, std::size_t i) {
    if (samples.texts[i] == value) data.values[bucket] += 1;
  });
  Divide(data.values, CountTexts(buckets, samples));
  return data;
}

}  // namespace bedplate

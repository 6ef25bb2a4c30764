#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "historian/aggregate_functions.h"
#include "historian/historian.h"

namespace bedplate {

inline std::vector<Sample> ToList(const SampleColumns& columns) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < columns.size(); ++i) samples.push_back(columns.At(i));
  return samples;
}

/// One bucket by the definitions of docs/methods/aggregates.md, looking at every sample of the
/// series. It is not told what range was asked for, so that a bucket can depend on itself only.
class NaiveBucket {
 public:
  NaiveBucket(const std::vector<Sample>& samples, const AggregateRequest& request,
              const TimeRange& bucket, Timestamp now)
      : samples_(samples), request_(request), bucket_(bucket), now_(now) {}

  [[nodiscard]] std::vector<double> Values() const {
    std::vector<double> values;
    for (const Sample& sample : samples_) {
      if (bucket_.Contains(sample.time) && Known(sample)) values.push_back(Number(sample));
    }
    return values;
  }

  [[nodiscard]] double StandardDeviation() const {
    const std::vector<double> values = Values();
    if (values.size() < 2) return kNoNumber;
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (count - 1));
  }

  [[nodiscard]] double Percentile() const {
    std::vector<double> values = Values();
    if (values.empty()) return kNoNumber;
    std::sort(values.begin(), values.end());
    const double rank = request_.percentile / 100 * static_cast<double>(values.size() - 1);
    const double below = values[static_cast<std::size_t>(std::floor(rank))];
    const double above = values[static_cast<std::size_t>(std::ceil(rank))];
    return below + (above - below) * (rank - std::floor(rank));
  }

  [[nodiscard]] double WorstQuality() const {
    const auto severity = [](Quality quality) {
      return quality.IsBad() ? 2 : quality.IsUncertain();
    };
    std::optional<Quality> worst;
    for (const Sample& sample : samples_) {
      if (!bucket_.Contains(sample.time)) continue;
      if (!worst || severity(sample.quality) > severity(*worst)) worst = sample.quality;
    }
    return worst ? worst->status_code() : kNoNumber;
  }

  /// What a counter went up by in the bucket, and the seconds that it took.
  [[nodiscard]] std::pair<double, double> Increase() const {
    double increase = 0;
    double seconds = 0;
    const Sample* before = nullptr;
    for (const Sample& sample : samples_) {
      if (!Known(sample)) continue;
      if (before != nullptr && bucket_.Contains(sample.time)) {
        const double step = Number(sample) - Number(*before);
        increase += step < 0 ? Number(sample) : step;
        seconds += Seconds(sample.time - before->time);
      }
      before = &sample;
    }
    return {increase, seconds};
  }

  /// Seconds with a sample in force that is good, or that is not.
  [[nodiscard]] double Duration(bool good) const {
    double seconds = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const Sample& sample = samples_[i];
      if (sample.quality.IsGood() != good) continue;
      const Timestamp end =
          i + 1 < samples_.size() ? samples_[i + 1].time : std::max(now_, sample.time);
      const Timestamp from = std::max(sample.time, bucket_.start);
      Timestamp to = std::min(end, bucket_.stop);
      if (to - sample.time > request_.hold) to = sample.time + request_.hold;
      if (to > from) seconds += Seconds(to - from);
    }
    return seconds;
  }

  /// Value x seconds and seconds of the part of the bucket where the value is known.
  [[nodiscard]] std::pair<double, double> Weighted() const {
    double integral = 0;
    double seconds = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      if (!Known(samples_[i])) continue;
      const bool last = i + 1 == samples_.size();
      if (request_.interpolation == Interpolation::kLinear && (last || !Known(samples_[i + 1]))) {
        continue;
      }
      const Timestamp end = last ? std::max(now_, samples_[i].time) : samples_[i + 1].time;
      const Timestamp from = std::max(samples_[i].time, bucket_.start);
      Timestamp to = std::min(end, bucket_.stop);
      if (to - samples_[i].time > request_.hold) to = samples_[i].time + request_.hold;
      if (to <= from) continue;
      const double span = Seconds(to - from);
      seconds += span;
      integral += span * (last ? Number(samples_[i]) : (At(i, from) + At(i, to)) / 2);
    }
    return {integral, seconds};
  }

 private:
  static double Seconds(std::chrono::nanoseconds duration) {
    return static_cast<double>(duration.count()) / 1e9;
  }
  static double Number(const Sample& sample) { return *AsDouble(sample.value); }
  [[nodiscard]] bool Known(const Sample& sample) const {
    return request_.quality != QualityPolicy::kGoodOnly || sample.quality.IsGood();
  }
  /// The value at `time` between samples `i` and `i + 1`.
  [[nodiscard]] double At(std::size_t i, Timestamp time) const {
    if (request_.interpolation == Interpolation::kStep) return Number(samples_[i]);
    const double part =
        Seconds(time - samples_[i].time) / Seconds(samples_[i + 1].time - samples_[i].time);
    return Number(samples_[i]) + part * (Number(samples_[i + 1]) - Number(samples_[i]));
  }

  const std::vector<Sample>& samples_;
  const AggregateRequest& request_;
  TimeRange bucket_;
  Timestamp now_;
};

inline void ExpectSame(double actual, double expected, const char* what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << ": " << actual;
  } else {
    EXPECT_NEAR(actual, expected, 1e-9 * std::max(1.0, std::abs(expected))) << what;
  }
}

inline void ExpectExtrasLikeNaive(const AggregateColumns& columns, std::size_t i,
                                  const NaiveBucket& naive, const TimeRange& bucket) {
  ExpectSame(columns.range[i], columns.max[i] - columns.min[i], "range");
  ExpectSame(columns.standard_deviation[i], naive.StandardDeviation(), "standard deviation");
  ExpectSame(columns.percentile[i], naive.Percentile(), "percentile");
  ExpectSame(columns.worst_quality[i], naive.WorstQuality(), "worst quality");
  const auto [increase, counted] = naive.Increase();
  ExpectSame(columns.increase[i], counted > 0 ? increase : kNoNumber, "increase");
  ExpectSame(columns.rate[i], counted > 0 ? increase / counted : kNoNumber, "rate");
  ExpectSame(columns.duration_good[i], naive.Duration(true), "duration good");
  ExpectSame(columns.duration_bad[i], naive.Duration(false), "duration bad");
  const auto length = static_cast<double>((bucket.stop - bucket.start).count()) / 1e9;
  ExpectSame(columns.percent_good[i], 100 * naive.Duration(true) / length, "percent good");
}

inline void ExpectLikeNaive(const AggregateColumns& columns, const std::vector<Sample>& samples,
                            const AggregateRequest& request, Timestamp now) {
  std::size_t i = 0;
  for (Timestamp start = request.range.start; start < request.range.stop;
       start = start + request.bucket, ++i) {
    SCOPED_TRACE("bucket " + std::to_string(i));
    const TimeRange bucket{start, std::min(start + request.bucket, request.range.stop)};
    const NaiveBucket naive(samples, request, bucket, now);
    const std::vector<double> values = naive.Values();
    const bool empty = values.empty();
    double sum = 0;
    for (const double value : values) sum += value;
    ASSERT_EQ(columns.starts[i], start.nanoseconds());
    EXPECT_EQ(columns.count[i], values.size());
    ExpectSame(columns.sum[i], empty ? kNoNumber : sum, "sum");
    ExpectSame(columns.mean[i], empty ? kNoNumber : sum / static_cast<double>(values.size()),
               "mean");
    ExpectSame(columns.min[i], empty ? kNoNumber : *std::min_element(values.begin(), values.end()),
               "min");
    ExpectSame(columns.max[i], empty ? kNoNumber : *std::max_element(values.begin(), values.end()),
               "max");
    ExpectSame(columns.first[i], empty ? kNoNumber : values.front(), "first");
    ExpectSame(columns.last[i], empty ? kNoNumber : values.back(), "last");
    const auto [integral, seconds] = naive.Weighted();
    ExpectSame(columns.integral[i], seconds > 0 ? integral : kNoNumber, "integral");
    ExpectSame(columns.time_weighted_mean[i], seconds > 0 ? integral / seconds : kNoNumber,
               "time-weighted mean");
    ExpectSame(columns.known_seconds[i], seconds, "known seconds");
    ExpectExtrasLikeNaive(columns, i, naive, bucket);
  }
  EXPECT_EQ(columns.starts.size(), i);
}

}  // namespace bedplate

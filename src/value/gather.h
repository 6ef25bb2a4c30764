#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "value/evaluation.h"

namespace bedplate {

/// Figures of one numeric tag in short, equal steps, as Historian::Aggregate returns them. A step
/// lies in the bucket that contains its start; steps may begin before and end after the buckets.
struct FetchedSteps {
  std::span<const std::int64_t> starts;   // ns since 1970, ascending
  std::span<const std::uint64_t> counts;  // samples
  std::span<const double> figures;        // sums for kSum and kMean, integrals for kIntegral
  /// For kIntegral, which needs no counts: the seconds of each step in which the value is known.
  std::span<const double> known_seconds;
};

/// How long a sample's value is believed when no other follows: four times the tag's interval,
/// declared or else the mean step between the samples in `steps` (then at most a day), and never
/// less than one fetch step.
std::chrono::nanoseconds HoldOf(const FetchedSteps& steps, std::chrono::nanoseconds fetch_step,
                                std::optional<double> declared_interval_seconds);

/// How long the steps of a fetch may be, so that every bucket is made of whole steps: days and
/// weeks of a zone with clock changes are made of quarters of an hour.
std::chrono::nanoseconds FetchStep(std::chrono::nanoseconds granularity) noexcept;

/// One figure per bucket. A tag that is read at a fixed interval has a usual number of samples in
/// a bucket; a bucket with less than 90 % of it is missing (NaN), and a sum that lacks less than
/// that is scaled up to it. Where the number varies (readings on change), one sample is enough and
/// nothing is scaled. An integral goes by time instead: a bucket is missing where the value is
/// known for less than 90 % of it, else scaled up to its length.
std::vector<double> GatherNumeric(const Buckets& buckets, Aggregate aggregate,
                                  const FetchedSteps& steps);

/// Samples of a string tag in ascending time.
struct FetchedTexts {
  std::span<const std::int64_t> times;  // ns since 1970
  std::span<const std::string> texts;
};

/// The values of a category that get a level of their own, sorted: the 100 most frequent ones in
/// the buckets; "(other)" stands for the rest where there are more.
std::vector<std::string> ChooseLevels(const Buckets& buckets, const FetchedTexts& samples);

/// The share of each bucket's samples that each level has; a bucket without samples is missing.
/// `known` are the levels of the baseline (empty when the samples are the baseline's own). A value
/// that is none of them counts as "(other)" where the baseline had that, so that both periods mean
/// the same by it; else it gets a level of its own, and the design finds that it is new.
DriverData GatherCategory(const Buckets& buckets, const std::vector<std::string>& known,
                          const FetchedTexts& samples);

/// The share of each bucket's samples that equal `value`.
DriverData GatherShare(const Buckets& buckets, const std::string& value,
                       const FetchedTexts& samples);

}  // namespace bedplate

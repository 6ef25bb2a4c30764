#include "historian/bucket_accumulator.h"

#include <algorithm>

#include "historian/aggregate_functions.h"
#include "historian/format.h"
#include "historian/number_kernels.h"

namespace bedplate::historian {
namespace {

constexpr std::uint32_t kExtraFunctions = kDurationFunctions | kCounterFunctions |
                                          kSampleFunctions |
                                          BitsOf({AggregateFunction::kWorstQuality});

double Seconds(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / static_cast<double>(kNanosecondsPerSecond);
}

bool WantsAny(AggregateFunction function, std::uint32_t functions) {
  return Includes(functions, function);
}

bool WantsAny(const AggregateRequest& request, std::uint32_t functions) {
  return (request.functions & functions) != 0;
}

/// The two bits of a status code that say good, uncertain or bad; the greater the worse.
std::uint32_t SeverityOf(std::uint32_t status_code) {
  constexpr unsigned kSeverityShift = 30;
  return status_code >> kSeverityShift;
}

bool HasExactExtremes(const BlockStatistics& statistics) {
  return -kExactIntegers < statistics.min && statistics.max < kExactIntegers;
}

double Interpolate(const Reading& from, const Reading& to, std::int64_t time) {
  if (time == from.time) return from.value;
  if (time == to.time) return to.value;
  const double part = Seconds(time - from.time) / Seconds(to.time - from.time);
  return from.value + (to.value - from.value) * part;
}

}  // namespace

std::size_t NumberRun::LowerBound(std::size_t begin, std::int64_t time) const noexcept {
  if (times != nullptr) {
    return static_cast<std::size_t>(std::lower_bound(times + begin, times + count, time) - times);
  }
  if (time <= TimeAt(begin)) return begin;
  const std::int64_t before = (time - first_time - 1) / stride;  // the last position before `time`
  return std::min(static_cast<std::size_t>(before) + 1, count);
}

BucketAccumulator::BucketAccumulator(const AggregateRequest& request, ValueType type)
    : request_(request) {
  weighted_ = WantsAny(request, kTimeWeightedFunctions);
  durations_ = WantsAny(request, kDurationFunctions);
  counting_ = WantsAny(request, kCounterFunctions);
  request_.functions = WithPolicy(request.functions, request.quality);
  qualities_ = Wants(AggregateFunction::kWorstQuality);
  const std::int64_t width = request.bucket.count();
  const std::int64_t length = (request.range.stop - request.range.start).count();
  buckets_.resize(static_cast<std::size_t>((length - 1) / width + 1));
  if (durations_ || counting_ || qualities_ || WantsAny(request, kSampleFunctions)) {
    extras_.resize(buckets_.size());
  }
  if (type == ValueType::kInt64 && WantsAny(request, kDifferenceFunctions)) {
    integers_.resize(buckets_.size());
  }
}

void BucketAccumulator::SetBefore(const Reading& reading) {
  previous_ = reading;
  if (reading.known) counter_ = reading;
}

void BucketAccumulator::Add(const Reading& reading) {
  Connect(reading);
  if (!reading.known) return;
  const double value = reading.value;
  const std::size_t index = BucketOf(reading.time);
  Combine(buckets_[index],
          {.min = value, .max = value, .sum = value, .first = value, .last = value}, 1);
  if (!integers_.empty()) KeepIntegers(index, {&reading.integer, 1});
  if (extras_.empty()) return;
  KeepValues(extras_[index], {&value, 1});
  CountUp(index, reading);
}

void BucketAccumulator::AddRun(const NumberRun& run) {
  if (qualities_) NoteQualities(run);
  if (SpansNeedReadings(run)) {
    for (std::size_t i = 0; i < run.count; ++i) Add(ReadingAt(run, i));
    return;
  }
  for (std::size_t begin = 0; begin < run.count;) {
    const std::int64_t stop = StartOf(BucketOf(run.TimeAt(begin)) + 1);
    const std::size_t end = run.LowerBound(begin, stop);
    AddSlice(run, begin, end);
    begin = end;
  }
}

void BucketAccumulator::NoteQualities(const NumberRun& run) {
  for (std::size_t i = 0; i < run.count; ++i) {
    NoteQuality(BucketOf(run.TimeAt(i)), run.qualities != nullptr ? run.qualities[i] : 0);
  }
}

/// Of codes that are equally bad the first stays.
void BucketAccumulator::NoteQuality(std::size_t index, std::uint32_t status_code) {
  std::optional<std::uint32_t>& worst = extras_[index].worst_quality;
  if (!worst || SeverityOf(status_code) > SeverityOf(*worst)) worst = status_code;
}

Reading BucketAccumulator::ReadingAt(const NumberRun& run, std::size_t index) const {
  const bool good = run.qualities == nullptr || Quality(run.qualities[index]).IsGood();
  const std::int64_t integer = run.integers != nullptr ? run.integers[index] : 0;
  return {run.TimeAt(index), run.values[index], integer, good || !good_only(), good};
}

/// Whether the time between two samples of `run` may be known in part only.
bool BucketAccumulator::SpansNeedReadings(const NumberRun& run) const {
  if (!weighted_ && !durations_) return false;
  if ((good_only() || durations_) && run.qualities != nullptr) return true;
  if (request_.hold == std::chrono::nanoseconds::max()) return false;
  return run.stride == 0 || run.stride > request_.hold.count();
}

/// Adds samples [begin, end), which lie in one bucket.
void BucketAccumulator::AddSlice(const NumberRun& run, std::size_t begin, std::size_t end) {
  const std::size_t index = BucketOf(run.TimeAt(begin));
  Bucket& bucket = buckets_[index];
  if (weighted_ || durations_) {
    Connect(ReadingAt(run, begin));
    AddSpansWithin(index, run, begin, end);
    previous_ = ReadingAt(run, end - 1);
  }
  const std::span<const double> values = Usable(run, run.values, begin, end, usable_);
  if (values.empty()) return;
  const NumberSummary summary = SummarizeNumbers(values);
  Combine(bucket,
          {.min = summary.min,
           .max = summary.max,
           .sum = summary.sum,
           .first = values.front(),
           .last = values.back()},
          values.size());
  if (!integers_.empty()) {
    KeepIntegers(index, Usable(run, run.integers, begin, end, usable_integers_));
  }
  if (extras_.empty()) return;
  KeepValues(extras_[index], values);
  if (!counting_) return;
  for (std::size_t i = begin; i < end; ++i) CountUp(index, ReadingAt(run, i));
}

/// Adds the time from sample `begin` to the last one before `end`; all of it is known.
void BucketAccumulator::AddSpansWithin(std::size_t index, const NumberRun& run, std::size_t begin,
                                       std::size_t end) {
  const std::size_t last = end - 1;
  if (begin == last) return;
  const double seconds = Seconds(run.TimeAt(last) - run.TimeAt(begin));
  if (durations_) extras_[index].good_seconds += seconds;
  if (!weighted_) return;
  Bucket& bucket = buckets_[index];
  bucket.known_seconds += seconds;
  const bool step = request_.interpolation == Interpolation::kStep;
  if (run.stride != 0) {
    double sum = SummarizeNumbers({run.values + begin, run.values + last}).sum;
    if (!step) sum += run.values[last] / 2 - run.values[begin] / 2;
    bucket.integral.Add(sum * Seconds(run.stride));
    return;
  }
  for (std::size_t i = begin; i < last; ++i) {
    const double mean = step ? run.values[i] : run.values[i] / 2 + run.values[i + 1] / 2;
    bucket.integral.Add(mean * Seconds(run.times[i + 1] - run.times[i]));
  }
}

/// Of one bucket's usable values, in ascending time.
void BucketAccumulator::KeepValues(Extra& extra, std::span<const double> values) {
  if (integers_.empty() && Wants(AggregateFunction::kStandardDeviation)) extra.moments.Add(values);
  if (!Wants(AggregateFunction::kPercentile)) return;
  extra.values.insert(extra.values.end(), values.begin(), values.end());
  kept_values_ += values.size();
}

/// As KeepValues; at least one.
void BucketAccumulator::KeepIntegers(std::size_t index, std::span<const std::int64_t> values) {
  if (Wants(AggregateFunction::kRange)) integers_[index].AddExtremesOf(values);
  if (Wants(AggregateFunction::kStandardDeviation)) integers_[index].AddSpread(values, shifted_);
}

void BucketAccumulator::CountUp(std::size_t index, const Reading& reading) {
  if (!counting_ || !reading.known) return;
  if (counter_) {
    Extra& extra = extras_[index];
    if (integers_.empty()) {
      const double step = reading.value - counter_->value;
      extra.increase.Add(step >= 0 ? step : reading.value);
    } else {
      integers_[index].AddStep(counter_->integer, reading.integer);
    }
    extra.counted_seconds += Seconds(reading.time - counter_->time);
  }
  counter_ = reading;
}

template <typename T>
std::span<const T> BucketAccumulator::Usable(const NumberRun& run, const T* values,
                                             std::size_t begin, std::size_t end,
                                             std::vector<T>& scratch) const {
  if (!good_only() || run.qualities == nullptr) return {values + begin, values + end};
  scratch.clear();
  for (std::size_t i = begin; i < end; ++i) {
    if (Quality(run.qualities[i]).IsGood()) scratch.push_back(values[i]);
  }
  return scratch;
}

bool BucketAccumulator::CanAddBlock(const BlockHeader& block) const {
  if (BucketOf(block.first_time) != BucketOf(block.last_time)) return false;
  if (counting_ || WantsAny(request_, kSampleFunctions)) return false;
  // Its extremes are doubles, which tell a range of int64 only where they are the values
  // themselves.
  if (!integers_.empty() && !HasExactExtremes(block.statistics)) return false;
  const bool spans = weighted_ || durations_;
  // Only the header of an even block tells how far apart the samples are.
  const bool is_held = request_.hold == std::chrono::nanoseconds::max() ||
                       (block.even && block.Stride() <= request_.hold.count());
  if (spans && !is_held) return false;
  // It tells how many are good, but no status codes.
  if (qualities_ && (block.version == 1 || block.has_qualities)) return false;
  return block.AllGood() || (good_only() && !spans);
}

void BucketAccumulator::AddBlock(const BlockHeader& block) {
  const BlockStatistics& statistics = block.statistics;
  const std::size_t index = BucketOf(block.first_time);
  Bucket& bucket = buckets_[index];
  Connect({.time = block.first_time, .value = statistics.first, .known = true, .good = true});
  if (qualities_) NoteQuality(index, kGood.status_code());
  if (block.good_count > 0) {
    Combine(bucket, statistics, block.good_count);
    if (!integers_.empty()) {
      integers_[index].AddExtremes(static_cast<std::int64_t>(statistics.min),
                                   static_cast<std::int64_t>(statistics.max));
    }
  }
  if (weighted_) {
    const bool step = request_.interpolation == Interpolation::kStep;
    bucket.integral.Add(step ? statistics.step_integral : statistics.linear_integral);
    bucket.known_seconds += Seconds(block.last_time - block.first_time);
  }
  if (durations_) extras_[index].good_seconds += Seconds(block.last_time - block.first_time);
  previous_ =
      Reading{.time = block.last_time, .value = statistics.last, .known = true, .good = true};
}

void BucketAccumulator::Close(const std::optional<Reading>& after, std::int64_t extend_until) {
  if (after) return Connect(*after);
  if (!previous_ || extend_until <= previous_->time) return;
  Connect({.time = extend_until, .value = previous_->value});
}

bool BucketAccumulator::Wants(AggregateFunction function) const {
  return Includes(request_.functions, function);
}

std::size_t BucketAccumulator::BucketOf(std::int64_t time) const {
  return static_cast<std::size_t>((time - request_.range.start.nanoseconds()) /
                                  request_.bucket.count());
}

/// The bucket's first instant; of the one behind the last, the end of the range.
std::int64_t BucketAccumulator::StartOf(std::size_t bucket) const {
  if (bucket >= buckets_.size()) return request_.range.stop.nanoseconds();
  return request_.range.start.nanoseconds() +
         static_cast<std::int64_t>(bucket) * request_.bucket.count();
}

void BucketAccumulator::Combine(Bucket& bucket, const BlockStatistics& statistics,
                                std::uint64_t count) {
  const bool empty = bucket.count == 0;
  bucket.min = empty ? statistics.min : std::min(bucket.min, statistics.min);
  bucket.max = empty ? statistics.max : std::max(bucket.max, statistics.max);
  if (empty) bucket.first = statistics.first;
  bucket.last = statistics.last;
  bucket.sum.Add(statistics.sum);
  bucket.count += count;
}

/// Accounts for the time between the reading before and `next`, which becomes the reading before.
void BucketAccumulator::Connect(const Reading& next) {
  if ((weighted_ || durations_) && previous_) AddSpan(*previous_, next);
  previous_ = next;
}

/// Adds the stretch between two readings to the buckets that it touches.
void BucketAccumulator::AddSpan(const Reading& from, const Reading& to) {
  const bool step = request_.interpolation == Interpolation::kStep;
  const bool known = weighted_ && from.known && (step || to.known);
  if (!known && !durations_) return;
  std::int64_t start = std::max(from.time, request_.range.start.nanoseconds());
  std::int64_t stop = std::min(to.time, request_.range.stop.nanoseconds());
  if (request_.hold.count() < stop - from.time) stop = from.time + request_.hold.count();
  while (start < stop) {
    const std::size_t index = BucketOf(start);
    const std::int64_t end = std::min(stop, StartOf(index + 1));
    const double seconds = Seconds(end - start);
    if (durations_) {
      (from.good ? extras_[index].good_seconds : extras_[index].bad_seconds) += seconds;
    }
    if (known) {
      const double mean =
          step ? from.value : Interpolate(from, to, start) / 2 + Interpolate(from, to, end) / 2;
      buckets_[index].integral.Add(mean * seconds);
      buckets_[index].known_seconds += seconds;
    }
    start = end;
  }
}

double BucketAccumulator::ValueOf(AggregateFunction function, std::size_t index) {
  if (!integers_.empty() && WantsAny(function, kDifferenceFunctions)) {
    return IntegerValueOf(function, index);
  }
  if (WantsAny(function, kExtraFunctions)) {
    return ExtraValueOf(function, index);
  }
  return BasicValueOf(function, buckets_[index]);
}

double BucketAccumulator::BasicValueOf(AggregateFunction function, const Bucket& bucket) const {
  if (WantsAny(function, kTimeWeightedFunctions)) {
    if (function == AggregateFunction::kKnownSeconds) return bucket.known_seconds;
    if (!(bucket.known_seconds > 0)) return kNoNumber;
    const double integral = bucket.integral.Total();
    const bool mean = function == AggregateFunction::kTimeWeightedMean;
    return mean ? integral / bucket.known_seconds : integral;
  }
  if (bucket.count == 0) return kNoNumber;
  switch (function) {
    case AggregateFunction::kMin: return bucket.min;
    case AggregateFunction::kMax: return bucket.max;
    case AggregateFunction::kMean: return bucket.sum.Total() / static_cast<double>(bucket.count);
    case AggregateFunction::kSum: return bucket.sum.Total();
    case AggregateFunction::kFirst: return bucket.first;
    case AggregateFunction::kLast: return bucket.last;
    case AggregateFunction::kRange: return bucket.max - bucket.min;
    default: return kNoNumber;
  }
}

/// Orders the kept values of the bucket anew.
double BucketAccumulator::ExtraValueOf(AggregateFunction function, std::size_t index) {
  Extra& extra = extras_[index];
  switch (function) {
    case AggregateFunction::kStandardDeviation: return extra.moments.StandardDeviation();
    case AggregateFunction::kIncrease:
      return extra.counted_seconds > 0 ? extra.increase.Total() : kNoNumber;
    case AggregateFunction::kRate:
      return extra.counted_seconds > 0 ? extra.increase.Total() / extra.counted_seconds : kNoNumber;
    case AggregateFunction::kDurationGood: return extra.good_seconds;
    case AggregateFunction::kDurationBad: return extra.bad_seconds;
    case AggregateFunction::kPercentGood:
      return 100 * extra.good_seconds / Seconds(StartOf(index + 1) - StartOf(index));
    case AggregateFunction::kPercentile: return Percentile(extra.values, request_.percentile);
    case AggregateFunction::kWorstQuality:
      return extra.worst_quality ? static_cast<double>(*extra.worst_quality) : kNoNumber;
    default: return kNoNumber;
  }
}

double BucketAccumulator::IntegerValueOf(AggregateFunction function, std::size_t index) const {
  const IntegerBucket& bucket = integers_[index];
  if (function == AggregateFunction::kRange) {
    return buckets_[index].count > 0 ? bucket.Range() : kNoNumber;
  }
  if (function == AggregateFunction::kStandardDeviation) return bucket.StandardDeviation();
  const double seconds = extras_[index].counted_seconds;
  if (!(seconds > 0)) return kNoNumber;
  return function == AggregateFunction::kRate ? bucket.Increase() / seconds : bucket.Increase();
}

AggregateColumns BucketAccumulator::Take() {
  AggregateColumns columns;
  columns.starts.reserve(buckets_.size());
  for (std::size_t i = 0; i < buckets_.size(); ++i) columns.starts.push_back(StartOf(i));
  for (const AggregateFunctionInfo& info : kAggregateFunctions) {
    if (!Wants(info.function)) continue;
    if (info.column == nullptr) {
      columns.count.reserve(buckets_.size());
      for (const Bucket& bucket : buckets_) columns.count.push_back(bucket.count);
      continue;
    }
    std::vector<double>& column = columns.*info.column;
    column.reserve(buckets_.size());
    for (std::size_t i = 0; i < buckets_.size(); ++i) column.push_back(ValueOf(info.function, i));
  }
  return columns;
}

}  // namespace bedplate::historian

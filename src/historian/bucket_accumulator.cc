#include "historian/bucket_accumulator.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"
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

bool WantsAny(std::uint32_t wanted, std::uint32_t functions) { return (wanted & functions) != 0; }

/// The two bits of a status code that say good, uncertain or bad; the greater the worse.
std::uint32_t SeverityOf(std::uint32_t status_code) {
  constexpr unsigned kSeverityShift = 30;
  return status_code >> kSeverityShift;
}

bool HasExactExtremes(const BlockStatistics& statistics) {
  return -kExactIntegers < statistics.min && statistics.max < kExactIntegers;
}

/// Calls `use` with each of `functions`, in the order of their bits.
template <typename Use>
void ForEachIn(std::uint32_t functions, const Use& use) {
  for (; functions != 0; functions &= functions - 1) {
    use(kAggregateFunctions[static_cast<std::size_t>(std::countr_zero(functions))]);
  }
}

std::size_t CountBuckets(const AggregateRequest& request) {
  const std::int64_t length = (request.range.stop - request.range.start).count();
  return static_cast<std::size_t>((length - 1) / request.bucket.count() + 1);
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

std::uint64_t BucketAccumulator::AnswerBytes(const AggregateRequest& request) {
  const auto columns = std::popcount(WithPolicy(request.functions, request.quality));
  return CountBuckets(request) * sizeof(double) * (static_cast<std::uint64_t>(columns) + 1);
}

BucketAccumulator::BucketAccumulator(const AggregateRequest& request, ValueType type)
    : request_(request),
      functions_(WithPolicy(request.functions, request.quality) & kAllAggregateFunctions),
      buckets_(CountBuckets(request)) {
  weighted_ = WantsAny(functions_, kTimeWeightedFunctions);
  durations_ = WantsAny(functions_, kDurationFunctions);
  counting_ = WantsAny(functions_, kCounterFunctions);
  qualities_ = Wants(AggregateFunction::kWorstQuality);
  extra_functions_ = WantsAny(functions_, kExtraFunctions);
  whole_numbers_ = type == ValueType::kInt64 && WantsAny(functions_, kDifferenceFunctions);
  MakeColumns();
}

/// As of buckets without samples: only the others are written again.
void BucketAccumulator::MakeColumns() {
  columns_.starts.reserve(buckets_);
  for (std::size_t i = 0; i < buckets_; ++i) columns_.starts.push_back(StartOf(i));
  ForEachIn(functions_, [this](const AggregateFunctionInfo& info) {
    if (info.column == nullptr) {
      columns_.count.assign(buckets_, 0);
    } else {
      (columns_.*info.column).assign(buckets_, info.nothing);
    }
  });
}

/// Makes the bucket the open one; it is no earlier than the one that is.
void BucketAccumulator::GoTo(std::size_t index) {
  if (index == index_) return;
  BEDPLATE_CHECK(index > index_ && index < buckets_);
  Finish();
  index_ = index;
  bucket_ = {};
  if (extra_functions_) extra_ = {};
  if (whole_numbers_) integer_ = {};
  values_.clear();
}

/// Writes what the open bucket has into the answer.
void BucketAccumulator::Finish() {
  ForEachIn(functions_, [this](const AggregateFunctionInfo& info) {
    if (info.column == nullptr) {
      columns_.count[index_] = bucket_.count;
    } else {
      (columns_.*info.column)[index_] = ValueOf(info.function);
    }
  });
}

void BucketAccumulator::SetBefore(const Reading& reading) {
  previous_ = reading;
  if (reading.known) counter_ = reading;
}

void BucketAccumulator::Add(const Reading& reading) {
  Connect(reading);
  GoTo(BucketOf(reading.time));
  if (!reading.known) return;
  const double value = reading.value;
  Combine({.min = value, .max = value, .sum = value, .first = value, .last = value}, 1);
  if (whole_numbers_) KeepIntegers({&reading.integer, 1});
  if (!extra_functions_) return;
  KeepValues({&value, 1});
  CountUp(reading);
}

void BucketAccumulator::AddRun(const NumberRun& run) {
  if (Wants(AggregateFunction::kPercentile)) values_.reserve(CapacityFor(run.count));
  if (SpansNeedReadings(run)) {
    for (std::size_t i = 0; i < run.count; ++i) {
      Add(ReadingAt(run, i));
      NoteQualities(run, i, i + 1);
    }
    return;
  }
  for (std::size_t begin = 0; begin < run.count;) {
    const std::size_t index = BucketOf(run.TimeAt(begin));
    const std::size_t end = run.LowerBound(begin, StartOf(index + 1));
    AddSlice(run, index, begin, end);
    begin = end;
  }
}

/// Of samples [begin, end), which lie in the open bucket.
void BucketAccumulator::NoteQualities(const NumberRun& run, std::size_t begin, std::size_t end) {
  if (!qualities_) return;
  if (run.qualities == nullptr) return NoteQuality(kGood.status_code());
  for (std::size_t i = begin; i < end; ++i) NoteQuality(run.qualities[i]);
}

/// Of codes that are equally bad the first stays.
void BucketAccumulator::NoteQuality(std::uint32_t status_code) {
  std::optional<std::uint32_t>& worst = extra_.worst_quality;
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

/// Adds samples [begin, end), which lie in bucket `index`.
void BucketAccumulator::AddSlice(const NumberRun& run, std::size_t index, std::size_t begin,
                                 std::size_t end) {
  const bool spans = weighted_ || durations_;
  if (spans) Connect(ReadingAt(run, begin));
  GoTo(index);
  NoteQualities(run, begin, end);
  if (spans) {
    AddSpansWithin(run, begin, end);
    previous_ = ReadingAt(run, end - 1);
  }
  const std::span<const double> values = Usable(run, run.values, begin, end, usable_);
  if (values.empty()) return;
  const NumberSummary summary = SummarizeNumbers(values);
  Combine({.min = summary.min,
           .max = summary.max,
           .sum = summary.sum,
           .first = values.front(),
           .last = values.back()},
          values.size());
  if (whole_numbers_) KeepIntegers(Usable(run, run.integers, begin, end, usable_integers_));
  KeepValues(values);
  if (!counting_) return;
  for (std::size_t i = begin; i < end; ++i) CountUp(ReadingAt(run, i));
}

/// Adds the time from sample `begin` to the last one before `end`; all of it is known.
void BucketAccumulator::AddSpansWithin(const NumberRun& run, std::size_t begin, std::size_t end) {
  const std::size_t last = end - 1;
  if (begin == last) return;
  const double seconds = Seconds(run.TimeAt(last) - run.TimeAt(begin));
  if (durations_) extra_.good_seconds += seconds;
  if (!weighted_) return;
  bucket_.known_seconds += seconds;
  const bool step = request_.interpolation == Interpolation::kStep;
  if (run.stride != 0) {
    double sum = SummarizeNumbers({run.values + begin, run.values + last}).sum;
    if (!step) sum += run.values[last] / 2 - run.values[begin] / 2;
    bucket_.integral.Add(sum * Seconds(run.stride));
    return;
  }
  for (std::size_t i = begin; i < last; ++i) {
    const double mean = step ? run.values[i] : run.values[i] / 2 + run.values[i + 1] / 2;
    bucket_.integral.Add(mean * Seconds(run.times[i + 1] - run.times[i]));
  }
}

/// Of the open bucket's usable values, in ascending time.
void BucketAccumulator::KeepValues(std::span<const double> values) {
  if (!whole_numbers_ && Wants(AggregateFunction::kStandardDeviation)) extra_.moments.Add(values);
  if (!Wants(AggregateFunction::kPercentile)) return;
  values_.insert(values_.end(), values.begin(), values.end());
}

/// As KeepValues; at least one.
void BucketAccumulator::KeepIntegers(std::span<const std::int64_t> values) {
  if (Wants(AggregateFunction::kRange)) integer_.AddExtremesOf(values);
  if (Wants(AggregateFunction::kStandardDeviation)) integer_.AddSpread(values, shifted_);
}

void BucketAccumulator::CountUp(const Reading& reading) {
  if (!counting_ || !reading.known) return;
  if (counter_) {
    if (whole_numbers_) {
      integer_.AddStep(counter_->integer, reading.integer);
    } else {
      const double step = reading.value - counter_->value;
      extra_.increase.Add(step >= 0 ? step : reading.value);
    }
    extra_.counted_seconds += Seconds(reading.time - counter_->time);
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
  if (counting_ || WantsAny(functions_, kSampleFunctions)) return false;
  // Its extremes are doubles, which tell a range of int64 only where they are the values
  // themselves.
  if (whole_numbers_ && !HasExactExtremes(block.statistics)) return false;
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
  Connect({.time = block.first_time, .value = statistics.first, .known = true, .good = true});
  GoTo(BucketOf(block.first_time));
  if (qualities_) NoteQuality(kGood.status_code());
  if (block.good_count > 0) {
    Combine(statistics, block.good_count);
    if (whole_numbers_) {
      integer_.AddExtremes(static_cast<std::int64_t>(statistics.min),
                           static_cast<std::int64_t>(statistics.max));
    }
  }
  if (weighted_) {
    const bool step = request_.interpolation == Interpolation::kStep;
    bucket_.integral.Add(step ? statistics.step_integral : statistics.linear_integral);
    bucket_.known_seconds += Seconds(block.last_time - block.first_time);
  }
  if (durations_) extra_.good_seconds += Seconds(block.last_time - block.first_time);
  previous_ =
      Reading{.time = block.last_time, .value = statistics.last, .known = true, .good = true};
}

void BucketAccumulator::Close(const std::optional<Reading>& after, std::int64_t extend_until) {
  if (after) return Connect(*after);
  if (!previous_ || extend_until <= previous_->time) return;
  Connect({.time = extend_until, .value = previous_->value});
}

bool BucketAccumulator::Wants(AggregateFunction function) const {
  return Includes(functions_, function);
}

std::size_t BucketAccumulator::BucketOf(std::int64_t time) const {
  return static_cast<std::size_t>((time - request_.range.start.nanoseconds()) /
                                  request_.bucket.count());
}

/// The bucket's first instant; of the one behind the last, the end of the range.
std::int64_t BucketAccumulator::StartOf(std::size_t bucket) const {
  if (bucket >= buckets_) return request_.range.stop.nanoseconds();
  return request_.range.start.nanoseconds() +
         static_cast<std::int64_t>(bucket) * request_.bucket.count();
}

void BucketAccumulator::Combine(const BlockStatistics& statistics, std::uint64_t count) {
  const bool empty = bucket_.count == 0;
  bucket_.min = empty ? statistics.min : std::min(bucket_.min, statistics.min);
  bucket_.max = empty ? statistics.max : std::max(bucket_.max, statistics.max);
  if (empty) bucket_.first = statistics.first;
  bucket_.last = statistics.last;
  bucket_.sum.Add(statistics.sum);
  bucket_.count += count;
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
    GoTo(BucketOf(start));
    const std::int64_t end = std::min(stop, StartOf(index_ + 1));
    const double seconds = Seconds(end - start);
    if (durations_) {
      (from.good ? extra_.good_seconds : extra_.bad_seconds) += seconds;
    }
    if (known) {
      const double mean =
          step ? from.value : Interpolate(from, to, start) / 2 + Interpolate(from, to, end) / 2;
      bucket_.integral.Add(mean * seconds);
      bucket_.known_seconds += seconds;
    }
    start = end;
  }
}

double BucketAccumulator::ValueOf(AggregateFunction function) {
  if (whole_numbers_ && WantsAny(function, kDifferenceFunctions)) return IntegerValueOf(function);
  if (WantsAny(function, kExtraFunctions)) return ExtraValueOf(function);
  return BasicValueOf(function);
}

double BucketAccumulator::BasicValueOf(AggregateFunction function) const {
  const Bucket& bucket = bucket_;
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

/// Orders the kept values anew.
double BucketAccumulator::ExtraValueOf(AggregateFunction function) {
  const Extra& extra = extra_;
  switch (function) {
    case AggregateFunction::kStandardDeviation: return extra.moments.StandardDeviation();
    case AggregateFunction::kIncrease:
      return extra.counted_seconds > 0 ? extra.increase.Total() : kNoNumber;
    case AggregateFunction::kRate:
      return extra.counted_seconds > 0 ? extra.increase.Total() / extra.counted_seconds : kNoNumber;
    case AggregateFunction::kDurationGood: return extra.good_seconds;
    case AggregateFunction::kDurationBad: return extra.bad_seconds;
    case AggregateFunction::kPercentGood:
      return 100 * extra.good_seconds / Seconds(StartOf(index_ + 1) - StartOf(index_));
    case AggregateFunction::kPercentile: return Percentile(values_, request_.percentile);
    case AggregateFunction::kWorstQuality:
      return extra.worst_quality ? static_cast<double>(*extra.worst_quality) : kNoNumber;
    default: return kNoNumber;
  }
}

double BucketAccumulator::IntegerValueOf(AggregateFunction function) const {
  if (function == AggregateFunction::kRange) {
    return bucket_.count > 0 ? integer_.Range() : kNoNumber;
  }
  if (function == AggregateFunction::kStandardDeviation) return integer_.StandardDeviation();
  const double seconds = extra_.counted_seconds;
  if (!(seconds > 0)) return kNoNumber;
  return function == AggregateFunction::kRate ? integer_.Increase() / seconds : integer_.Increase();
}

std::uint64_t BucketAccumulator::BytesToAdd(std::uint64_t count) const {
  if (!Wants(AggregateFunction::kPercentile)) return 0;
  const std::uint64_t grown = CapacityFor(count);
  // While they move they are there twice.
  const std::uint64_t held = grown > values_.capacity() ? grown + values_.capacity() : grown;
  return held * sizeof(double);
}

/// How many values there is room for when `count` more are kept.
std::size_t BucketAccumulator::CapacityFor(std::size_t count) const {
  const std::size_t size = values_.size() + count;
  if (size <= values_.capacity()) return values_.capacity();
  return std::max(size, 2 * values_.capacity());
}

AggregateColumns BucketAccumulator::Take() {
  Finish();
  return std::move(columns_);
}

}  // namespace bedplate::historian

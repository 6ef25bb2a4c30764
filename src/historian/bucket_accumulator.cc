#include "historian/bucket_accumulator.h"

#include <algorithm>

#include "historian/aggregate_functions.h"
#include "historian/format.h"
#include "historian/number_kernels.h"

namespace bedplate::historian {
namespace {

double Seconds(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / static_cast<double>(kNanosecondsPerSecond);
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

BucketAccumulator::BucketAccumulator(const AggregateRequest& request) : request_(request) {
  weighted_ = Wants(AggregateFunction::kTimeWeightedMean) || Wants(AggregateFunction::kIntegral) ||
              Wants(AggregateFunction::kKnownSeconds);
  const std::int64_t width = request.bucket.count();
  const std::int64_t length = (request.range.stop - request.range.start).count();
  buckets_.resize(static_cast<std::size_t>((length - 1) / width + 1));
}

void BucketAccumulator::Add(const Reading& reading) {
  Connect(reading);
  if (!reading.known) return;
  const double value = reading.value;
  Combine(buckets_[BucketOf(reading.time)],
          {.min = value, .max = value, .sum = value, .first = value, .last = value}, 1);
}

void BucketAccumulator::AddRun(const NumberRun& run) {
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

Reading BucketAccumulator::ReadingAt(const NumberRun& run, std::size_t index) const {
  const bool known =
      !request_.good_only || run.qualities == nullptr || Quality(run.qualities[index]).IsGood();
  return {run.TimeAt(index), run.values[index], known};
}

/// Whether the time between two samples of `run` may be known in part only.
bool BucketAccumulator::SpansNeedReadings(const NumberRun& run) const {
  if (!weighted_) return false;
  if (request_.good_only && run.qualities != nullptr) return true;
  if (request_.hold == std::chrono::nanoseconds::max()) return false;
  return run.stride == 0 || run.stride > request_.hold.count();
}

/// Adds samples [begin, end), which lie in one bucket.
void BucketAccumulator::AddSlice(const NumberRun& run, std::size_t begin, std::size_t end) {
  Bucket& bucket = buckets_[BucketOf(run.TimeAt(begin))];
  if (weighted_) {
    Connect(ReadingAt(run, begin));
    AddSpansWithin(bucket, run, begin, end);
    previous_ = ReadingAt(run, end - 1);
  }
  const std::span<const double> values = UsableValues(run, begin, end);
  if (values.empty()) return;
  const NumberSummary summary = SummarizeNumbers(values);
  Combine(bucket,
          {.min = summary.min,
           .max = summary.max,
           .sum = summary.sum,
           .first = values.front(),
           .last = values.back()},
          values.size());
}

/// Adds the time from sample `begin` to the last one before `end`; all of it is known.
void BucketAccumulator::AddSpansWithin(Bucket& bucket, const NumberRun& run, std::size_t begin,
                                       std::size_t end) {
  const std::size_t last = end - 1;
  if (begin == last) return;
  bucket.known_seconds += Seconds(run.TimeAt(last) - run.TimeAt(begin));
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

/// The values that count; they live until the next call.
std::span<const double> BucketAccumulator::UsableValues(const NumberRun& run, std::size_t begin,
                                                        std::size_t end) {
  if (!request_.good_only || run.qualities == nullptr) {
    return {run.values + begin, run.values + end};
  }
  usable_.clear();
  for (std::size_t i = begin; i < end; ++i) {
    if (Quality(run.qualities[i]).IsGood()) usable_.push_back(run.values[i]);
  }
  return usable_;
}

bool BucketAccumulator::CanAddBlock(const BlockHeader& block) const {
  if (BucketOf(block.first_time) != BucketOf(block.last_time)) return false;
  // The header's integral does not tell how far apart the samples are.
  if (weighted_ && request_.hold != std::chrono::nanoseconds::max()) return false;
  return block.AllGood() || (request_.good_only && !weighted_);
}

void BucketAccumulator::AddBlock(const BlockHeader& block) {
  const BlockStatistics& statistics = block.statistics;
  Bucket& bucket = buckets_[BucketOf(block.first_time)];
  Connect({block.first_time, statistics.first, true});
  if (block.good_count > 0) Combine(bucket, statistics, block.good_count);
  if (weighted_) {
    const bool step = request_.interpolation == Interpolation::kStep;
    bucket.integral.Add(step ? statistics.step_integral : statistics.linear_integral);
    bucket.known_seconds += Seconds(block.last_time - block.first_time);
  }
  previous_ = Reading{block.last_time, statistics.last, true};
}

void BucketAccumulator::Close(const std::optional<Reading>& after, std::int64_t extend_until) {
  if (after) return Connect(*after);
  if (!previous_ || request_.interpolation == Interpolation::kLinear) return;
  if (extend_until > previous_->time) Connect({extend_until, previous_->value, false});
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
  if (weighted_ && previous_ && previous_->known) {
    const bool step = request_.interpolation == Interpolation::kStep;
    if (step || next.known) AddSpan(*previous_, next);
  }
  previous_ = next;
}

/// Adds the stretch between two readings to the buckets that it touches.
void BucketAccumulator::AddSpan(const Reading& from, const Reading& to) {
  const bool step = request_.interpolation == Interpolation::kStep;
  std::int64_t start = std::max(from.time, request_.range.start.nanoseconds());
  std::int64_t stop = std::min(to.time, request_.range.stop.nanoseconds());
  if (request_.hold.count() < stop - from.time) stop = from.time + request_.hold.count();
  while (start < stop) {
    const std::size_t index = BucketOf(start);
    const std::int64_t end = std::min(stop, StartOf(index + 1));
    const double seconds = Seconds(end - start);
    const double mean =
        step ? from.value : Interpolate(from, to, start) / 2 + Interpolate(from, to, end) / 2;
    buckets_[index].integral.Add(mean * seconds);
    buckets_[index].known_seconds += seconds;
    start = end;
  }
}

double BucketAccumulator::ValueOf(AggregateFunction function, const Bucket& bucket) {
  const bool has_samples = bucket.count > 0;
  const bool is_known = bucket.known_seconds > 0;
  switch (function) {
    case AggregateFunction::kCount: return static_cast<double>(bucket.count);
    case AggregateFunction::kMin: return has_samples ? bucket.min : kNoNumber;
    case AggregateFunction::kMax: return has_samples ? bucket.max : kNoNumber;
    case AggregateFunction::kMean:
      return has_samples ? bucket.sum.Total() / static_cast<double>(bucket.count) : kNoNumber;
    case AggregateFunction::kSum: return has_samples ? bucket.sum.Total() : kNoNumber;
    case AggregateFunction::kFirst: return has_samples ? bucket.first : kNoNumber;
    case AggregateFunction::kLast: return has_samples ? bucket.last : kNoNumber;
    case AggregateFunction::kTimeWeightedMean:
      return is_known ? bucket.integral.Total() / bucket.known_seconds : kNoNumber;
    case AggregateFunction::kIntegral: return is_known ? bucket.integral.Total() : kNoNumber;
    case AggregateFunction::kKnownSeconds: return bucket.known_seconds;
  }
  return kNoNumber;
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
    for (const Bucket& bucket : buckets_) column.push_back(ValueOf(info.function, bucket));
  }
  return columns;
}

}  // namespace bedplate::historian

#include "historian/bucket_accumulator.h"

#include <algorithm>
#include <limits>

#include "historian/format.h"

namespace bedplate::historian {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

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
  return (request_.functions & static_cast<std::uint32_t>(function)) != 0;
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

void BucketAccumulator::FillColumn(AggregateFunction function, std::vector<double>& column,
                                   double (*value)(const Bucket&)) const {
  if (!Wants(function)) return;
  column.reserve(buckets_.size());
  for (const Bucket& bucket : buckets_) column.push_back(value(bucket));
}

AggregateColumns BucketAccumulator::Take() {
  AggregateColumns columns;
  for (std::size_t i = 0; i < buckets_.size(); ++i) columns.starts.push_back(StartOf(i));
  if (Wants(AggregateFunction::kCount)) {
    for (const Bucket& bucket : buckets_) columns.count.push_back(bucket.count);
  }
  FillColumn(AggregateFunction::kMin, columns.min,
             [](const Bucket& b) { return b.count > 0 ? b.min : kNotANumber; });
  FillColumn(AggregateFunction::kMax, columns.max,
             [](const Bucket& b) { return b.count > 0 ? b.max : kNotANumber; });
  FillColumn(AggregateFunction::kMean, columns.mean, [](const Bucket& b) {
    return b.count > 0 ? b.sum.Total() / static_cast<double>(b.count) : kNotANumber;
  });
  FillColumn(AggregateFunction::kSum, columns.sum,
             [](const Bucket& b) { return b.count > 0 ? b.sum.Total() : kNotANumber; });
  FillColumn(AggregateFunction::kFirst, columns.first,
             [](const Bucket& b) { return b.count > 0 ? b.first : kNotANumber; });
  FillColumn(AggregateFunction::kLast, columns.last,
             [](const Bucket& b) { return b.count > 0 ? b.last : kNotANumber; });
  FillColumn(AggregateFunction::kTimeWeightedMean, columns.time_weighted_mean, [](const Bucket& b) {
    return b.known_seconds > 0 ? b.integral.Total() / b.known_seconds : kNotANumber;
  });
  FillColumn(AggregateFunction::kIntegral, columns.integral, [](const Bucket& b) {
    return b.known_seconds > 0 ? b.integral.Total() : kNotANumber;
  });
  FillColumn(AggregateFunction::kKnownSeconds, columns.known_seconds,
             [](const Bucket& b) { return b.known_seconds; });
  return columns;
}

}  // namespace bedplate::historian

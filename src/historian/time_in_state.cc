#include "historian/time_in_state.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "historian/aggregate.h"
#include "historian/format.h"
#include "historian/merge_cursor.h"
#include "historian/stored_samples.h"

namespace bedplate::historian {
namespace {

/// Gathers samples in ascending time into seconds by state and bucket.
class StateAccumulator {
 public:
  explicit StateAccumulator(const StateRequest& request)
      : request_(request),
        buckets_(static_cast<std::size_t>(((request.range.stop - request.range.start).count() - 1) /
                                              request.bucket.count() +
                                          1)) {}

  /// The next sample, or the one before the range.
  Status Add(Sample sample) {
    RETURN_IF_ERROR(EndAt(sample.time.nanoseconds()));
    current_.reset();
    if (!request_.good_only || sample.quality.IsGood()) current_ = std::move(sample);
    return {};
  }

  /// The state in force lasts no longer than until `time`.
  Status EndAt(std::int64_t time) {
    if (!current_) return {};
    const std::int64_t from = current_->time.nanoseconds();
    std::int64_t stop = std::min(time, request_.range.stop.nanoseconds());
    if (request_.hold.count() < stop - from) stop = from + request_.hold.count();
    const std::int64_t start = std::max(from, request_.range.start.nanoseconds());
    if (start >= stop) return {};
    ASSIGN_OR_RETURN(std::vector<double>* const seconds, SecondsOf(current_->value));
    Spread(start, stop, *seconds);
    return {};
  }

  StateColumns Take() {
    StateColumns columns;
    for (std::size_t i = 0; i < buckets_; ++i) columns.starts.push_back(StartOf(i));
    for (auto& [state, seconds] : seconds_) {
      columns.states.push_back(state);
      columns.seconds.push_back(std::move(seconds));
    }
    return columns;
  }

 private:
  [[nodiscard]] std::int64_t StartOf(std::size_t bucket) const {
    return request_.range.start.nanoseconds() +
           static_cast<std::int64_t>(bucket) * request_.bucket.count();
  }

  Result<std::vector<double>*> SecondsOf(const Value& state) {
    const auto found = seconds_.find(state);
    if (found != seconds_.end()) return &found->second;
    if ((seconds_.size() + 1) * buckets_ > kMaxStateCells) {
      return Error(ErrorCode::kResourceExhausted,
                   fmt::format("more than {} states in {} buckets: a request may have {} states x "
                               "buckets; ask for wider buckets or a shorter range",
                               seconds_.size(), buckets_, kMaxStateCells));
    }
    return &seconds_.emplace(state, std::vector<double>(buckets_)).first->second;
  }

  void Spread(std::int64_t start, std::int64_t stop, std::vector<double>& seconds) const {
    while (start < stop) {
      const auto index = static_cast<std::size_t>((start - request_.range.start.nanoseconds()) /
                                                  request_.bucket.count());
      // The last bucket may end behind the range, where no time is.
      const std::int64_t end = index + 1 < buckets_ ? std::min(stop, StartOf(index + 1)) : stop;
      seconds[index] +=
          static_cast<double>(end - start) / static_cast<double>(kNanosecondsPerSecond);
      start = end;
    }
  }

  const StateRequest& request_;
  const std::size_t buckets_;
  std::map<Value, std::vector<double>> seconds_;
  std::optional<Sample> current_;
};

Status AddRuns(MergeCursor& cursor, const StateRequest& request, StateAccumulator& accumulator) {
  while (true) {
    if (request.cancel.cancelled()) return Error(ErrorCode::kCancelled, "aggregation cancelled");
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (!run) return {};
    RETURN_IF_ERROR(cursor.Load(*run));
    for (std::size_t i = run->begin; i < run->end; ++i) {
      RETURN_IF_ERROR(accumulator.Add(run->columns->At(i)));
    }
  }
}

}  // namespace

Status CheckStateRequest(const StateRequest& request, ValueType type) {
  if (type == ValueType::kDouble) {
    return Error(ErrorCode::kInvalidArgument,
                 "a tag of type double has no states; expected bool, int64 or string");
  }
  return CheckAggregate({.range = request.range,
                         .bucket = request.bucket,
                         .functions = static_cast<std::uint32_t>(AggregateFunction::kCount),
                         .hold = request.hold},
                        type);
}

Result<StateColumns> ComputeTimeInState(const Snapshot& snapshot, ValueType type,
                                        const StateRequest& request, Timestamp now) {
  BEDPLATE_CHECK(CheckStateRequest(request, type).ok());
  StateAccumulator accumulator(request);
  ASSIGN_OR_RETURN(auto before, FindBefore(snapshot, request.tag, type, request.range.start));
  if (before) RETURN_IF_ERROR(accumulator.Add(*std::move(before)));
  ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, request.tag, type, request.range));
  MergeCursor cursor(std::move(sources), request.range);
  RETURN_IF_ERROR(AddRuns(cursor, request, accumulator));
  ASSIGN_OR_RETURN(const auto after,
                   FindAtOrAfter(snapshot, request.tag, type, request.range.stop));
  RETURN_IF_ERROR(accumulator.EndAt(after ? after->time.nanoseconds() : now.nanoseconds()));
  return accumulator.Take();
}

}  // namespace bedplate::historian

#include "historian/aggregate.h"

#include <fmt/format.h>

#include "historian/aggregate_functions.h"
#include "historian/bucket_accumulator.h"
#include "historian/merge_cursor.h"
#include "historian/stored_samples.h"

namespace bedplate::historian {
namespace {

Error Invalid(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

/// The samples [begin, end) of `columns`; `values` is scratch for types other than double.
NumberRun RunOf(const SampleColumns& columns, std::size_t begin, std::size_t end,
                std::vector<double>& values) {
  NumberRun run{.count = end - begin,
                .first_time = columns.times[begin],
                .times = columns.times.data() + begin};
  if (!columns.qualities.empty()) run.qualities = columns.qualities.data() + begin;
  if (columns.type == ValueType::kDouble) {
    run.values = columns.doubles.data() + begin;
    return run;
  }
  values.assign(run.count, 0);
  run.values = values.data();
  if (columns.type == ValueType::kString) return run;
  if (columns.type == ValueType::kInt64) run.integers = columns.int64s.data() + begin;
  for (std::size_t i = 0; i < run.count; ++i) values[i] = columns.NumberAt(begin + i);
  return run;
}

NumberRun RunOf(const NumberBlock& block) {
  return {.count = block.count,
          .first_time = block.first_time,
          .stride = block.stride,
          .times = block.times.empty() ? nullptr : block.times.data(),
          .values = block.values.data(),
          .integers = block.integers.empty() ? nullptr : block.integers.data(),
          .qualities = block.qualities.empty() ? nullptr : block.qualities.data()};
}

std::optional<Reading> ToReading(const std::optional<Sample>& sample, QualityPolicy quality) {
  if (!sample) return std::nullopt;
  const auto* const integer = std::get_if<std::int64_t>(&sample->value);
  return Reading{.time = sample->time.nanoseconds(),
                 .value = AsDouble(sample->value).value_or(0),
                 .integer = integer != nullptr ? *integer : 0,
                 .known = quality != QualityPolicy::kGoodOnly || sample->quality.IsGood(),
                 .good = sample->quality.IsGood()};
}

/// Memory that a thread uses again from block to block and from series to series.
struct Scratch {
  NumberBlock block;
  Bytes payload;
  std::vector<double> values;
};

Scratch& ScratchOfThread() {
  thread_local Scratch scratch;
  return scratch;
}

Status AddRun(MergeCursor& cursor, Run& run, ValueType type, BucketAccumulator& accumulator) {
  if (run.header != nullptr && accumulator.CanAddBlock(*run.header)) {
    accumulator.AddBlock(*run.header);
    return {};
  }
  Scratch& scratch = ScratchOfThread();
  if (!run.columns && type != ValueType::kString) {
    RETURN_IF_ERROR(cursor.LoadNumbers(scratch.payload, scratch.block));
    accumulator.AddRun(RunOf(scratch.block));
    return {};
  }
  RETURN_IF_ERROR(cursor.Load(run));
  accumulator.AddRun(RunOf(*run.columns, run.begin, run.end, scratch.values));
  return {};
}

/// An answer so small is not counted. There are no more of them under way than threads, and for a
/// question to thousands of tags the counting, which all threads share, costs as much as the
/// answer.
constexpr std::uint64_t kUncountedBytes = 1024;

Status TakeForAnswer(const AggregateRequest& request, MemoryShare& memory) {
  const std::uint64_t bytes = BucketAccumulator::AnswerBytes(request);
  if (bytes <= kUncountedBytes) return {};
  memory = MemoryShare(request.memory);
  if (memory.Resize(bytes)) return {};
  return TooMuchMemory(*request.memory, bytes, "the answer for one tag takes");
}

/// Before `count` samples are added.
Status TakeForSamples(const AggregateRequest& request, const BucketAccumulator& accumulator,
                      std::uint64_t count, MemoryShare& memory) {
  const std::uint64_t kept_bytes = accumulator.BytesToAdd(count);
  if (kept_bytes == 0) return {};
  if (!memory.has_limit()) memory = MemoryShare(request.memory);
  const std::uint64_t bytes = BucketAccumulator::AnswerBytes(request) + kept_bytes;
  if (memory.Resize(bytes)) return {};
  return TooMuchMemory(
      *request.memory, bytes,
      "an exact percentile keeps the samples of a bucket and with the answer takes");
}

std::uint64_t CountOf(const Run& run) {
  return run.header != nullptr ? run.header->count : run.end - run.begin;
}

Status AddRuns(MergeCursor& cursor, const AggregateRequest& request, ValueType type,
               MemoryShare& memory, BucketAccumulator& accumulator) {
  while (true) {
    if (request.cancel.cancelled()) return Error(ErrorCode::kCancelled, "aggregation cancelled");
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (!run) return {};
    RETURN_IF_ERROR(TakeForSamples(request, accumulator, CountOf(*run), memory));
    RETURN_IF_ERROR(AddRun(cursor, *run, type, accumulator));
  }
}

/// Tells the accumulator what came before the range. A counter goes on from its last usable sample,
/// the value in force is that of the last one of all.
Status LookBack(const Snapshot& snapshot, ValueType type, const AggregateRequest& request,
                BucketAccumulator& accumulator) {
  ASSIGN_OR_RETURN(const auto before, FindBefore(snapshot, request.tag, type, request.range.start));
  if (!before) return {};
  const Reading reading = *ToReading(before, request.quality);
  accumulator.SetBefore(reading);
  if (reading.known || (request.functions & kCounterFunctions) == 0) return {};
  ASSIGN_OR_RETURN(const auto good,
                   FindGoodBefore(snapshot, request.tag, type, before->time, request.cancel));
  if (good) accumulator.SetCounterBefore(*ToReading(good, request.quality));
  return {};
}

}  // namespace

Status CheckAggregate(const AggregateRequest& request, ValueType type) {
  const TimeRange& range = request.range;
  if (range.start < kMinTimestamp || range.stop > kMaxTimestamp || range.Empty()) {
    return Invalid(fmt::format("range {} to {}: expected a range within {} to {} that is not empty",
                               FormatTimestamp(range.start), FormatTimestamp(range.stop),
                               FormatTimestamp(kMinTimestamp), FormatTimestamp(kMaxTimestamp)));
  }
  if (request.bucket.count() <= 0) return Invalid("bucket: expected a width above 0");
  if (request.hold.count() <= 0) return Invalid("hold: expected a duration above 0");
  const auto length = static_cast<std::uint64_t>((range.stop - range.start).count());
  const std::uint64_t buckets =
      (length - 1) / static_cast<std::uint64_t>(request.bucket.count()) + 1;
  if (buckets > kMaxBuckets) {
    return Invalid(fmt::format("bucket: {} buckets, expected at most {}", buckets, kMaxBuckets));
  }
  if (!(request.percentile >= 0 && request.percentile <= 100)) {
    return Invalid(fmt::format("percentile: expected 0 to 100, got {}", request.percentile));
  }
  constexpr std::uint32_t kWithoutNumbers =
      BitsOf({AggregateFunction::kCount, AggregateFunction::kWorstQuality});
  if (type == ValueType::kString && (request.functions & ~kWithoutNumbers) != 0) {
    return Invalid("functions: a tag of type string has only count and worst_quality");
  }
  return {};
}

Result<AggregateColumns> ComputeAggregate(const Snapshot& snapshot, ValueType type,
                                          const AggregateRequest& request, Timestamp now) {
  BEDPLATE_CHECK(CheckAggregate(request, type).ok());
  MemoryShare memory;
  RETURN_IF_ERROR(TakeForAnswer(request, memory));
  BucketAccumulator accumulator(request, type);
  const bool spans = (request.functions & (kTimeWeightedFunctions | kDurationFunctions)) != 0;
  if (spans || (request.functions & kCounterFunctions) != 0) {
    RETURN_IF_ERROR(LookBack(snapshot, type, request, accumulator));
  }
  ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, request.tag, type, request.range));
  MergeCursor cursor(std::move(sources), request.range);
  RETURN_IF_ERROR(AddRuns(cursor, request, type, memory, accumulator));
  if (spans) {
    ASSIGN_OR_RETURN(const auto after,
                     FindAtOrAfter(snapshot, request.tag, type, request.range.stop));
    accumulator.Close(ToReading(after, request.quality), now.nanoseconds());
  }
  return accumulator.Take();
}

}  // namespace bedplate::historian

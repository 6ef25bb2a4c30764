#include "services/sample_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "historian/aggregate_functions.h"

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kMaxCells = 2'000'000;  // 16 MB of doubles, at most 50 MB written out
constexpr nanoseconds kDay = std::chrono::hours(24);

Result<BucketPlan> MakePlan(TimeRange range, const BucketChoice& choice) {
  if (choice.parts) return BucketPlan::EqualParts(range, *choice.parts);
  if (choice.zone.empty()) return BucketPlan::AlignedToEpoch(range, *choice.width);
  ASSIGN_OR_RETURN(const PlantCalendar calendar, PlantCalendar::ForZone(choice.zone));
  if (*choice.width % kDay != nanoseconds(0)) {
    return BucketPlan::AlignedToEpoch(range, *choice.width);
  }
  return BucketPlan::LocalDays(range, *choice.width / kDay, calendar);
}

std::optional<nanoseconds> NominalWidth(const BucketChoice& choice, const BucketPlan& plan) {
  if (choice.width) return choice.width;
  if (plan.runs.empty()) return std::nullopt;
  return plan.runs.front().width;
}

Status CheckCells(std::size_t tags, std::size_t buckets, std::uint32_t functions) {
  const std::uint64_t columns = static_cast<std::uint64_t>(std::popcount(functions)) * tags;
  if (columns == 0 || buckets <= kMaxCells / columns) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected an answer of at most {} numbers, but {} tags x {} buckets x "
                           "{} functions are more; ask for fewer tags or wider buckets",
                           kMaxCells, tags, buckets, std::popcount(functions)));
}

template <typename T>
void Extend(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), from.begin(), from.end());
  }
}

void Extend(AggregateColumns& to, AggregateColumns from) {
  Extend(to.count, from.count);
  for (const AggregateFunctionInfo& info : kAggregateFunctions) {
    if (info.column != nullptr) Extend(to.*info.column, from.*info.column);
  }
}

/// What the historian would answer for a tag that was never written.
AggregateColumns EmptyColumns(std::size_t buckets, std::uint32_t functions) {
  AggregateColumns columns;
  if (Includes(functions, AggregateFunction::kCount)) columns.count.assign(buckets, 0);
  for (const AggregateFunctionInfo& info : kAggregateFunctions) {
    if (info.column == nullptr || !Includes(functions, info.function)) continue;
    (columns.*info.column).assign(buckets, info.nothing);
  }
  return columns;
}

/// What is asked of each tag; they share the memory, which is a part of that of all queries.
AggregateRequest RequestOf(const AggregateQuery& query, std::shared_ptr<MemoryLimit> whole) {
  AggregateRequest request;
  request.memory = std::make_shared<MemoryLimit>(kAggregateMemoryBytes, std::move(whole));
  request.functions = query.functions;
  request.interpolation = query.interpolation;
  request.quality = query.quality;
  request.hold = query.hold;
  request.percentile = query.percentile;
  request.cancel = query.cancel;
  return request;
}

/// Takes the memory of `columns` numbers for each bucket, for as long as an answer has them.
Result<MemoryShare> TakeFor(std::uint64_t columns, std::size_t buckets,
                            const AggregateRequest& request) {
  MemoryShare share(request.memory);
  const std::uint64_t bytes = columns * buckets * sizeof(double);
  if (share.Resize(bytes)) return share;
  return TooMuchMemory(*request.memory, bytes, "a part of the answer takes");
}

/// Seconds of `state` in the `buckets` that there are so far.
std::vector<double>& SecondsOf(StateColumns& columns, const Value& state, std::size_t buckets) {
  const auto at = std::ranges::lower_bound(columns.states, state);
  const auto index = at - columns.states.begin();
  if (at == columns.states.end() || *at != state) {
    columns.states.insert(at, state);
    columns.seconds.emplace(columns.seconds.begin() + index, buckets);
  }
  return columns.seconds[static_cast<std::size_t>(index)];
}

Status Extend(StateColumns& to, StateColumns from) {
  const std::size_t before = to.starts.size();
  Extend(to.starts, from.starts);
  const std::size_t after = to.starts.size();
  for (std::size_t i = 0; i < from.states.size(); ++i) {
    std::vector<double>& seconds = SecondsOf(to, from.states[i], before);
    seconds.insert(seconds.end(), from.seconds[i].begin(), from.seconds[i].end());
  }
  if (to.states.size() * after > kMaxStateCells) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("{} states in {} buckets: a request may have {} states x buckets; ask "
                             "for wider buckets or a shorter range",
                             to.states.size(), after, kMaxStateCells));
  }
  for (std::vector<double>& seconds : to.seconds) seconds.resize(after);
  return {};
}

void Truncate(std::size_t size, SampleColumns& samples) {
  SampleColumns kept;
  kept.type = samples.type;
  for (std::size_t i = 0; i < size; ++i) kept.PushFrom(samples, i);
  samples = std::move(kept);
}

/// `closed` where an end of `range` or a sample tells it.
std::optional<TimeRange> IfTold(const OpenRange& range, const TimeRange& closed) {
  if (range.from || range.to || !closed.Empty()) return closed;
  return std::nullopt;
}

std::string JoinPatterns(const std::vector<Glob>& globs) {
  std::string text;
  for (const Glob& glob : globs) {
    text += fmt::format("{}'{}'", text.empty() ? "" : ", ", glob.pattern());
  }
  return text;
}

}  // namespace

Result<std::optional<Timestamp>> SampleService::ReadPage(const TagView& view,
                                                         const ScanRequest& request,
                                                         const PageSink& sink) const {
  std::optional<Timestamp> next;
  if (!view.HasSamples()) return next;
  ScanRequest one_more = request;
  one_more.tag = view.series->id;
  one_more.limit = request.limit == UINT64_MAX ? UINT64_MAX : request.limit + 1;
  std::uint64_t left = request.limit;
  RETURN_IF_ERROR(historian_.Scan(one_more, [&](const SampleColumns& block) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
    left -= count;
    if (count > 0) sink(block, count);
    if (count < block.size()) next = Timestamp(block.times[count]);
    return !next.has_value();
  }));
  return next;
}

Result<TimeRange> SampleService::Close(const OpenRange& range, std::span<const TagView> views) {
  if (range.from && range.to && *range.to < *range.from) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected 'from' not after 'to', got {} and {}",
                             FormatTimestamp(*range.from), FormatTimestamp(*range.to)));
  }
  Timestamp first = kMaxTimestamp;
  Timestamp last = kMinTimestamp;
  for (const TagView& view : views) {
    if (!view.HasSamples()) continue;
    first = std::min(first, *view.series->first);
    last = std::max(last, *view.series->last + nanoseconds(1));
  }
  const TimeRange closed{std::clamp(range.from.value_or(first), kMinTimestamp, kMaxTimestamp),
                         std::clamp(range.to.value_or(last), kMinTimestamp, kMaxTimestamp)};
  if (!closed.Empty()) return closed;
  const Timestamp at = std::clamp(range.from.value_or(range.to.value_or(kMinTimestamp)),
                                  kMinTimestamp, kMaxTimestamp);
  return TimeRange{at, at};
}

Result<AggregateAnswer> SampleService::Aggregate(const AggregateQuery& query) const {
  ASSIGN_OR_RETURN(std::vector<TagView> views, tags_.Match(query.tags));
  if (views.empty()) {
    return Error(ErrorCode::kNotFound, fmt::format("no tag matches {}", JoinPatterns(query.tags)));
  }
  AggregateAnswer answer;
  ASSIGN_OR_RETURN(const TimeRange range, Close(query.range, views));
  answer.range = IfTold(query.range, range);
  std::erase_if(views, [&answer](const TagView& view) {
    const bool text = view.tag.type == ValueType::kString;
    if (text) answer.skipped.push_back(view.tag.path);
    return text;
  });
  ASSIGN_OR_RETURN(BucketPlan plan, MakePlan(range, query.buckets));
  RETURN_IF_ERROR(CheckCells(views.size(), plan.starts.size(), query.functions));
  answer.width = NominalWidth(query.buckets, plan);
  answer.series.resize(views.size());
  const AggregateRequest request = RequestOf(query, memory_);
  // The starts, and all columns of all tags at once.
  const auto functions = static_cast<std::uint64_t>(std::popcount(query.functions));
  ASSIGN_OR_RETURN(answer.memory,
                   TakeFor(1 + functions * views.size(), plan.starts.size(), request));
  RETURN_IF_ERROR(helpers_.ForEach(views.size(), [&](std::size_t i) -> Status {
    ASSIGN_OR_RETURN(AggregateColumns columns, AggregateOne(views[i], plan, request));
    answer.series[i] = {std::move(views[i]), std::move(columns)};
    return {};
  }));
  answer.starts = std::move(plan.starts);
  return answer;
}

Result<AggregateColumns> SampleService::AggregateOne(const TagView& view, const BucketPlan& plan,
                                                     AggregateRequest request) const {
  if (!view.HasSamples()) return EmptyColumns(plan.starts.size(), request.functions);
  request.tag = view.series->id;
  AggregateColumns all;
  for (const BucketPlan::Run& run : plan.runs) {
    request.range = run.range;
    request.bucket = run.width;
    ASSIGN_OR_RETURN(AggregateColumns part, historian_.Aggregate(request));
    Extend(all, std::move(part));
  }
  return all;
}

Result<StateAnswer> SampleService::States(const StateQuery& query) const {
  ASSIGN_OR_RETURN(TagView view, tags_.Find(query.tag));
  if (view.tag.type == ValueType::kDouble) {
    return Error(ErrorCode::kInvalidArgument,
                 "a tag of type double has no states; expected bool, int64 or string")
        .At(view.tag.path);
  }
  StateAnswer answer;
  ASSIGN_OR_RETURN(const TimeRange range, Close(query.range, std::span(&view, 1)));
  answer.range = IfTold(query.range, range);
  ASSIGN_OR_RETURN(BucketPlan plan, MakePlan(range, query.buckets));
  answer.width = NominalWidth(query.buckets, plan);
  StateRequest request;
  request.good_only = query.good_only;
  request.hold = query.hold;
  request.cancel = query.cancel;
  for (const BucketPlan::Run& run : plan.runs) {
    if (!view.HasSamples()) break;
    request.tag = view.series->id;
    request.range = run.range;
    request.bucket = run.width;
    ASSIGN_OR_RETURN(StateColumns part, historian_.TimeInState(request));
    RETURN_IF_ERROR(Extend(answer.columns, std::move(part)));
  }
  answer.columns.starts = std::move(plan.starts);
  answer.view = std::move(view);
  return answer;
}

Result<ReplacedPage> SampleService::ReadReplaced(const TagView& view,
                                                 const ReplacedRequest& request) const {
  ReplacedPage page;
  page.samples.type = view.tag.type;
  if (!view.HasSamples()) return page;
  ReplacedRequest one_more = request;
  one_more.tag = view.series->id;
  one_more.limit = request.limit + 1;
  RETURN_IF_ERROR(historian_.Replaced(one_more, [&page](const SampleColumns& block) {
    for (std::size_t i = 0; i < block.size(); ++i) page.samples.PushFrom(block, i);
    return true;
  }));
  if (page.samples.size() <= request.limit) return page;
  const std::vector<std::int64_t>& times = page.samples.times;
  const auto last = std::ranges::lower_bound(times, times.back());
  const auto whole = static_cast<std::size_t>(last - times.begin());
  page.next = Timestamp(whole > 0 ? times.back() : times.back() + 1);
  Truncate(whole > 0 ? whole : request.limit, page.samples);
  return page;
}

}  // namespace bedplate

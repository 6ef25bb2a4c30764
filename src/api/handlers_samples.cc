#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/api.h"
#include "api/json_views.h"
#include "api/json_writer.h"
#include "api/live_stream.h"
#include "api/params.h"
#include "api/samples_format.h"
#include "historian/aggregate_functions.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kMaxSamples = 1'000'000;
constexpr std::uint64_t kUsualSamples = 100'000;
constexpr std::uint64_t kMaxParts = 20'000;

TimeFormat TimeFormatOf(std::string_view name) {
  if (name == "ns") return TimeFormat::kNanoseconds;
  return name == "rfc3339" ? TimeFormat::kRfc3339 : TimeFormat::kMilliseconds;
}

Result<HttpResponse> AnswerCsv(const ApiContext& context, const TagView& view,
                               const ScanRequest& scan, TimeFormat times) {
  SamplesCsv csv(times);
  ASSIGN_OR_RETURN(const std::optional<Timestamp> next,
                   context.services.samples().ReadPage(
                       view, scan, [&csv](const SampleColumns& block, std::size_t count) {
                         csv.Add(block, count);
                       }));
  HttpResponse response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = csv.Finish();
  if (next) response.headers.emplace_back("Bedplate-Next", FormatNext(*next));
  return response;
}

Result<HttpResponse> AnswerJson(const ApiContext& context, const TagView& view,
                                const ScanRequest& scan, TimeFormat times) {
  SamplesJson json(times);
  ASSIGN_OR_RETURN(const std::optional<Timestamp> next,
                   context.services.samples().ReadPage(
                       view, scan, [&json](const SampleColumns& block, std::size_t count) {
                         json.Add(block, count);
                       }));
  return HttpResponse::Json(json.Finish(view, next));
}

Result<HttpResponse> Samples(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  const std::string tag = params.RequiredText("tag");
  const OpenRange range = params.Range();
  ScanRequest scan;
  scan.limit = params.Unsigned("limit", 1, kMaxSamples, kUsualSamples);
  const TimeFormat times = TimeFormatOf(params.Choice("time", {"ms", "ns", "rfc3339"}));
  const bool csv = params.Choice("format", {"json", "csv"}) == "csv";
  RETURN_IF_ERROR(params.Finish());
  auto found = context.services.tags().Find(tag);
  if (!found.ok() && found.error().code() == ErrorCode::kInvalidArgument) {
    return std::move(found).error().At("parameter 'tag'");
  }
  ASSIGN_OR_RETURN(const TagView view, std::move(found));
  ASSIGN_OR_RETURN(scan.range, SampleService::Close(range, std::span(&view, 1)));
  scan.cancel = request.cancel;
  return csv ? AnswerCsv(context, view, scan, times) : AnswerJson(context, view, scan, times);
}

std::string FunctionNames() {
  std::string names;
  for (const AggregateFunctionInfo& info : kAggregateFunctions) {
    if (!names.empty()) names += ", ";
    names += info.name;
  }
  return names;
}

/// Reads `mean,min,max` into the bits of AggregateFunction.
std::uint32_t ReadFunctions(ParamReader& params) {
  const std::string text = params.Text("fn").value_or("mean,min,max");
  std::uint32_t bits = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view name = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    const auto info = std::ranges::find(kAggregateFunctions, name, &AggregateFunctionInfo::name);
    if (info != kAggregateFunctions.end()) {
      bits |= static_cast<std::uint32_t>(info->function);
    } else {
      params.Fault("fn", "a comma list of " + FunctionNames(), "'" + std::string(name) + "'");
    }
  }
  return bits;
}

QualityPolicy PolicyNamed(std::string_view name) {
  if (name == "worst") return QualityPolicy::kWorst;
  return name == "all" ? QualityPolicy::kAll : QualityPolicy::kGoodOnly;
}

BucketChoice ReadBuckets(ParamReader& params) {
  BucketChoice choice;
  choice.width = params.Duration("bucket");
  choice.parts = params.OptionalUnsigned("buckets", 1, kMaxParts);
  choice.zone = params.Text("zone").value_or("");
  if (choice.width.has_value() == choice.parts.has_value()) {
    params.Fault("bucket", "either bucket or buckets", choice.width ? "both" : "neither");
  }
  return choice;
}

/// `answer` is an AggregateAnswer or a StateAnswer.
template <typename Answer>
void WriteBuckets(JsonWriter& json, const Answer& answer, std::span<const std::int64_t> starts) {
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  if (answer.range) {
    from = answer.range->start;
    to = answer.range->stop;
  }
  json.Key("from").Milliseconds(from).Key("to").Milliseconds(to);
  if (answer.width) json.Key("bucket_ms").Milliseconds(answer.width);
  json.Key("starts").MillisecondsOf(starts);
}

void WriteSeries(JsonWriter& json, const AggregateSeries& series, std::uint32_t functions,
                 std::optional<std::chrono::nanoseconds> interval) {
  json.BeginObject();
  json.Key("tag").Text(series.view.tag.path).Key("unit").Text(series.view.tag.unit);
  json.Key("interval_ms").Milliseconds(interval);
  for (const AggregateFunctionInfo& info : kAggregateFunctions) {
    if (!Includes(functions, info.function)) continue;
    json.Key(info.name);
    if (info.column == nullptr) {
      json.Unsigneds(series.columns.count);
    } else {
      json.Numbers(series.columns.*info.column);
    }
  }
  json.EndObject();
}

/// Gives up each series once it is written, so that numbers and text are not both held whole.
std::string FormatAggregate(const ApiContext& context, AggregateAnswer answer,
                            std::uint32_t functions) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  WriteBuckets(json, answer, answer.starts);
  json.Key("series").BeginArray();
  for (AggregateSeries& series : answer.series) {
    WriteSeries(json, series, functions, context.services.intervals().Of(series.view));
    series.columns = {};
  }
  json.EndArray().Key("skipped").BeginArray();
  for (const std::string& path : answer.skipped) json.Text(path);
  json.EndArray().EndObject();
  return body;
}

Result<HttpResponse> AggregateTags(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  AggregateQuery query;
  query.tags = params.Globs("tag");
  query.range = params.Range();
  query.buckets = ReadBuckets(params);
  query.functions = ReadFunctions(params);
  query.percentile = params.Number("percentile", 0, 100, query.percentile);
  query.interpolation = params.Choice("interpolation", {"step", "linear"}) == "linear"
                            ? Interpolation::kLinear
                            : Interpolation::kStep;
  query.quality = PolicyNamed(params.Choice("quality", {"good", "all", "worst"}));
  query.functions = WithPolicy(query.functions, query.quality);
  query.hold = params.Duration("hold").value_or(query.hold);
  query.cancel = request.cancel;
  RETURN_IF_ERROR(params.Finish());
  auto answer = context.services.samples().Aggregate(query);
  if (!answer.ok()) return AnswerRefusedRead(answer.error());
  return HttpResponse::Json(FormatAggregate(context, *std::move(answer), query.functions));
}

std::string FormatStates(const StateAnswer& answer) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("tag").Text(answer.view.tag.path);
  WriteBuckets(json, answer, answer.columns.starts);
  json.Key("states").BeginArray();
  for (std::size_t i = 0; i < answer.columns.states.size(); ++i) {
    json.BeginObject().Key("state").Value(answer.columns.states[i]);
    json.Key("seconds").Numbers(answer.columns.seconds[i]).EndObject();
  }
  json.EndArray().EndObject();
  return body;
}

Result<HttpResponse> States(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  StateQuery query;
  query.tag = params.RequiredText("tag");
  query.range = params.Range();
  query.buckets = ReadBuckets(params);
  query.good_only = params.Choice("quality", {"good", "all"}) == "good";
  query.hold = params.Duration("hold").value_or(query.hold);
  query.cancel = request.cancel;
  RETURN_IF_ERROR(params.Finish());
  const auto answer = context.services.samples().States(query);
  if (!answer.ok()) return AnswerRefusedRead(answer.error());
  return HttpResponse::Json(FormatStates(*answer));
}

Result<HttpResponse> Replaced(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  const std::string tag = params.RequiredText("tag");
  const OpenRange range = params.Range();
  ReplacedRequest replaced;
  replaced.limit = params.Unsigned("limit", 1, kMaxSamples, kUsualSamples);
  replaced.cancel = request.cancel;
  const TimeFormat times = TimeFormatOf(params.Choice("time", {"ms", "ns", "rfc3339"}));
  RETURN_IF_ERROR(params.Finish());
  ASSIGN_OR_RETURN(const TagView view, context.services.tags().Find(tag));
  ASSIGN_OR_RETURN(replaced.range, SampleService::Close(range, std::span(&view, 1)));
  ASSIGN_OR_RETURN(const ReplacedPage page,
                   context.services.samples().ReadReplaced(view, replaced));
  SamplesJson json(times);
  json.Add(page.samples, page.samples.size());
  return HttpResponse::Json(json.Finish(view, page.next));
}

Result<HttpResponse> Last(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  const std::vector<Glob> globs = params.Globs("tag");
  RETURN_IF_ERROR(params.Finish());
  ASSIGN_OR_RETURN(std::vector<TagView> views, context.services.tags().Match(globs));
  ASSIGN_OR_RETURN(const std::vector<LastValue> values,
                   context.services.last_values().Of(std::move(views)));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("now").Milliseconds(context.clock.Now()).Key("tags").BeginArray();
  for (const LastValue& value : values) WriteLastValue(json, value);
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<HttpResponse> Live(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  std::vector<Glob> globs = params.Globs("tag");
  RETURN_IF_ERROR(params.Finish());
  ASSIGN_OR_RETURN(auto subscription, context.services.live().Subscribe(std::move(globs)));
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.events = std::make_unique<LiveStream>(std::move(subscription));
  return response;
}

}  // namespace

void AddSampleRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.pattern = "/api/v1/samples", .operation_id = "samples", .handler = Samples});
  AddRoute(router, context,
           {.pattern = "/api/v1/aggregate", .operation_id = "aggregate", .handler = AggregateTags});
  AddRoute(router, context,
           {.pattern = "/api/v1/states", .operation_id = "states", .handler = States});
  AddRoute(router, context,
           {.pattern = "/api/v1/replaced", .operation_id = "replaced", .handler = Replaced});
  AddRoute(router, context, {.pattern = "/api/v1/last", .operation_id = "last", .handler = Last});
  AddRoute(router, context, {.pattern = "/api/v1/live", .operation_id = "live", .handler = Live});
}

}  // namespace bedplate

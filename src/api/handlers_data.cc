#include <string>

#include "api/api.h"
#include "api/json_views.h"
#include "api/json_writer.h"
#include "api/params.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kUsualCells = 100;
constexpr std::uint64_t kMaxLetters = 10'000;
constexpr std::uint64_t kUsualLetters = 1'000;

void WriteCoverage(JsonWriter& json, const TagCoverage& coverage) {
  json.BeginObject();
  json.Key("tag").Text(coverage.tag).Key("samples").Unsigned(coverage.samples);
  json.Key("expected");
  if (coverage.expected) {
    json.Unsigned(*coverage.expected);
  } else {
    json.Null();
  }
  json.Key("coverage").Number(coverage.coverage);
  json.Key("interval_ms").Milliseconds(coverage.interval);
  json.Key("on_change").Bool(coverage.on_change).Key("from").Milliseconds(coverage.from);
  json.Key("bad").Unsigned(coverage.bad).Key("gaps").BeginArray();
  for (const TimeRange& gap : coverage.gaps) {
    json.BeginObject().Key("from").Milliseconds(gap.start);
    json.Key("to").Milliseconds(gap.stop).EndObject();
  }
  json.EndArray().Key("gap_count").Unsigned(coverage.gap_count).Key("cells").BeginArray();
  for (const std::optional<double>& cell : coverage.cells) json.Number(cell);
  json.EndArray().Key("dead_letters").Unsigned(coverage.dead_letters);
  json.EndObject();
}

/// Writes each tag as soon as it is measured, so that the answer is held once.
class JsonCoverageSink final : public CoverageSink {
 public:
  explicit JsonCoverageSink(JsonWriter& json) : json_(json) {}
  void Begin(TimeRange range) override {
    json_.BeginObject().Key("from").Milliseconds(range.start).Key("to").Milliseconds(range.stop);
    json_.Key("tags").BeginArray();
  }
  void Take(const TagCoverage& coverage) override { WriteCoverage(json_, coverage); }

 private:
  JsonWriter& json_;
};

Result<HttpResponse> Coverage(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  CoverageQuery query;
  query.tags = params.Globs("tag");
  query.range = params.Range();
  query.cells = params.Unsigned("cells", 1, kMaxCoverageCells, kUsualCells);
  query.cancel = request.cancel;
  RETURN_IF_ERROR(params.Finish());
  std::string body;
  JsonWriter json(body);
  JsonCoverageSink sink(json);
  RETURN_IF_ERROR(context.services.coverage().Measure(query, sink));
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<HttpResponse> DeadLetters(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  DeadLetterQuery query;
  query.source = params.Text("source").value_or("");
  query.tag = params.Text("tag").value_or("");
  query.limit = params.Unsigned("limit", 1, kMaxLetters, kUsualLetters);
  query.before_id = params.Unsigned("before", 0, INT64_MAX, UINT64_MAX);
  RETURN_IF_ERROR(params.Finish());
  const DeadLetterStore& store = context.services.workspace().catalog().dead_letters();
  ASSIGN_OR_RETURN(const std::uint64_t total, store.Total());
  ASSIGN_OR_RETURN(const std::uint64_t dropped, store.Dropped());
  ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters, store.List(query));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("total").Unsigned(total).Key("dropped").Unsigned(dropped);
  json.Key("letters").BeginArray();
  for (const DeadLetter& letter : letters) WriteDeadLetter(json, letter);
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

}  // namespace

void AddDataRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.pattern = "/api/v1/coverage", .operation_id = "coverage", .handler = Coverage});
  AddRoute(
      router, context,
      {.pattern = "/api/v1/dead-letters", .operation_id = "deadLetters", .handler = DeadLetters});
}

}  // namespace bedplate

#include <chrono>
#include <optional>
#include <string>

#include "api/api.h"
#include "api/json_writer.h"
#include "services/source_service.h"

namespace bedplate {
namespace {

void WriteSeconds(JsonWriter& json, std::string_view key,
                  std::optional<std::chrono::nanoseconds> time) {
  json.Key(key);
  if (time) {
    json.Number(std::chrono::duration<double>(*time).count());
  } else {
    json.Null();
  }
}

void WriteCounts(JsonWriter& json, const SourceCounts& counts) {
  json.Key("counts").BeginObject();
  json.Key("deliveries").Unsigned(counts.deliveries);
  json.Key("bytes").Unsigned(counts.bytes);
  json.Key("stored").Unsigned(counts.stored);
  json.Key("duplicates").Unsigned(counts.duplicates);
  json.Key("conflicts").Unsigned(counts.conflicts);
  json.Key("refused").Unsigned(counts.refused);
  json.Key("connections").Unsigned(counts.connections);
  json.Key("failures").Unsigned(counts.failures);
  json.EndObject();
}

/// As the schema Source.
void WriteSource(JsonWriter& json, const SourceReport& source) {
  json.BeginObject();
  json.Key("name").Text(source.name).Key("kind").Text(source.kind);
  json.Key("state").Text(SourceStateName(source.condition.state));
  json.Key("why").Text(source.condition.why);
  json.Key("since").Milliseconds(source.condition.since);
  json.Key("next_try").Milliseconds(source.condition.next_try);
  json.Key("last_stored").Milliseconds(source.last_stored);
  json.Key("samples_per_second").Number(source.samples_per_second);
  WriteSeconds(json, "lag_s", source.lag);
  WriteSeconds(json, "usual_interval_s", source.usual_interval);
  json.Key("waiting_samples").Unsigned(source.waiting.samples);
  json.Key("waiting_bytes").Unsigned(source.waiting.bytes);
  WriteCounts(json, source.counts);
  json.Key("failing_parts").BeginArray();
  for (const auto& [part, why] : source.failing_parts) {
    json.BeginObject().Key("part").Text(part).Key("why").Text(why).EndObject();
  }
  json.EndArray().EndObject();
}

Result<HttpResponse> ListSources(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("sources").BeginArray();
  for (const SourceReport& source : context.services.sources().Reports()) {
    WriteSource(json, source);
  }
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

}  // namespace

void AddSourceRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.method = HttpMethod::kGet,
            .pattern = "/api/v1/sources",
            .operation_id = "listSources",
            .least_role = Role::kViewer,
            .handler = ListSources});
}

}  // namespace bedplate

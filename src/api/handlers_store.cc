#include <cstdint>
#include <optional>
#include <string>

#include "api/api.h"
#include "api/json_writer.h"
#include "api/params.h"
#include "api/server_metrics_text.h"
#include "base/json_reader.h"
#include "services/backup.h"
#include "services/metrics.h"
#include "services/source_metrics.h"

namespace bedplate {
namespace {

/// JSON carries whole numbers exactly up to here.
constexpr std::uint64_t kLargestUntil = (1ULL << 53U) - 1;

Result<HttpResponse> Compact(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  const auto until = params.OptionalUnsigned("until", 0, kLargestUntil);
  RETURN_IF_ERROR(params.Finish());
  ASSIGN_OR_RETURN(const CompactProgress progress, context.services.store().CompactStep(
                                                       {.until = until, .cancel = request.cancel}));
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  json.Key("until").Unsigned(progress.until);
  json.Key("merged").Unsigned(progress.merged);
  json.Key("merged_bytes").Unsigned(progress.merged_bytes);
  json.Key("left_bytes").Unsigned(progress.left_bytes);
  json.Key("segments").Unsigned(progress.segments);
  json.Key("bytes").Unsigned(progress.segment_bytes);
  json.EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<HttpResponse> DeleteSamples(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  StoreService::Deletion deletion;
  deletion.path = params.RequiredText("tag");
  deletion.reason = params.RequiredText("reason");
  const auto from = params.Time("from");
  const auto to = params.Time("to");
  // What goes for good is said in full: there is no start or end by default.
  if (!from) params.Fault("from", "a time", "nothing");
  if (!to) params.Fault("to", "a time", "nothing");
  RETURN_IF_ERROR(params.Finish());
  deletion.range = {*from, *to};
  ASSIGN_OR_RETURN(const std::uint64_t deleted,
                   context.services.store().Delete(deletion, request.principal.actor));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("deleted").Unsigned(deleted).EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<std::string> ParseTarget(std::string_view text) {
  std::optional<std::string> target;
  JsonReader json(text);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "target") {
      target = json.Text();
    } else {
      json.RefuseField({"target"});
    }
  }
  if (!target) json.Fault("target", "expected an absolute path, got nothing");
  RETURN_IF_ERROR(json.Finish());
  return *std::move(target);
}

Result<HttpResponse> Backup(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const std::string target, ParseTarget(request.body));
  ASSIGN_OR_RETURN(const BackupReport report, context.services.store().Backup(
                                                  target, request.principal.actor, request.cancel));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("name").Text(report.name);
  json.Key("files").Unsigned(report.files).Key("bytes").Unsigned(report.bytes);
  json.Key("copied_files").Unsigned(report.copied_files);
  json.Key("copied_bytes").Unsigned(report.copied_bytes);
  json.Key("problems").BeginArray();
  for (const std::string& problem : report.problems) json.Text(problem);
  json.EndArray().Key("notes").BeginArray();
  for (const std::string& note : report.notes) json.Text(note);
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<HttpResponse> Metrics(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  HttpResponse response{
      .status = 200, .content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"};
  MetricsText text;
  text.Info("build", "The program.", {{"version", context.version}});
  RETURN_IF_ERROR(AddStoreMetrics(context.services.workspace(), text));
  AddReadMetrics(context.services.samples(), text);
  AddSourceMetrics(context.services.sources().Reports(), text);
  const auto server = context.server_metrics ? context.server_metrics() : std::nullopt;
  if (server) AddServerMetrics(*server, text);
  response.body = std::move(text).Finish();
  return response;
}

}  // namespace

void AddStoreRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/compact",
            .operation_id = "compact",
            .least_role = Role::kEngineer,
            .handler = Compact});
  AddRoute(router, context,
           {.method = HttpMethod::kDelete,
            .pattern = "/api/v1/samples",
            .operation_id = "deleteSamples",
            .least_role = Role::kAdmin,
            .handler = DeleteSamples});
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/backup",
            .operation_id = "backup",
            .least_role = Role::kAdmin,
            .handler = Backup});
  AddRoute(router, context,
           {.pattern = "/metrics",
            .operation_id = "metrics",
            .least_role = Role::kViewer,
            .handler = Metrics});
}

}  // namespace bedplate

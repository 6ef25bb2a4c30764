#include <string>

#include "api/api.h"
#include "api/json_views.h"
#include "api/json_writer.h"
#include "api/params.h"
#include "base/json_reader.h"
#include "services/plant_directory.h"

namespace bedplate {
namespace {

// Several files in JSON, where each is at most kYamlLimitBytes and escapes make some longer.
constexpr std::uint64_t kApplyLimitBytes = 64ULL << 20U;
constexpr std::uint64_t kMaxTags = 100'000;
constexpr std::uint64_t kUsualTags = 10'000;

Result<HttpResponse> Info(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const StoreInfo info, context.services.info().Read());
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  json.Key("version").Text(context.version);
  json.Key("started").Milliseconds(info.started).Key("now").Milliseconds(info.now);
  json.Key("plant").Text(info.plant).Key("time_zone").Text(info.time_zone);
  json.Key("currency").Text(info.currency);
  json.Key("assets").Unsigned(info.assets).Key("tags").Unsigned(info.tags);
  json.Key("samples").Unsigned(info.samples).Key("bytes").Unsigned(info.bytes);
  json.Key("first").Milliseconds(info.first).Key("last").Milliseconds(info.last);
  json.Key("dead_letters").Unsigned(info.dead_letters).Key("demo").Bool(context.demo);
  json.EndObject();
  return HttpResponse::Json(std::move(body));
}

void WriteTags(JsonWriter& json, const ApiContext& context, const std::vector<TagView>& tags) {
  json.BeginArray();
  for (const TagView& view : tags) WriteTag(json, view, context.services.intervals().Of(view));
  json.EndArray();
}

Result<HttpResponse> PlantAsYaml(const ApiContext& context) {
  ASSIGN_OR_RETURN(std::string yaml, context.services.plant().ExportYaml());
  HttpResponse response;
  response.content_type = "application/yaml";
  response.body = std::move(yaml);
  return response;
}

Result<HttpResponse> GetPlant(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  if (request.Header("accept").find("yaml") != std::string::npos) return PlantAsYaml(context);
  ASSIGN_OR_RETURN(const PlantDirectory plant,
                   PlantDirectory::Read(context.services.workspace().catalog().plant()));
  ASSIGN_OR_RETURN(const Glob everything, Glob::Parse("**"));
  ASSIGN_OR_RETURN(const TagList tags, context.services.tags().List({everything, ""}));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("assets").BeginArray();
  for (const Asset& asset : plant.assets()) WriteAsset(json, asset);
  json.EndArray().Key("tags");
  WriteTags(json, context, tags.tags);
  json.EndObject();
  return HttpResponse::Json(std::move(body));
}

std::string_view ChangeKindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdded: return "added";
    case ChangeKind::kChanged: return "changed";
    case ChangeKind::kRemoved: break;
  }
  return "removed";
}

HttpResponse AnswerChanges(const std::vector<Change>& changes, bool dry_run) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("dry_run").Bool(dry_run).Key("changes").BeginArray();
  for (const Change& change : changes) {
    json.BeginObject();
    json.Key("kind").Text(ChangeKindName(change.kind)).Key("what").Text(change.what);
    json.Key("name").Text(change.name).Key("detail").Text(change.detail);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

/// A problem document with every fault, so that a person mends the file once.
HttpResponse AnswerFaults(const std::vector<YamlFault>& faults) {
  HttpResponse response{.status = 400, .content_type = "application/problem+json"};
  JsonWriter json(response.body);
  json.BeginObject();
  json.Key("type")
      .Text("urn:bedplate:error:invalid-argument")
      .Key("title")
      .Text("Invalid argument");
  json.Key("status").Integer(400).Key("detail").Text(faults.front().ToString());
  json.Key("retryable").Bool(false).Key("faults").BeginArray();
  for (const YamlFault& fault : faults) {
    json.BeginObject();
    json.Key("file").Text(fault.file).Key("line").Integer(fault.line);
    json.Key("column").Integer(fault.column).Key("key").Text(fault.key);
    json.Key("expected").Text(fault.expected).Key("got").Text(fault.got);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return response;
}

PlantFile ReadPlantFile(JsonReader& json) {
  PlantFile file;
  bool has_name = false;
  bool has_text = false;
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "name") {
      file.name = json.Text();
      has_name = true;
    } else if (json.field() == "text") {
      file.text = json.Text();
      has_text = true;
    } else {
      json.RefuseField({"name", "text"});
    }
  }
  if (!has_name) json.Fault("name", "expected a text, got nothing");
  if (!has_text) json.Fault("text", "expected a text, got nothing");
  return file;
}

/// Several files in one JSON body.
Result<std::vector<PlantFile>> ReadPlantFiles(std::string_view body) {
  std::vector<PlantFile> files;
  JsonReader json(body);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() != "files") {
      json.RefuseField({"files"});
      continue;
    }
    json.EnterArray();
    while (json.NextItem()) files.push_back(ReadPlantFile(json));
  }
  if (files.empty()) json.Fault("files", "expected at least one file, got nothing");
  RETURN_IF_ERROR(json.Finish());
  return files;
}

Result<HttpResponse> ApplyPlant(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  const bool dry_run = params.Bool("dry_run", false);
  const bool relabel_units = params.Bool("relabel_units", false);
  const std::string file = params.Text("file").value_or("plant.yaml");
  RETURN_IF_ERROR(params.Finish());
  ApplyRequest apply{.mode = dry_run ? ApplyMode::kDryRun : ApplyMode::kApply,
                     .unit_change = relabel_units ? UnitChange::kRelabel : UnitChange::kRefuse};
  if (request.Header("content-type").starts_with("application/json")) {
    ASSIGN_OR_RETURN(apply.files, ReadPlantFiles(request.body));
  } else {
    apply.files.push_back({file, request.body});
  }
  ASSIGN_OR_RETURN(const ApplyOutcome outcome,
                   context.services.plant().Apply(apply, request.principal.actor));
  if (!outcome.faults.empty()) return AnswerFaults(outcome.faults);
  return AnswerChanges(outcome.changes, dry_run);
}

Result<HttpResponse> ListTags(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  TagFilter filter;
  filter.glob = params.OneGlob("glob", "**");
  filter.words = params.Text("q").value_or("");
  filter.limit = params.Unsigned("limit", 1, kMaxTags, kUsualTags);
  RETURN_IF_ERROR(params.Finish());
  ASSIGN_OR_RETURN(const TagList list, context.services.tags().List(filter));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("tags");
  WriteTags(json, context, list.tags);
  json.Key("truncated").Bool(list.truncated).EndObject();
  return HttpResponse::Json(std::move(body));
}

}  // namespace

void AddPlantRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context, {.pattern = "/api/v1/info", .operation_id = "info", .handler = Info});
  AddRoute(router, context,
           {.pattern = "/api/v1/plant", .operation_id = "getPlant", .handler = GetPlant});
  AddRoute(router, context,
           {.method = HttpMethod::kPut,
            .pattern = "/api/v1/plant",
            .operation_id = "applyPlant",
            .least_role = Role::kEngineer,
            .handler = ApplyPlant,
            .body_limit_bytes = kApplyLimitBytes});
  AddRoute(router, context,
           {.pattern = "/api/v1/tags", .operation_id = "listTags", .handler = ListTags});
}

}  // namespace bedplate

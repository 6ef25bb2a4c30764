#include <string>
#include <string_view>

#include "api/api.h"
#include "api/json_writer.h"
#include "base/json_reader.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kMaxRows = 1'000'000;
constexpr std::uint64_t kUsualRows = 10'000;
constexpr std::uint64_t kMaxTimeoutMs = 300'000;
constexpr std::uint64_t kUsualTimeoutMs = 30'000;
constexpr std::uint64_t kSqlLimitBytes = 512ULL << 10U;  // 64 KiB of SQL, each byte escaped

struct SqlBody {
  std::string sql;
  QueryLimits limits;
};

std::uint64_t ReadBounded(JsonReader& json, std::uint64_t high) {
  const std::uint64_t number = json.Unsigned();
  if (!json.failed() && (number < 1 || number > high)) {
    json.RefuseLast("a whole number from 1 to " + std::to_string(high));
  }
  return number;
}

Result<SqlBody> ParseSqlBody(std::string_view text) {
  SqlBody body;
  body.limits.rows = kUsualRows;
  body.limits.timeout = std::chrono::milliseconds(kUsualTimeoutMs);
  JsonReader json(text);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "sql") {
      body.sql = json.Text();
    } else if (json.field() == "limit") {
      body.limits.rows = ReadBounded(json, kMaxRows);
    } else if (json.field() == "timeout_ms") {
      body.limits.timeout = std::chrono::milliseconds(ReadBounded(json, kMaxTimeoutMs));
    } else {
      json.RefuseField({"sql", "limit", "timeout_ms"});
    }
  }
  if (body.sql.empty()) json.Fault("sql", "expected a SELECT, got nothing");
  RETURN_IF_ERROR(json.Finish());
  return body;
}

void WriteCell(JsonWriter& json, const QueryCell& cell) {
  struct Writer {
    JsonWriter& json;
    void operator()(std::monostate) const { json.Null(); }
    void operator()(bool value) const { json.Bool(value); }
    void operator()(std::int64_t value) const { json.Integer(value); }
    void operator()(double value) const { json.Number(value); }
    void operator()(const std::string& value) const { json.Text(value); }
  };
  std::visit(Writer{json}, cell);
}

std::string FormatResult(const QueryResult& result) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("columns").BeginArray();
  for (const QueryColumn& column : result.columns) {
    json.BeginObject().Key("name").Text(column.name).Key("type").Text(column.type);
    json.Key("values").BeginArray();
    for (const QueryCell& cell : column.cells) WriteCell(json, cell);
    json.EndArray().EndObject();
  }
  json.EndArray().Key("rows").Unsigned(result.rows).Key("truncated").Bool(result.truncated);
  json.Key("elapsed_ms").Number(static_cast<double>(result.elapsed.count()) / 1000.0);
  json.Key("notices").BeginArray();
  for (const std::string& notice : result.notices) json.Text(notice);
  json.EndArray().EndObject();
  return body;
}

Result<HttpResponse> Sql(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const SqlBody body, ParseSqlBody(request.body));
  ASSIGN_OR_RETURN(QueryEngine * engine, context.services.workspace().Query());
  const auto result = engine->Run(body.sql, body.limits, request.cancel);
  if (!result.ok()) return AnswerRefusedRead(result.error());
  return HttpResponse::Json(FormatResult(*result));
}

std::string FormatSchema(const QuerySchema& schema) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("relations").BeginArray();
  for (const QuerySchema::Relation& relation : schema.relations) {
    json.BeginObject().Key("name").Text(relation.name).Key("columns").BeginArray();
    for (const QuerySchema::Column& column : relation.columns) {
      json.BeginObject().Key("name").Text(column.name).Key("type").Text(column.type).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().Key("functions").BeginArray();
  for (const std::string& name : schema.functions) json.Text(name);
  json.EndArray().EndObject();
  return body;
}

Result<HttpResponse> SqlSchema(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(QueryEngine * engine, context.services.workspace().Query());
  return HttpResponse::Json(FormatSchema(engine->Schema()));
}

}  // namespace

void AddQueryRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/sql",
            .operation_id = "sql",
            .handler = Sql,
            .body_limit_bytes = kSqlLimitBytes});
  AddRoute(router, context,
           {.pattern = "/api/v1/sql/schema", .operation_id = "sqlSchema", .handler = SqlSchema});
}

}  // namespace bedplate

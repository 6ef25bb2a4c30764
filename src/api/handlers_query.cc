#include <array>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/json_reader.h"
#include "api/json_writer.h"
#include "query/sql_functions.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kMaxRows = 1'000'000;
constexpr std::uint64_t kUsualRows = 10'000;
constexpr std::uint64_t kMaxTimeoutMs = 300'000;
constexpr std::uint64_t kUsualTimeoutMs = 30'000;
constexpr std::uint64_t kSqlLimitBytes = 2ULL << 20U;  // 1 MiB of SQL, escaped

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
  json.EndObject();
  return body;
}

Result<HttpResponse> Sql(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const SqlBody body, ParseSqlBody(request.body));
  ASSIGN_OR_RETURN(QueryEngine * engine, context.services.workspace().Query());
  ASSIGN_OR_RETURN(const QueryResult result, engine->Run(body.sql, body.limits, request.cancel));
  return HttpResponse::Json(FormatResult(result));
}

/// A relation and a statement whose columns are its own.
struct RelationProbe {
  std::string_view name;
  std::string_view describe;
};

constexpr std::array<RelationProbe, 5> kRelations{{
    {"samples", "DESCRIBE SELECT * FROM samples('**')"},
    {"tags", "DESCRIBE SELECT * FROM tags"},
    {"assets", "DESCRIBE SELECT * FROM assets"},
    {"events", "DESCRIBE SELECT * FROM events"},
    {"dead_letters", "DESCRIBE SELECT * FROM dead_letters"},
}};

/// DESCRIBE answers with the name of each column in its first column and the type in its second.
Status WriteRelation(JsonWriter& json, QueryEngine& engine, const RelationProbe& probe,
                     const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const QueryResult columns, engine.Run(probe.describe, {}, cancel));
  BEDPLATE_CHECK(columns.columns.size() >= 2);
  json.BeginObject().Key("name").Text(probe.name).Key("columns").BeginArray();
  for (std::uint64_t row = 0; row < columns.rows; ++row) {
    json.BeginObject().Key("name");
    WriteCell(json, columns.columns[0].cells[row]);
    json.Key("type");
    WriteCell(json, columns.columns[1].cells[row]);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return {};
}

Result<HttpResponse> SqlSchema(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(QueryEngine * engine, context.services.workspace().Query());
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("relations").BeginArray();
  for (const RelationProbe& probe : kRelations) {
    RETURN_IF_ERROR(WriteRelation(json, *engine, probe, request.cancel));
  }
  json.EndArray().Key("functions").BeginArray();
  for (const std::string& name : AllowedFunctionNames()) json.Text(name);
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
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

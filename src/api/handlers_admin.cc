#include <fmt/format.h>

#include <optional>
#include <string>

#include "api/api.h"
#include "api/json_writer.h"
#include "api/params.h"
#include "base/json_reader.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kMaxEntries = 10'000;
constexpr std::uint64_t kUsualEntries = 200;
constexpr std::size_t kMaxTokenNameBytes = 200;
constexpr std::size_t kMaxNoteBytes = 4096;

/// Writes the fields of a token, inside an object that the caller opens and closes.
void WriteTokenFields(JsonWriter& json, const TokenInfo& token) {
  json.Key("id").Text(token.id).Key("name").Text(token.name);
  json.Key("role").Text(RoleName(token.role));
  json.Key("created").Milliseconds(token.created);
  json.Key("last_used").Milliseconds(token.last_used);
  json.Key("revoked").Milliseconds(token.revoked);
}

Result<HttpResponse> ListTokens(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const std::vector<TokenInfo> tokens, context.tokens.List());
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("tokens").BeginArray();
  for (const TokenInfo& token : tokens) {
    json.BeginObject();
    WriteTokenFields(json, token);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

struct TokenBody {
  std::string name;
  Role role = Role::kViewer;
};

Result<TokenBody> ParseTokenBody(std::string_view text) {
  TokenBody body;
  std::optional<Role> role;
  JsonReader json(text);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "name") {
      body.name = json.Text();
      if (body.name.size() > kMaxTokenNameBytes) {
        json.RefuseLast("a name of at most " + std::to_string(kMaxTokenNameBytes) + " bytes");
      }
    } else if (json.field() == "role") {
      role = ParseRole(json.Text());
      if (!role) json.RefuseLast("one of viewer, writer, engineer, admin");
    } else {
      json.RefuseField({"name", "role"});
    }
  }
  if (!role) json.Fault("role", "expected one of viewer, writer, engineer, admin, got nothing");
  RETURN_IF_ERROR(json.Finish());
  body.role = *role;
  if (body.name.empty()) body.name = RoleName(*role);
  return body;
}

Result<HttpResponse> CreateToken(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const TokenBody body, ParseTokenBody(request.body));
  ASSIGN_OR_RETURN(const TokenStore::Created created,
                   context.tokens.Create(body.name, body.role, request.principal.actor));
  HttpResponse response{.status = 201};
  JsonWriter json(response.body);
  json.BeginObject();
  WriteTokenFields(json, created.info);
  json.Key("secret").Text(created.secret).EndObject();
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<HttpResponse> RevokeToken(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  RETURN_IF_ERROR(
      context.tokens.Revoke(request.path_params.find("id")->second, request.principal.actor));
  return HttpResponse::NoContent();
}

Result<HttpResponse> Check(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const CheckReport report, context.services.check().Run(request.cancel));
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  json.Key("files").Unsigned(report.files).Key("blocks").Unsigned(report.blocks);
  json.Key("samples").Unsigned(report.samples).Key("bytes").Unsigned(report.bytes);
  json.Key("problems").BeginArray();
  for (const std::string& problem : report.problems) json.Text(problem);
  json.EndArray().Key("notes").BeginArray();
  for (const std::string& note : report.notes) json.Text(note);
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<HttpResponse> Audit(const ApiContext& context, const HttpRequest& request) {
  ParamReader params(request, context.clock.Now());
  const std::uint64_t limit = params.Unsigned("limit", 1, kMaxEntries, kUsualEntries);
  RETURN_IF_ERROR(params.Finish());
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> entries,
                   context.services.workspace().catalog().audit().List(limit));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("entries").BeginArray();
  for (const AuditEntry& entry : entries) {
    json.BeginObject();
    json.Key("id").Unsigned(entry.id).Key("time").Milliseconds(entry.time);
    json.Key("actor").Text(entry.actor).Key("action").Text(entry.action);
    json.Key("detail").Text(entry.detail);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return HttpResponse::Json(std::move(body));
}

/// What an import says of itself when it has ended.
struct ImportNote {
  std::string file;
  std::string map;
  std::string outcome;  // empty: it reached the end of the file
  std::uint64_t rows = 0;
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t replaced = 0;
  std::uint64_t refused = 0;
};

std::string NoteText(JsonReader& json) {
  std::string text = json.Text();
  if (text.size() > kMaxNoteBytes) {
    json.RefuseLast("a text of at most " + std::to_string(kMaxNoteBytes) + " bytes");
  }
  return text;
}

Result<ImportNote> ParseImportNote(std::string_view text) {
  ImportNote note;
  JsonReader json(text);
  json.EnterObject();
  while (json.NextField()) {
    const std::string& field = json.field();
    if (field == "file") {
      note.file = NoteText(json);
    } else if (field == "map") {
      note.map = NoteText(json);
    } else if (field == "outcome") {
      note.outcome = NoteText(json);
    } else if (field == "rows") {
      note.rows = json.Unsigned();
    } else if (field == "stored") {
      note.stored = json.Unsigned();
    } else if (field == "duplicates") {
      note.duplicates = json.Unsigned();
    } else if (field == "replaced") {
      note.replaced = json.Unsigned();
    } else if (field == "refused") {
      note.refused = json.Unsigned();
    } else {
      json.RefuseField(
          {"file", "map", "outcome", "rows", "stored", "duplicates", "replaced", "refused"});
    }
  }
  if (note.file.empty()) json.Fault("file", "expected a name, got nothing");
  RETURN_IF_ERROR(json.Finish());
  return note;
}

Result<HttpResponse> NoteImport(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const ImportNote note, ParseImportNote(request.body));
  RETURN_IF_ERROR(context.services.workspace().catalog().audit().Record(
      request.principal.actor, "import",
      fmt::format(
          "{} through {}: rows {}, stored {}, already there {}, replaced {}, refused {}{}{}",
          note.file, note.map, note.rows, note.stored, note.duplicates, note.replaced, note.refused,
          note.outcome.empty() ? "" : "; stopped: ", note.outcome)));
  return HttpResponse::NoContent();
}

}  // namespace

void AddAdminRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.pattern = "/api/v1/tokens",
            .operation_id = "listTokens",
            .least_role = Role::kAdmin,
            .handler = ListTokens});
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/tokens",
            .operation_id = "createToken",
            .least_role = Role::kAdmin,
            .handler = CreateToken});
  AddRoute(router, context,
           {.method = HttpMethod::kDelete,
            .pattern = "/api/v1/tokens/{id}",
            .operation_id = "revokeToken",
            .least_role = Role::kAdmin,
            .handler = RevokeToken});
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/check",
            .operation_id = "check",
            .least_role = Role::kEngineer,
            .handler = Check});
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/imports",
            .operation_id = "noteImport",
            .least_role = Role::kWriter,
            .handler = NoteImport});
  AddRoute(router, context,
           {.pattern = "/api/v1/audit",
            .operation_id = "audit",
            .least_role = Role::kAdmin,
            .handler = Audit});
}

}  // namespace bedplate

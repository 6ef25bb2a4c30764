#include "api/influx_routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "api/keyed_write.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

// Clients read the numbers to learn that this is the 1.8 write API, which has /api/v2/write too.
constexpr std::string_view kInfluxVersion = "1.8.10-bedplate";
constexpr std::size_t kShownBytes = 16;

std::string_view InfluxCode(int status) {
  switch (status) {
    case 400: return "invalid";
    case 401: return "unauthorized";
    case 403: return "forbidden";
    case 404: return "not found";
    case 409: return "conflict";
    case 413: return "request too large";
    case 422: return "unprocessable entity";
    case 429: return "too many requests";
    case 503: return "unavailable";
    default: return status < 500 ? "invalid" : "internal error";
  }
}

// One line and ASCII, since it goes into a header.
std::string HeaderText(std::string_view message) {
  std::string text(message.substr(0, 500));
  for (char& letter : text) {
    if (letter < ' ' || letter > '~') letter = ' ';
  }
  return text;
}

using Names = std::initializer_list<std::string_view>;

// What else a client sends is its own business: InfluxDB takes no offence either.
Status CheckParams(const HttpRequest& head, Names known, Names precisions) {
  for (const std::string_view name : known) {
    const std::size_t times = head.params.count(name);
    if (times <= 1) continue;
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("parameter '{}': expected it once, got it {} times", name, times));
  }
  const std::string precision = head.Param("precision").value_or("");
  if (precision.empty() || std::ranges::find(precisions, precision) != precisions.end()) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("parameter 'precision': expected one of {}, got '{}'",
                           fmt::join(precisions, ", "), ToValidUtf8(precision, kShownBytes)));
}

Status CheckParams(const HttpRequest& head, int version) {
  return version == 1
             ? CheckParams(head, {"db", "rp", "precision", "u", "p"},
                           {"n", "ns", "u", "us", "ms", "s", "m", "h"})
             : CheckParams(head, {"org", "orgID", "bucket", "precision"}, {"ns", "us", "ms", "s"});
}

Result<std::unique_ptr<BodyConsumer>> MakeWriter(const InfluxOptions& options, int version,
                                                 const HttpRequest& head) {
  RETURN_IF_ERROR(CheckParams(head, version));
  const std::string encoding = head.Header("content-encoding");
  if (!encoding.empty() && encoding != "gzip" && encoding != "identity") {
    return Error(ErrorCode::kInvalidArgument,
                 "content-encoding: expected gzip or identity, got " + encoding);
  }
  LineWriteRequest request{.version = version,
                           .precision = head.Param("precision").value_or(""),
                           .gzip = encoding == "gzip",
                           .letter_key = {},
                           .principal = head.principal,
                           .cancel = head.cancel};
  std::unique_ptr<WriteKeys::Claim> claim;
  if (options.keys != nullptr) {
    ASSIGN_OR_RETURN(claim, ClaimKey(*options.keys, head));
  }
  if (!claim) return options.make_writer(request);
  // The body is not known yet, so its letters are told apart by what they hold.
  request.letter_key = claim->LetterKey(FingerprintOfHead(head));
  return MakeKeyedConsumer(
      std::move(claim), head, [&] { return options.make_writer(request); },
      [version](const Error& error) { return InfluxError(version, error, HttpStatusOf(error)); });
}

Route WriteRoute(const InfluxOptions& options, int version) {
  return {
      .method = HttpMethod::kPost,
      .pattern = version == 1 ? "/write" : "/api/v2/write",
      .operation_id = version == 1 ? "writeV1" : "writeV2",
      .least_role = Role::kWriter,
      .handler = nullptr,
      .consumer = [options,
                   version](const HttpRequest& head) { return MakeWriter(options, version, head); },
      .body_limit_bytes = kLineProtocolLimitBytes,
      .query_credentials = version == 1 ? QueryCredentials::kAllowed : QueryCredentials::kIgnored,
      .error_format = [version](const Error& error,
                                int status) { return InfluxError(version, error, status); }};
}

HttpResponse Ping(const HttpRequest&) {
  HttpResponse response = HttpResponse::NoContent();
  response.headers.emplace_back("X-Influxdb-Version", kInfluxVersion);
  response.headers.emplace_back("X-Influxdb-Build", "OSS");
  return response;
}

/// A stranger learns that something is wrong and of what kind; paths and the system's own words are
/// for those who showed who they are.
std::string HealthMessage(const Status& health, bool is_stranger) {
  if (health.ok()) return "ready for queries and writes";
  if (is_stranger) return std::string(ErrorCodeName(health.error().code()));
  return health.error().ToString();
}

HttpResponse Health(const InfluxOptions& options, const HttpRequest& request) {
  const Status health = options.health ? options.health() : Status();
  HttpResponse response = HttpResponse::Json(
      fmt::format(R"({{"name":"bedplate","message":{},"status":"{}","version":{}}})",
                  QuoteJson(HealthMessage(health, request.principal.actor.empty())),
                  health.ok() ? "pass" : "fail", QuoteJson(options.server_version)));
  if (!health.ok()) response.status = 503;
  return response;
}

}  // namespace

void AddInfluxRoutes(Router& router, InfluxOptions options) {
  router.Add(WriteRoute(options, 1));
  router.Add(WriteRoute(options, 2));
  router.Add({.method = HttpMethod::kGet,
              .pattern = "/ping",
              .operation_id = "ping",
              .least_role = std::nullopt,
              .handler = Ping});
  router.Add({.method = HttpMethod::kGet,
              .pattern = "/health",
              .operation_id = "health",
              .least_role = std::nullopt,
              .knows_callers = true,
              .handler = [options = std::move(options)](const HttpRequest& request) {
                return Health(options, request);
              }});
}

HttpResponse InfluxError(int version, const Error& error, int status) {
  // InfluxDB's clients repeat a write after 503 and give it up after what they do not know.
  if (status == 507) status = 503;
  // The common form logs what is internal and hides it; only its outside differs.
  HttpResponse response = ProblemResponse(error, status);
  const std::string message = status == 500 ? "internal error" : error.ToString();
  response.content_type = "application/json";
  if (version == 1) {
    response.body = fmt::format(R"({{"error":{}}})", QuoteJson(message));
    response.headers.emplace_back("X-Influxdb-Error", HeaderText(message));
  } else {
    response.body =
        fmt::format(R"({{"code":"{}","message":{}}})", InfluxCode(status), QuoteJson(message));
  }
  return response;
}

}  // namespace bedplate

#include "api/session_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <utility>

namespace bedplate {
namespace {

namespace json = boost::json;

constexpr std::string_view kSessionPattern = "/api/v1/session";
constexpr std::uint64_t kLoginLimitBytes = 4096;

/// Reads an object of strings; an empty body is an empty object.
Result<json::object> ParseFields(std::string_view body) {
  if (body.empty()) return json::object();
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(body), error);
  if (error) return Error(ErrorCode::kInvalidArgument, "body: expected JSON: " + error.message());
  if (!value.is_object()) return Error(ErrorCode::kInvalidArgument, "body: expected an object");
  for (const auto& field : value.get_object()) {
    if (field.value().is_string()) continue;
    return Error(ErrorCode::kInvalidArgument,
                 "body: " + std::string(field.key()) + ": expected a string");
  }
  return std::move(value.get_object());
}

std::optional<std::string> FieldOf(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(json::string_view(name));
  if (value == nullptr) return std::nullopt;
  return std::string(value->get_string());
}

std::string SessionJson(const Principal& principal, std::optional<Timestamp> expires) {
  return fmt::format(R"({{"role":"{}","name":{},"expires":{}}})", RoleName(principal.role),
                     QuoteJson(principal.name),
                     expires ? fmt::to_string(expires->milliseconds()) : "null");
}

std::string CookieHeader(std::string_view value, std::int64_t max_age_seconds, bool secure) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kSessionCookie,
                     value, max_age_seconds, secure ? "; Secure" : "");
}

class SessionHandlers {
 public:
  SessionHandlers(Authenticator& authenticator, const Clock& clock)
      : authenticator_(authenticator), clock_(clock) {}

  HttpResponse Login(const HttpRequest& request) const {
    auto fields = ParseFields(request.body);
    if (!fields.ok()) return ProblemResponse(fields.error());
    auto created = Create(*fields, request.remote_address);
    if (!created.ok()) return LoginError(created.error(), request.remote_address);
    const Session& session = created->session;
    const auto age = std::chrono::ceil<std::chrono::seconds>(session.expires - clock_.Now());
    HttpResponse response = HttpResponse::Json(SessionJson(session.principal, session.expires));
    response.headers.emplace_back("Set-Cookie",
                                  CookieHeader(created->cookie, age.count(), request.secure));
    return response;
  }

  HttpResponse WhoAmI(const HttpRequest& request) const {
    std::optional<Timestamp> expires;
    const std::string cookies = request.Header("cookie");
    const bool by_cookie = request.Header("authorization").empty();
    if (const auto session = authenticator_.FindSession(FindCookie(cookies, kSessionCookie));
        session && by_cookie) {
      expires = session->expires;
    }
    return HttpResponse::Json(SessionJson(request.principal, expires));
  }

  HttpResponse Logout(const HttpRequest& request) const {
    authenticator_.Logout(FindCookie(request.Header("cookie"), kSessionCookie));
    HttpResponse response = HttpResponse::NoContent();
    response.headers.emplace_back("Set-Cookie", CookieHeader("", 0, request.secure));
    return response;
  }

  HttpResponse CreateLoginCode(const HttpRequest& request) const {
    auto fields = ParseFields(request.body);
    if (!fields.ok()) return ProblemResponse(fields.error());
    const std::string wanted = FieldOf(*fields, "role").value_or("viewer");
    const auto role = ParseRole(wanted);
    if (!role) {
      return ProblemResponse(
          Error(ErrorCode::kInvalidArgument,
                "role: expected viewer, writer, engineer or admin, got '" + wanted + "'"));
    }
    const std::string code = authenticator_.CreateLoginCode(
        {.actor = request.principal.actor, .name = "login link", .role = *role});
    HttpResponse response = HttpResponse::Json(
        fmt::format(R"({{"code":{},"path":{}}})", QuoteJson(code), QuoteJson(LoginPath(code))));
    response.status = 201;
    return response;
  }

 private:
  Result<SessionStore::Created> Create(const json::object& fields, std::string_view address) const {
    const auto token = FieldOf(fields, "token");
    const auto code = FieldOf(fields, "code");
    if (token.has_value() == code.has_value()) {
      return Error(ErrorCode::kInvalidArgument, "body: expected either token or code");
    }
    return token ? authenticator_.LoginByToken(*token, address)
                 : authenticator_.LoginByCode(*code, address);
  }

  HttpResponse LoginError(const Error& error, std::string_view address) const {
    if (error.code() != ErrorCode::kResourceExhausted) return ProblemResponse(error);
    HttpResponse response = ProblemResponse(error, 429);
    response.headers.emplace_back(
        "Retry-After", fmt::to_string(std::max<long>(authenticator_.WaitOf(address).count(), 1)));
    return response;
  }

  Authenticator& authenticator_;
  const Clock& clock_;
};

}  // namespace

void AddSessionRoutes(Router& router, Authenticator& authenticator, const Clock& clock) {
  const SessionHandlers handlers(authenticator, clock);
  const auto add = [&](HttpMethod method, std::string_view pattern, std::string operation_id,
                       std::optional<Role> least_role,
                       HttpResponse (SessionHandlers::*handler)(const HttpRequest&) const) {
    router.Add({.method = method,
                .pattern = std::string(pattern),
                .operation_id = std::move(operation_id),
                .least_role = least_role,
                .handler = [handlers, handler](
                               const HttpRequest& request) { return (handlers.*handler)(request); },
                .body_limit_bytes = kLoginLimitBytes});
  };
  add(HttpMethod::kPost, kSessionPattern, "login", std::nullopt, &SessionHandlers::Login);
  add(HttpMethod::kGet, kSessionPattern, "whoAmI", Role::kViewer, &SessionHandlers::WhoAmI);
  add(HttpMethod::kDelete, kSessionPattern, "logout", Role::kViewer, &SessionHandlers::Logout);
  add(HttpMethod::kPost, "/api/v1/login-codes", "createLoginCode", Role::kAdmin,
      &SessionHandlers::CreateLoginCode);
}

std::string LoginPath(std::string_view code) { return "/login#code=" + std::string(code); }

}  // namespace bedplate

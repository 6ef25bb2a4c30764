#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "catalog/token_store.h"

namespace bedplate {

/// The actor of who needs no token: the command line, through the local socket or in this process.
inline constexpr std::string_view kLocalActor = "local";

/// Who is calling: a token, a browser session, or the command line through the local socket.
struct Principal {
  std::string actor;  // token id, or "local"; what the audit log records
  std::string name;   // for people
  Role role = Role::kViewer;
};

enum class HttpMethod { kGet, kHead, kPost, kPut, kDelete };

std::string_view MethodName(HttpMethod method) noexcept;

/// A request without its transport. Header names are lower-case; path and parameters are decoded.
struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string path;
  std::multimap<std::string, std::string, std::less<>> params;
  std::map<std::string, std::string, std::less<>> headers;
  std::map<std::string, std::string, std::less<>> path_params;  // filled by the router
  std::string body;
  Principal principal;
  CancelToken cancel;          // raised when the caller went away
  std::string remote_address;  // IP address of the caller; empty: this machine's local socket
  bool secure = false;         // came over TLS

  /// The first parameter of that name.
  [[nodiscard]] std::optional<std::string> Param(std::string_view name) const;
  /// Every parameter of that name, in the order of the request.
  [[nodiscard]] std::vector<std::string> ParamList(std::string_view name) const;
  /// The header of that lower-case name, empty when absent.
  [[nodiscard]] std::string Header(std::string_view name) const;
};

/// A source of server-sent events; pulled by the transport, one stream per connection.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// The bytes to send now (whole events), empty when there is nothing new. Must not block.
  virtual std::string Poll() = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::unique_ptr<EventStream> events;  // set: body is ignored and the stream is sent

  static HttpResponse Json(std::string body) { return {.body = std::move(body)}; }
  static HttpResponse NoContent() { return {.status = 204, .content_type = ""}; }
};

/// The HTTP status that says the same as the error. kResourceExhausted (a full disk) is 507, where
/// the write routes of InfluxDB say 503 and routes that read 422 (AnswerRefusedRead); the transport
/// knows better for bodies (413) and failed logins (429).
int HttpStatusOf(const Error& error) noexcept;

/// The standard phrase of a status, `Not Found`.
std::string_view ReasonPhrase(int status) noexcept;

/// The problem document (RFC 9457) of an error; its HTTP status follows from the code. What went
/// wrong inside (statuses 500) goes to the log and not to the caller.
HttpResponse ProblemResponse(const Error& error);
HttpResponse ProblemResponse(const Error& error, int status);
/// The same for stored data that is damaged, with the file and the place in it.
HttpResponse DamageResponse(const Error& error);

/// `text` as a JSON string with its quotes; malformed UTF-8 becomes U+FFFD.
std::string QuoteJson(std::string_view text);

/// Takes a body as it arrives, so that a large one is never held in memory.
class BodyConsumer {
 public:
  virtual ~BodyConsumer() = default;
  /// An error ends the request; Finish is then not called.
  virtual Status Consume(std::string_view chunk) = 0;
  virtual HttpResponse Finish() = 0;
  /// After Finish: whether its answer tells what became of the body for good, read to its end. It
  /// does not when the body broke off, or when another try may end otherwise.
  [[nodiscard]] virtual bool IsSettled() const { return true; }
};

using Handler = std::function<HttpResponse(const HttpRequest&)>;
using ConsumerFactory =
    std::function<Result<std::unique_ptr<BodyConsumer>>(const HttpRequest& head)>;

inline constexpr std::uint64_t kDefaultBodyLimitBytes = 16ULL << 20U;

/// Whether a route takes the token in the parameter `p` too, as InfluxDB 1.x clients send it.
enum class QueryCredentials { kIgnored, kAllowed };

/// One operation of openapi.yaml. Exactly one of `handler` and `consumer` is set.
struct Route {
  HttpMethod method = HttpMethod::kGet;
  std::string pattern;             // `/api/v1/tokens/{id}`
  std::string operation_id;        // as in openapi.yaml
  std::optional<Role> least_role;  // empty: no credentials needed
  bool knows_callers = false;      // without least_role: credentials that come are looked at
  Handler handler;
  ConsumerFactory consumer;
  std::uint64_t body_limit_bytes = kDefaultBodyLimitBytes;
  QueryCredentials query_credentials = QueryCredentials::kIgnored;
  /// How an error of this route is written with that HTTP status; null: a problem document.
  std::function<HttpResponse(const Error&, int status)> error_format;
};

/// `error` as the route writes it.
HttpResponse RouteError(const Route& route, const Error& error, int status);

/// Runs a route's handler; what it throws becomes a kInternal answer. Throws only what
/// writing that answer throws.
HttpResponse RunHandler(const Route& route, const HttpRequest& request);

/// Finds the route of a request and runs it. Immutable once serving; safe for concurrent use.
class Router {
 public:
  void Add(Route route);
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> path_params;
  };
  /// kNotFound when no pattern matches, kUnsupported (405) when only the method does not. HEAD
  /// finds the route of GET.
  [[nodiscard]] Result<Match> Find(HttpMethod method, std::string_view path) const;
  /// The value of the Allow header for `path`: `GET, HEAD, PUT`; empty when nothing matches.
  [[nodiscard]] std::string AllowedMethods(std::string_view path) const;

  /// Whether `principal` may call `route`: kUnauthenticated or kPermissionDenied if not.
  static Status Authorize(const Route& route, const std::optional<Principal>& principal);

  /// The whole way for a caller in this process whose principal is known: find, authorize, run
  /// (a consumer route gets the body in one piece). Exceptions become kInternal problems.
  HttpResponse Dispatch(HttpRequest request) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace bedplate

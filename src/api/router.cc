#include <exception>
#include <stdexcept>

#include "api/http.h"
#include "base/check.h"

namespace bedplate {
namespace {

using PathParams = std::map<std::string, std::string, std::less<>>;

// Cuts the first segment off a path that starts with '/': "/a/b" -> "a", leaving "/b".
std::string_view TakeSegment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool IsParameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool MatchPath(std::string_view pattern, std::string_view path, PathParams* params) {
  while (!pattern.empty() && !path.empty()) {
    if (path.front() != '/') return false;
    const std::string_view want = TakeSegment(pattern);
    const std::string_view have = TakeSegment(path);
    if (!IsParameter(want)) {
      if (want != have) return false;
      continue;
    }
    if (have.empty()) return false;
    if (params != nullptr) params->emplace(want.substr(1, want.size() - 2), have);
  }
  return pattern.empty() && path.empty();
}

bool Serves(const Route& route, HttpMethod method) {
  return route.method == method ||
         (method == HttpMethod::kHead && route.method == HttpMethod::kGet);
}

HttpResponse RunConsumer(const Route& route, const HttpRequest& request) {
  auto consumer = route.consumer(request);
  if (!consumer.ok()) return RouteError(route, consumer.error(), HttpStatusOf(consumer.error()));
  if (const Status status = consumer.value()->Consume(request.body); !status.ok()) {
    return RouteError(route, status.error(), HttpStatusOf(status.error()));
  }
  return consumer.value()->Finish();
}

}  // namespace

HttpResponse RouteError(const Route& route, const Error& error, int status) {
  return route.error_format ? route.error_format(error, status) : ProblemResponse(error, status);
}

HttpResponse RunHandler(const Route& route, const HttpRequest& request) {
  try {
    return route.handler ? route.handler(request) : RunConsumer(route, request);
  } catch (const std::exception& thrown) {
    return RouteError(route, Error(ErrorCode::kInternal, thrown.what()).At(route.operation_id),
                      500);
  } catch (...) {
    return RouteError(route, Error(ErrorCode::kInternal, "unknown").At(route.operation_id), 500);
  }
}

void Router::Add(Route route) {
  BEDPLATE_CHECK(route.pattern.starts_with('/'));
  BEDPLATE_CHECK(static_cast<bool>(route.handler) != static_cast<bool>(route.consumer));
  for (const Route& other : routes_) {
    const bool is_twin = other.method == route.method && other.pattern == route.pattern;
    BEDPLATE_CHECK(!is_twin);
  }
  routes_.push_back(std::move(route));
}

Result<Router::Match> Router::Find(HttpMethod method, std::string_view path) const {
  bool path_is_known = false;
  for (const Route& route : routes_) {
    if (!MatchPath(route.pattern, path, nullptr)) continue;
    path_is_known = true;
    if (!Serves(route, method)) continue;
    Match match{.route = &route, .path_params = {}};
    MatchPath(route.pattern, path, &match.path_params);
    return match;
  }
  if (!path_is_known) {
    return Error(ErrorCode::kNotFound, "nothing is served at '" + std::string(path) + "'");
  }
  return Error(ErrorCode::kUnsupported, "'" + std::string(path) + "' takes " +
                                            AllowedMethods(path) + ", got " +
                                            std::string(MethodName(method)));
}

std::string Router::AllowedMethods(std::string_view path) const {
  std::string allowed;
  for (const Route& route : routes_) {
    if (!MatchPath(route.pattern, path, nullptr)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += MethodName(route.method);
    if (route.method == HttpMethod::kGet) allowed += ", HEAD";
  }
  return allowed;
}

Status Router::Authorize(const Route& route, const std::optional<Principal>& principal) {
  if (!route.least_role) return {};
  if (!principal) {
    return Error(ErrorCode::kUnauthenticated,
                 "expected a token (Authorization: Bearer bp_…) or a session, got neither");
  }
  if (principal->role < *route.least_role) {
    return Error(ErrorCode::kPermissionDenied,
                 "expected role " + std::string(RoleName(*route.least_role)) + " or higher, '" +
                     principal->name + "' is " + std::string(RoleName(principal->role)));
  }
  return {};
}

HttpResponse Router::Dispatch(HttpRequest request) const {
  auto match = Find(request.method, request.path);
  if (!match.ok()) {
    const bool wrong_method = match.error().code() == ErrorCode::kUnsupported;
    HttpResponse response =
        ProblemResponse(match.error(), wrong_method ? 405 : HttpStatusOf(match.error()));
    if (wrong_method) response.headers.emplace_back("Allow", AllowedMethods(request.path));
    return response;
  }
  const Route& route = *match->route;
  request.path_params = std::move(match->path_params);
  if (const Status allowed = Authorize(route, request.principal); !allowed.ok()) {
    return RouteError(route, allowed.error(), HttpStatusOf(allowed.error()));
  }
  return RunHandler(route, request);
}

}  // namespace bedplate

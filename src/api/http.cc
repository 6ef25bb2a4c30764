#include "api/http.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <cctype>

#include "base/utf8.h"

namespace bedplate {
namespace {

/// When to ask again where it needs a person first.
constexpr int kRetryWithPersonSeconds = 60;

std::string TitleOf(ErrorCode code) {
  std::string title(ErrorCodeName(code));
  for (char& letter : title) {
    if (letter == '-') letter = ' ';
  }
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

void LogFailure(const Error& error) {
  spdlog::error("{}: {}", ErrorCodeName(error.code()), error.ToString());
}

// What the caller may read: internals (paths, library messages) stay in the log.
std::string DetailOf(const Error& error, int status) {
  if (status != 500) return error.ToString();
  LogFailure(error);
  return "The server failed at this request; its log says why.";
}

HttpResponse MakeProblem(const Error& error, int status, const std::string& detail) {
  HttpResponse response{.status = status, .content_type = "application/problem+json"};
  response.body = fmt::format(
      R"({{"type":"urn:bedplate:error:{}","title":"{}","status":{},"detail":{},"retryable":{}}})",
      ErrorCodeName(error.code()), TitleOf(error.code()), status, QuoteJson(detail),
      error.retryable() || status == 429);
  if (status == 503 && !error.retryable()) {
    response.headers.emplace_back("Retry-After", fmt::to_string(kRetryWithPersonSeconds));
  }
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"bedplate\"");
  return response;
}

}  // namespace

std::string_view MethodName(HttpMethod method) noexcept {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kHead: return "HEAD";
    case HttpMethod::kPost: return "POST";
    case HttpMethod::kPut: return "PUT";
    case HttpMethod::kDelete: return "DELETE";
  }
  return "GET";
}

std::optional<std::string> HttpRequest::Param(std::string_view name) const {
  const auto found = params.lower_bound(name);
  if (found == params.end() || found->first != name) return std::nullopt;
  return found->second;
}

std::vector<std::string> HttpRequest::ParamList(std::string_view name) const {
  std::vector<std::string> values;
  const auto [first, last] = params.equal_range(name);
  for (auto it = first; it != last; ++it) values.push_back(it->second);
  return values;
}

std::string HttpRequest::Header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

int HttpStatusOf(const Error& error) noexcept {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument: return 400;
    case ErrorCode::kUnauthenticated: return 401;
    case ErrorCode::kPermissionDenied: return 403;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kResourceExhausted: return 507;
    case ErrorCode::kDeadlineExceeded: return 408;
    case ErrorCode::kCancelled: return 499;
    case ErrorCode::kUnavailable: return 503;
    case ErrorCode::kUnsupported: return 422;
    case ErrorCode::kCorruption:
    case ErrorCode::kIo:
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

std::string_view ReasonPhrase(int status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return status < 400 ? "OK" : "Error";
  }
}

HttpResponse ProblemResponse(const Error& error) {
  return ProblemResponse(error, HttpStatusOf(error));
}

HttpResponse ProblemResponse(const Error& error, int status) {
  return MakeProblem(error, status, DetailOf(error, status));
}

HttpResponse DamageResponse(const Error& error) {
  LogFailure(error);
  return MakeProblem(error, HttpStatusOf(error), error.ToString());
}

std::string QuoteJson(std::string_view text) {
  // Every malformed byte may become the three bytes of U+FFFD.
  const std::string valid =
      IsValidUtf8(text) ? std::string(text) : ToValidUtf8(text, text.size() * 3);
  return boost::json::serialize(boost::json::string_view(valid));
}

}  // namespace bedplate

#include "api/response_head.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <iterator>

#include "api/gzip.h"
#include "api/request_guard.h"

namespace bedplate {
namespace {

constexpr std::size_t kWorthCompressingBytes = 1400;  // less fits one packet anyway
constexpr int kFastestLevel = 1;

bool IsClean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void AppendHeader(std::string& head, std::string_view name, std::string_view value) {
  if (!IsClean(name) || !IsClean(value)) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

bool HasHeader(const HttpResponse& response, std::string_view name) {
  for (const auto& [existing, value] : response.headers) {
    if (existing == name) return true;
  }
  return false;
}

bool IsText(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.find("json") != std::string_view::npos ||
         content_type.find("yaml") != std::string_view::npos;
}

}  // namespace

std::string FormatResponseHead(const HttpResponse& response, const Framing& framing,
                               Timestamp now) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, ReasonPhrase(response.status));
  AppendHeader(head, "Date", FormatHttpDate(now));
  if (!response.content_type.empty()) AppendHeader(head, "Content-Type", response.content_type);
  for (const auto& [name, value] : SecurityHeaders()) AppendHeader(head, name, value);
  if (!HasHeader(response, "Cache-Control")) AppendHeader(head, "Cache-Control", "no-store");
  if (response.status == 503 && !HasHeader(response, "Retry-After")) {
    AppendHeader(head, "Retry-After", "1");
  }
  for (const auto& [name, value] : response.headers) AppendHeader(head, name, value);
  if (framing.content_length) {
    AppendHeader(head, "Content-Length", fmt::to_string(*framing.content_length));
  }
  if (framing.chunked) AppendHeader(head, "Transfer-Encoding", "chunked");
  AppendHeader(head, "Connection", framing.keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

std::string FormatHttpDate(Timestamp time) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds seconds{std::chrono::seconds(time.nanoseconds() / 1'000'000'000)};
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(seconds - days);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[std::chrono::weekday(days).c_encoding()], unsigned{date.day()},
                     kMonths[unsigned{date.month()} - 1], int{date.year()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

void CompressBody(const HttpRequest& request, HttpResponse& response) {
  if (response.body.size() < kWorthCompressingBytes || response.events != nullptr) return;
  if (!IsText(response.content_type) || HasHeader(response, "Content-Encoding")) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!AcceptsGzip(request.Header("accept-encoding"))) return;
  response.body = GzipCompress(response.body, kFastestLevel);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace bedplate

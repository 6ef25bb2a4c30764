#include "api/request_reader.h"

#include <fmt/format.h>

#include <boost/beast/http/error.hpp>
#include <string_view>
#include <utility>

#include "api/url.h"
#include "base/ascii.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using asio::awaitable;

Error Malformed(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

std::optional<HttpMethod> MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get: return HttpMethod::kGet;
    case http::verb::head: return HttpMethod::kHead;
    case http::verb::post: return HttpMethod::kPost;
    case http::verb::put: return HttpMethod::kPut;
    case http::verb::delete_: return HttpMethod::kDelete;
    default: return std::nullopt;
  }
}

// Lists may come in several header lines (RFC 9110, 5.3); what decides who calls and where a
// message ends may not.
bool MayRepeat(std::string_view name) {
  return name == "cookie" || name.starts_with("accept") || name.starts_with("x-") ||
         name == "cache-control" || name == "connection" || name == "via" || name == "forwarded" ||
         name == "if-none-match" || name == "te";
}

Status AddHeader(HttpRequest& request, std::string name, std::string_view value) {
  if (!IsValidUtf8(value)) return Malformed("header " + name + ": expected UTF-8");
  const auto [entry, is_new] = request.headers.try_emplace(std::move(name), value);
  if (is_new) return {};
  if (!MayRepeat(entry->first)) {
    return Malformed("header " + entry->first + ": expected once, got it twice");
  }
  entry->second += entry->first == "cookie" ? "; " : ", ";
  entry->second += value;
  return {};
}

// Where a message ends must read the same to everybody on its way (RFC 9112, 6.1 and 6.3).
Status CheckLength(const HttpRequest& request, bool is_http_1_0) {
  const std::string length = request.Header("content-length");
  if (length.find_first_not_of("0123456789") != std::string::npos) {
    return Malformed("content-length: expected one number, got " + length);
  }
  if (is_http_1_0 && request.headers.contains("transfer-encoding")) {
    return Malformed("transfer-encoding: expected none in HTTP/1.0");
  }
  return {};
}

}  // namespace

RequestReader::RequestReader(Transport& transport, boost::beast::flat_buffer& buffer,
                             std::uint32_t header_limit_bytes)
    : transport_(transport), buffer_(buffer) {
  parser_.header_limit(header_limit_bytes);
  parser_.body_limit(boost::none);  // each route has its own
}

awaitable<Status> RequestReader::ReadHead() {
  while (!parser_.is_header_done()) {
    if (buffer_.size() > 0) {
      const Status parsed = Parse();
      if (!parsed.ok()) co_return parsed;
      if (parser_.is_header_done()) break;
    }
    const Status more = co_await ReadMore();
    if (!more.ok()) co_return more;
  }
  co_return Status();
}

awaitable<Result<std::size_t>> RequestReader::ReadBody(
    std::span<char> out, std::optional<std::chrono::milliseconds> each_read) {
  parser_.eager(true);
  auto& body = parser_.get().body();
  body.data = out.data();
  body.size = out.size();
  while (!parser_.is_done() && body.size > 0) {
    const std::size_t before = buffer_.size();
    if (before > 0) {
      const Status parsed = Parse();
      if (!parsed.ok()) co_return Error(parsed.error());
      if (parser_.is_done() || body.size == 0 || buffer_.size() < before) continue;
    }
    if (each_read) transport_.ExpiresAfter(*each_read);
    const Status more = co_await ReadMore();
    if (!more.ok()) co_return Error(more.error());
  }
  co_return out.size() - body.size;
}

awaitable<Status> RequestReader::ReadMore() {
  if (buffer_.size() >= kBufferBytes) co_return Malformed("a chunk header is too long");
  const auto room = buffer_.prepare(kBufferBytes - buffer_.size());
  const Result<std::size_t> size =
      co_await transport_.ReadSome({static_cast<char*>(room.data()), room.size()});
  if (!size.ok()) co_return Error(size.error());
  if (*size == 0) co_return Error(ErrorCode::kCancelled, "the peer ended in mid-request");
  buffer_.commit(*size);
  co_return Status();
}

Status RequestReader::Parse() {
  boost::system::error_code error;
  buffer_.consume(parser_.put(buffer_.data(), error));
  if (!error || error == http::error::need_more || error == http::error::need_buffer) return {};
  if (error == http::error::header_limit) {
    return Error(ErrorCode::kResourceExhausted, "the request's header is too large");
  }
  return Malformed("expected an HTTP/1.1 request, got: " + error.message());
}

Status RequestReader::FillHead(HttpRequest& request) const {
  const auto& head = parser_.get();
  const std::string_view target_text(head.target().data(), head.target().size());
  const auto method = MethodOf(head.method());
  request.method = method.value_or(HttpMethod::kGet);
  request.path = target_text.substr(0, target_text.find('?'));
  ASSIGN_OR_RETURN(RequestTarget target, ParseTarget(target_text));
  request.path = std::move(target.path);
  request.params = std::move(target.params);
  for (const auto& field : head) {
    const std::string_view value(field.value().data(), field.value().size());
    const std::string_view name(field.name_string().data(), field.name_string().size());
    RETURN_IF_ERROR(AddHeader(request, LowerAscii(name), value));
  }
  if (!is_http_1_0() && !request.headers.contains("host")) {
    return Malformed("header host: expected one, got none");
  }
  // Anything but exactly `chunked` might be understood differently by a proxy in front of us.
  RETURN_IF_ERROR(CheckLength(request, is_http_1_0()));
  if (const std::string coding = LowerAscii(request.Header("transfer-encoding"));
      !coding.empty() && coding != "chunked") {
    return Error(ErrorCode::kUnsupported, "transfer-encoding: expected chunked, got " + coding);
  }
  if (!method) {
    return Error(ErrorCode::kUnsupported, fmt::format("method: expected GET, HEAD, POST, PUT or "
                                                      "DELETE, got {}",
                                                      std::string(head.method_string())));
  }
  return {};
}

bool RequestReader::expects_continue() const {
  const auto expect = parser_.get()[http::field::expect];
  return !is_http_1_0() && LowerAscii({expect.data(), expect.size()}) == "100-continue";
}

std::optional<std::uint64_t> RequestReader::content_length() const {
  const auto length = parser_.content_length();
  if (length) return *length;
  if (!parser_.chunked()) return 0;
  return std::nullopt;
}

}  // namespace bedplate

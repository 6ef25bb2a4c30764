#include "load/http_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/ascii.h"

namespace bedplate::bench {
namespace {

constexpr std::size_t kReceiveBytes = std::size_t{256} * 1024;

Error SystemError(std::string_view what) {
  return Error(ErrorCode::kIo, fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

/// `name: value` in lower case, as servers differ in it.
std::optional<std::string_view> ValueOf(std::string_view line, std::string_view name) {
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') {
    return std::nullopt;
  }
  line.remove_prefix(name.size() + 1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

std::uint64_t NumberOf(std::string_view text, int base = 10) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

HttpClient::HttpClient(std::uint16_t port, const std::vector<std::string>& headers)
    : port_(port), received_(kReceiveBytes) {
  fixed_headers_ = fmt::format("Host: 127.0.0.1:{}\r\n", port);
  for (const std::string& header : headers) fixed_headers_ += header + "\r\n";
}

HttpClient::~HttpClient() { Close(); }

Result<HttpAnswer> HttpClient::Ask(std::string_view method, std::string_view target,
                                   std::string_view body) {
  if (socket_ < 0) RETURN_IF_ERROR(Connect());
  std::string head = fmt::format("{} {} HTTP/1.1\r\n{}", method, target, fixed_headers_);
  if (method != "GET") head += fmt::format("Content-Length: {}\r\n", body.size());
  head += "\r\n";
  Status sent = Send(head, body);
  auto answer = sent.ok() ? Receive() : Result<HttpAnswer>(std::move(sent).error());
  if (!answer.ok()) Close();
  return answer;
}

Status HttpClient::Connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 ||
      ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Error error = SystemError("connecting");
    Close();
    return error;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return {};
}

void HttpClient::Close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  buffer_.clear();
  taken_ = 0;
}

Status HttpClient::Send(std::string_view head, std::string_view body) {
  std::array<std::string_view, 2> parts = {head, body};
  while (!parts[0].empty() || !parts[1].empty()) {
    std::array<iovec, 2> vectors = {};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      vectors[i] = {.iov_base = const_cast<char*>(parts[i].data()), .iov_len = parts[i].size()};
    }
    msghdr message = {};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return SystemError("sending");
    auto left = static_cast<std::size_t>(sent);
    for (std::string_view& part : parts) {
      const std::size_t step = std::min(left, part.size());
      part.remove_prefix(step);
      left -= step;
    }
  }
  return {};
}

Status HttpClient::ReceiveMore() {
  ssize_t got = -1;
  do {
    got = ::recv(socket_, received_.data(), received_.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return SystemError("receiving");
  if (got == 0) return Error(ErrorCode::kIo, "the server closed the connection");
  buffer_.append(received_.data(), static_cast<std::size_t>(got));
  return {};
}

/// The next line, without its end.
Result<std::string> HttpClient::TakeLine() {
  while (true) {
    const std::size_t end = buffer_.find("\r\n", taken_);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(taken_, end - taken_);
      taken_ = end + 2;
      return line;
    }
    RETURN_IF_ERROR(ReceiveMore());
  }
}

Status HttpClient::SkipLine() {
  auto line = TakeLine();
  if (!line.ok()) return std::move(line).error();
  return {};
}

Status HttpClient::TakeBytes(std::size_t count, std::string& out) {
  while (buffer_.size() - taken_ < count) RETURN_IF_ERROR(ReceiveMore());
  out.append(buffer_, taken_, count);
  taken_ += count;
  return {};
}

Status HttpClient::TakeChunks(std::string& out) {
  while (true) {
    ASSIGN_OR_RETURN(const std::string size_line, TakeLine());
    const std::uint64_t size = NumberOf(size_line, 16);
    if (size > 0) RETURN_IF_ERROR(TakeBytes(size, out));
    RETURN_IF_ERROR(SkipLine());
    if (size == 0) return {};
  }
}

Result<HttpAnswer> HttpClient::Receive() {
  buffer_.erase(0, taken_);
  taken_ = 0;
  ASSIGN_OR_RETURN(std::string line, TakeLine());
  HttpAnswer answer;
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (line.size() > kVersion.size()) {
    answer.status = static_cast<int>(NumberOf(std::string_view(line).substr(kVersion.size())));
  }
  std::uint64_t length = 0;
  bool chunked = false;
  bool closes = false;
  while (true) {
    ASSIGN_OR_RETURN(line, TakeLine());
    if (line.empty()) break;
    const std::string lower = LowerAscii(line);
    if (const auto value = ValueOf(lower, "content-length")) length = NumberOf(*value);
    if (const auto value = ValueOf(lower, "transfer-encoding")) chunked = *value == "chunked";
    if (const auto value = ValueOf(lower, "connection")) closes = *value == "close";
    if (const auto value = ValueOf(lower, "retry-after")) {
      answer.retry_after_seconds = static_cast<std::uint32_t>(NumberOf(*value));
    }
  }
  RETURN_IF_ERROR(chunked ? TakeChunks(answer.body) : TakeBytes(length, answer.body));
  if (closes) Close();
  return answer;
}

}  // namespace bedplate::bench

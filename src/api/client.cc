#include "api/client.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "api/unix_path.h"
#include "api/url.h"

namespace bedplate {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using std::chrono::milliseconds;
using std::chrono::steady_clock;

using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kReadBytes = 256UL * 1024;
constexpr milliseconds kCancelCheckInterval{50};

Error SystemError(ErrorCode code, std::string_view what) {
  return {code, fmt::format("{}: {}", what, std::generic_category().message(errno))};
}

/// How long a call may go on.
struct Patience {
  steady_clock::time_point until;
  const CancelToken& cancel;
};

std::string FormatRequest(const HttpRequest& request, const std::string& token) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", MethodName(request.method),
                  FormatTarget({.path = request.path, .params = request.params}));
  for (const auto& [name, value] : request.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (!token.empty()) text.append("Authorization: Bearer ").append(token).append("\r\n");
  return text + fmt::format("Content-Length: {}\r\n\r\n", request.body.size());
}

HttpResponse ToResponse(http::response<http::string_body> message) {
  HttpResponse response{.status = static_cast<int>(message.result_int()), .content_type = ""};
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::string value(field.value());
    if (field.name() == http::field::content_type) {
      response.content_type = std::move(value);
    } else {
      response.headers.emplace_back(std::move(name), std::move(value));
    }
  }
  response.body = std::move(message.body());
  return response;
}

}  // namespace

/// A connected socket that never waits longer than it has patience.
class HttpClient::Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Between two calls nothing comes; if something does, the server has closed.
  [[nodiscard]] bool IsUsable() const {
    pollfd state{.fd = socket_, .events = POLLIN | POLLRDHUP, .revents = 0};
    return poll(&state, 1, 0) == 0;
  }

  Status Write(std::string_view bytes, const Patience& patience) {
    while (!bytes.empty()) {
      RETURN_IF_ERROR(Await(POLLOUT, patience));
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      // A server that refuses a request early stops reading; its answer tells more than EPIPE.
      if (sent < 0) return {};
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  Status Read(Parser& parser, const Patience& patience) {
    while (!parser.is_done()) {
      RETURN_IF_ERROR(Receive(patience));
      if (at_end_ && !parser.need_eof()) {
        return Error(ErrorCode::kUnavailable, "the server closed the connection in mid-answer");
      }
      RETURN_IF_ERROR(Parse(parser));
    }
    return {};
  }

 private:
  Status Receive(const Patience& patience) {
    const auto room = buffer_.prepare(kReadBytes);
    while (true) {
      RETURN_IF_ERROR(Await(POLLIN, patience));
      const ssize_t size = recv(socket_, room.data(), room.size(), MSG_DONTWAIT);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (size < 0) return SystemError(ErrorCode::kUnavailable, "reading the server's answer");
      at_end_ = size == 0;
      buffer_.commit(static_cast<std::size_t>(size));
      return {};
    }
  }

  Status Parse(Parser& parser) {
    boost::system::error_code error;
    while (!parser.is_done() && buffer_.size() > 0 && !error) {
      buffer_.consume(parser.put(buffer_.data(), error));
    }
    if (at_end_ && !parser.is_done() && !error) parser.put_eof(error);
    if (!error || error == http::error::need_more) return {};
    if (error == http::error::body_limit) {
      return Error(ErrorCode::kResourceExhausted, "the answer is longer than the limit");
    }
    return Error(ErrorCode::kCorruption, "expected an HTTP answer, got: " + error.message());
  }

  Status Await(short events, const Patience& patience) const {
    while (true) {
      if (patience.cancel.cancelled()) return Error(ErrorCode::kCancelled, "cancelled");
      const auto left = std::chrono::ceil<milliseconds>(patience.until - steady_clock::now());
      if (left.count() <= 0) {
        return Error(ErrorCode::kDeadlineExceeded, "the server did not answer in time");
      }
      pollfd state{.fd = socket_, .events = events, .revents = 0};
      if (poll(&state, 1, static_cast<int>(std::min(left, kCancelCheckInterval).count())) > 0) {
        return {};
      }
    }
  }

  int socket_;
  bool at_end_ = false;
  beast::flat_buffer buffer_;
};

namespace {

template <typename Address>
Result<int> ConnectTo(int family, const Address& address) {
  const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return SystemError(ErrorCode::kIo, "socket");
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return descriptor;
  }
  const bool is_denied = errno == EACCES || errno == EPERM;
  Error error = SystemError(is_denied ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable,
                            "connecting to the server");
  close(descriptor);
  return error;
}

Result<int> ConnectUnix(const std::string& path) {
  Result<UnixPath> usable = UnixPath::Open(path);
  if (!usable.ok() && usable.error().code() == ErrorCode::kNotFound) {
    return Error(ErrorCode::kUnavailable, usable.error().message());
  }
  if (!usable.ok()) return std::move(usable).error();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  usable->usable().copy(address.sun_path, sizeof(address.sun_path) - 1);
  return ConnectTo(AF_UNIX, address);
}

Result<int> ConnectLoopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ConnectTo(AF_INET, address);
}

}  // namespace

HttpClient::HttpClient(HttpClientOptions options) : options_(std::move(options)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::Call(const HttpRequest& request, milliseconds timeout) {
  ASSIGN_OR_RETURN(Connection * connection, Connect());
  const Patience patience{.until = steady_clock::now() + timeout, .cancel = request.cancel};
  Parser parser;
  parser.body_limit(options_.response_limit_bytes);
  if (request.method == HttpMethod::kHead) parser.skip(true);
  Status status = connection->Write(FormatRequest(request, options_.token), patience);
  if (status.ok()) status = connection->Write(request.body, patience);
  if (status.ok()) status = connection->Read(parser, patience);
  if (!status.ok() || !parser.keep_alive()) connection_.reset();
  if (!status.ok()) return std::move(status).error();
  return ToResponse(parser.release());
}

Result<HttpClient::Connection*> HttpClient::Connect() {
  if (connection_ && connection_->IsUsable()) return connection_.get();
  ASSIGN_OR_RETURN(const int socket, options_.unix_socket_path.empty()
                                         ? ConnectLoopback(options_.port)
                                         : ConnectUnix(options_.unix_socket_path));
  connection_ = std::make_unique<Connection>(socket);
  return connection_.get();
}

}  // namespace bedplate

#pragma once

// What the tests of the server share: a token store in memory and a client that sends raw bytes.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/server.h"

namespace bedplate {

class FakeTokenStore final : public TokenStore {
 public:
  Result<Created> Create(std::string_view name, Role role, std::string_view) override {
    const std::lock_guard lock(mutex_);
    const std::string id = "t" + std::to_string(tokens_.size() + 1);
    const TokenInfo info{.id = id, .name = std::string(name), .role = role};
    tokens_.push_back(info);
    return Created{.info = info, .secret = "bp_" + id + "_secret"};
  }
  Result<std::vector<TokenInfo>> List() const override {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }
  Status Revoke(std::string_view id, std::string_view) override {
    const std::lock_guard lock(mutex_);
    for (TokenInfo& info : tokens_) {
      if (info.id != id) continue;
      info.revoked = Timestamp(1);
      return {};
    }
    return Error(ErrorCode::kNotFound, "token");
  }
  Result<TokenInfo> Verify(std::string_view secret) override {
    const std::lock_guard lock(mutex_);
    ++looks_;
    for (const TokenInfo& info : tokens_) {
      if (secret == "bp_" + info.id + "_secret" && !info.revoked) return info;
    }
    return Error(ErrorCode::kUnauthenticated, "expected a valid token");
  }
  [[nodiscard]] int looks() const {
    const std::lock_guard lock(mutex_);
    return looks_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<TokenInfo> tokens_;
  int looks_ = 0;
};

struct RawResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names as sent
  std::string body;
};

/// A blocking socket. Reads give up after twenty seconds, so that a test that fails ends.
class RawClient {
 public:
  static RawClient ToUrl(const std::string& url) {
    RawClient client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(PortOf(url));
    EXPECT_EQ(connect(client.socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const int on = 1;
    setsockopt(client.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return client;
  }
  static RawClient ToUnix(const std::string& path) {
    RawClient client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(connect(client.socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return client;
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}
  ~RawClient() {
    if (socket_ >= 0) close(socket_);
  }

  static std::uint16_t PortOf(const std::string& url) {
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  /// False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// One response; status 0 when the server closed instead.
  RawResponse Read(bool has_body = true) {
    RawResponse response = ReadHead();
    const auto length = response.headers.find("Content-Length");
    if (!has_body || length == response.headers.end()) return response;
    const auto size = static_cast<std::size_t>(std::stoull(length->second));
    while (buffer_.size() < size && Receive()) continue;
    response.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return response;
  }

  RawResponse ReadHead() {
    RawResponse response;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!Receive()) return response;
    }
    const std::size_t end = buffer_.find("\r\n\r\n");
    ParseHead(std::string_view(buffer_).substr(0, end), response);
    buffer_.erase(0, end + 4);
    return response;
  }

  /// Reads until `text` has come; false when the server closed before.
  bool ReadUntil(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
      if (!Receive()) return false;
    }
    buffer_.erase(0, buffer_.find(text) + text.size());
    return true;
  }
  /// Whether the server closes (within the twenty seconds), after whatever it still sends.
  bool IsClosed() {
    while (Receive()) continue;
    return closed_;
  }
  bool HasBytesWithin(int wait_ms) {
    pollfd state{.fd = socket_, .events = POLLIN, .revents = 0};
    return !buffer_.empty() || poll(&state, 1, wait_ms) == 1;
  }

  RawResponse Call(std::string_view request) {
    Send(request);
    return Read();
  }

 private:
  explicit RawClient(int socket) : socket_(socket) {
    const timeval wait{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
  }

  bool Receive() {
    char block[16'384];
    const ssize_t size = recv(socket_, block, sizeof(block), 0);
    closed_ = size == 0 || (size < 0 && errno == ECONNRESET);
    if (size <= 0) return false;
    buffer_.append(block, static_cast<std::size_t>(size));
    return true;
  }

  static void ParseHead(std::string_view head, RawResponse& response) {
    std::from_chars(head.data() + 9, head.data() + 12, response.status);
    std::size_t start = head.find("\r\n");
    while (start != std::string_view::npos) {
      start += 2;
      const std::size_t end = head.find("\r\n", start);
      const std::string_view line = head.substr(start, end - start);
      const std::size_t colon = line.find(": ");
      response.headers.emplace(line.substr(0, colon), line.substr(colon + 2));
      start = end;
    }
  }

  int socket_;
  std::string buffer_;
  bool closed_ = false;
};

/// A server on a free port with one token of each role, and what a test adds to its router.
class ServerFixture : public testing::Test {
 protected:
  ServerFixture() {
    for (const Role role : {Role::kViewer, Role::kWriter, Role::kEngineer, Role::kAdmin}) {
      tokens_[role] = store_.Create("test", role, "test")->secret;
    }
    options_.listen = {"127.0.0.1:0"};
    authenticator_ = Authenticator::Make(store_, clock_, SystemRandom());
  }

  void StartServer() {
    auto server = Server::Start(
        options_,
        {.router = router_, .authenticator = *authenticator_, .files = files_, .clock = clock_});
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = *std::move(server);
  }

  void AddGet(const std::string& pattern, std::optional<Role> role, Handler handler) {
    router_.Add({.method = HttpMethod::kGet,
                 .pattern = pattern,
                 .operation_id = pattern,
                 .least_role = role,
                 .handler = std::move(handler)});
  }
  void AddPost(const std::string& pattern, std::optional<Role> role, Handler handler) {
    router_.Add({.method = HttpMethod::kPost,
                 .pattern = pattern,
                 .operation_id = pattern,
                 .least_role = role,
                 .handler = std::move(handler)});
  }

  [[nodiscard]] RawClient Connect() const { return RawClient::ToUrl(server_->urls().front()); }
  /// A request with the token of a role, and further header lines that end in \r\n.
  [[nodiscard]] std::string Get(std::string_view target, Role role = Role::kViewer,
                                std::string_view more = "") const {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
           tokens_.at(role) + "\r\n" + std::string(more) + "\r\n";
  }
  [[nodiscard]] std::string Post(std::string_view target, std::string_view body,
                                 Role role = Role::kAdmin, std::string_view more = "") const {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + tokens_.at(role) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more) +
           "\r\n" + std::string(body);
  }

  SystemClock clock_;
  FakeTokenStore store_;
  std::map<Role, std::string> tokens_;
  Router router_;
  StaticFiles files_{{}};
  ServerOptions options_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Server> server_;
};

}  // namespace bedplate

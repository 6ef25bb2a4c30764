#include "connectors/mqtt/transport.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace bedplate::mqtt {
namespace {

namespace asio = boost::asio;

using asio::awaitable;
using ErrorValue = boost::system::error_code;
using Tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<Tcp::socket>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// A peer that acknowledges nothing for so long is gone, whatever the system's usual patience is.
constexpr int kUserTimeoutMs = 10'000;

Tcp::socket& SocketOf(Tcp::socket& socket) { return socket; }
Tcp::socket& SocketOf(TlsStream& stream) { return stream.next_layer(); }

/// Closes a socket when time is up, unless it goes out of scope before.
class Deadline {
 public:
  Deadline(Tcp::socket& socket, std::chrono::milliseconds patience)
      : timer_(socket.get_executor()), state_(std::make_shared<State>(State{&socket})) {
    timer_.expires_after(patience);
    timer_.async_wait([state = state_](const ErrorValue& error) {
      if (error || state->socket == nullptr) return;
      state->has_passed = true;
      ErrorValue ignored;  // closing is all that is left to do
      state->socket->close(ignored);
    });
  }
  ~Deadline() { state_->socket = nullptr; }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  [[nodiscard]] bool has_passed() const { return state_->has_passed; }

 private:
  struct State {
    Tcp::socket* socket;
    bool has_passed = false;
  };

  asio::steady_timer timer_;
  const std::shared_ptr<State> state_;
};

template <typename Stream>
class SocketTransport final : public Transport {
 public:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  explicit SocketTransport(asio::io_context& context)
    requires(!kIsTls)
      : resolver_(context), stream_(context) {}
  SocketTransport(asio::io_context& context, std::unique_ptr<asio::ssl::context> tls)
    requires(kIsTls)
      : resolver_(context), tls_(std::move(tls)), stream_(context, *tls_) {}

  awaitable<Status> Connect(const HostPort& address, std::chrono::milliseconds patience) override {
    const std::string where = fmt::format("{} port {}", address.host, address.port);
    const Deadline deadline(Socket(), patience);
    asio::steady_timer resolving(stream_.get_executor(), patience);
    resolving.async_wait([this](const ErrorValue& error) {
      if (!error) resolver_.cancel();
    });
    const auto [unresolved, found] = co_await resolver_.async_resolve(
        address.host, std::to_string(address.port), Tcp::resolver::numeric_service, kAwait);
    resolving.cancel();
    if (unresolved) co_return Failure("cannot find " + where, unresolved, deadline);
    const auto [unconnected, peer] = co_await asio::async_connect(Socket(), found, kAwait);
    if (unconnected) co_return Failure("cannot connect to " + where, unconnected, deadline);
    SetOptions();
    if constexpr (kIsTls) co_return co_await ShakeHands(address, where, deadline);
    co_return Status();
  }

  awaitable<Result<std::size_t>> Read(std::span<std::byte> out) override {
    const auto [error, size] =
        co_await stream_.async_read_some(asio::buffer(out.data(), out.size()), kAwait);
    if (!error) co_return size;
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
      co_return Error(ErrorCode::kUnavailable, "the server closed the connection");
    }
    co_return Error(ErrorCode::kUnavailable, "the connection broke: " + error.message());
  }

  awaitable<Status> Write(ByteView bytes, std::chrono::milliseconds patience) override {
    const Deadline deadline(Socket(), patience);
    const auto [error, size] =
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), kAwait);
    if (!error) co_return Status();
    co_return Failure("cannot send", error, deadline);
  }

  void Close() override {
    resolver_.cancel();
    ErrorValue ignored;  // closing is all that is left to do
    Socket().close(ignored);
  }

 private:
  Tcp::socket& Socket() { return SocketOf(stream_); }

  static Error Failure(const std::string& what, const ErrorValue& error, const Deadline& deadline) {
    if (deadline.has_passed()) return {ErrorCode::kDeadlineExceeded, what + ": it takes too long"};
    return {ErrorCode::kUnavailable, what + ": " + error.message()};
  }

  void SetOptions() {
    ErrorValue ignored;  // without them it is slower, and notices a dead peer later
    Socket().set_option(Tcp::no_delay(true), ignored);
    ::setsockopt(Socket().native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs,
                 sizeof(kUserTimeoutMs));
  }

  awaitable<Status> ShakeHands(const HostPort& address, const std::string& where,
                               const Deadline& deadline)
    requires(kIsTls)
  {
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(asio::ssl::host_name_verification(address.host));
    std::string name =
        address.host;  // what the macro SSL_set_tlsext_host_name does, without its cast
    SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             name.data());
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (!error) co_return Status();
    const long verdict = SSL_get_verify_result(stream_.native_handle());
    if (verdict != X509_V_OK) {
      co_return Error(ErrorCode::kPermissionDenied,
                      fmt::format("the certificate of {} is not trusted: {}", where,
                                  X509_verify_cert_error_string(verdict)));
    }
    co_return Failure("TLS with " + where, error, deadline);
  }

  Tcp::resolver resolver_;
  const std::unique_ptr<asio::ssl::context> tls_;
  Stream stream_;
};

Error Unreadable(std::string_view what, const ErrorValue& error) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("{} does not read as PEM: {}", what, error.message())};
}

Status Load(const TlsOptions& options, asio::ssl::context& context) {
  ErrorValue error;
  if (options.authorities.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.add_certificate_authority(asio::buffer(options.authorities), error);
  }
  if (error) return Unreadable("the certificate of the authority", error);
  if (options.certificate.empty()) return {};
  context.use_certificate_chain(asio::buffer(options.certificate), error);
  if (error) return Unreadable("the client's certificate", error);
  context.use_private_key(asio::buffer(options.key), asio::ssl::context::pem, error);
  if (error) return Unreadable("the client's key", error);
  return {};
}

}  // namespace

std::unique_ptr<Transport> MakeTcpTransport(asio::io_context& context) {
  return std::make_unique<SocketTransport<Tcp::socket>>(context);
}

Result<std::unique_ptr<Transport>> MakeTlsTransport(asio::io_context& context,
                                                    const TlsOptions& options) {
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  RETURN_IF_ERROR(Load(options, *tls));
  return std::unique_ptr<Transport>(
      std::make_unique<SocketTransport<TlsStream>>(context, std::move(tls)));
}

}  // namespace bedplate::mqtt

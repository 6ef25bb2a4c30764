#include "api/transport.h"

#include <poll.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <type_traits>
#include <utility>

namespace bedplate {
namespace {

namespace asio = boost::asio;

using asio::awaitable;
using ErrorValue = boost::system::error_code;
using TcpSocket = asio::ip::tcp::socket;
using LocalSocket = asio::local::stream_protocol::socket;
using TlsStream = asio::ssl::stream<TcpSocket>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

TcpSocket& SocketOf(TcpSocket& socket) { return socket; }
LocalSocket& SocketOf(LocalSocket& socket) { return socket; }
TcpSocket& SocketOf(TlsStream& stream) { return stream.next_layer(); }

/// A stream with a deadline. When it passes, operations are cancelled but the socket stays open, so
/// that the peer can still be told why.
template <typename Stream>
struct TimedStream {
  template <typename... Arguments>
  explicit TimedStream(Arguments&&... arguments)
      : stream(std::forward<Arguments>(arguments)...), timer(stream.get_executor()) {}

  Stream stream;
  asio::steady_timer timer;
  bool expired = false;
};

template <typename Stream>
class SocketTransport final : public Transport {
 public:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  template <typename... Arguments>
  explicit SocketTransport(Arguments&&... arguments)
      : timed_(std::make_shared<TimedStream<Stream>>(std::forward<Arguments>(arguments)...)) {}

  asio::any_io_executor executor() override { return timed_->stream.get_executor(); }

  void ExpiresAfter(std::chrono::milliseconds time) override {
    timed_->expired = false;
    timed_->timer.expires_after(time);
    timed_->timer.async_wait([weak = std::weak_ptr(timed_)](const ErrorValue& error) {
      const auto timed = weak.lock();
      // A later deadline may have been set after this one had passed already.
      if (error || !timed || timed->timer.expiry() > asio::steady_timer::clock_type::now()) return;
      timed->expired = true;
      ErrorValue ignored;  // a closed socket has nothing to cancel
      SocketOf(timed->stream).cancel(ignored);
    });
  }

  awaitable<Status> Handshake() override {
    if constexpr (kIsTls) {
      const auto [error] =
          co_await timed_->stream.async_handshake(asio::ssl::stream_base::server, kAwait);
      if (error) co_return ErrorOf(error);
    }
    co_return Status();
  }

  awaitable<Result<std::size_t>> ReadSome(std::span<char> out) override {
    if (timed_->expired) co_return ErrorOf(asio::error::operation_aborted);
    const auto [error, size] =
        co_await timed_->stream.async_read_some(asio::buffer(out.data(), out.size()), kAwait);
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
      co_return std::size_t{0};
    }
    if (error) co_return ErrorOf(error);
    co_return size;
  }

  awaitable<Status> Write(std::string_view first, std::string_view second) override {
    if (timed_->expired) co_return ErrorOf(asio::error::operation_aborted);
    const std::array<asio::const_buffer, 2> pieces = {asio::buffer(first), asio::buffer(second)};
    const auto [error, size] = co_await asio::async_write(timed_->stream, pieces, kAwait);
    if (error) co_return ErrorOf(error);
    co_return Status();
  }

  awaitable<void> ShutdownSend() override {
    if constexpr (kIsTls) co_await timed_->stream.async_shutdown(kAwait);
    ErrorValue ignored;  // the peer may have been faster
    Socket().shutdown(asio::socket_base::shutdown_send, ignored);
  }

  bool PeerGone() override {
    pollfd state{.fd = Socket().native_handle(), .events = POLLRDHUP, .revents = 0};
    return poll(&state, 1, 0) == 1;
  }

  void Abort() override {
    ErrorValue ignored;  // closing is all that is left to do
    Socket().close(ignored);
  }

 private:
  auto& Socket() { return SocketOf(timed_->stream); }

  Error ErrorOf(const ErrorValue& error) const {
    if (timed_->expired) return {ErrorCode::kDeadlineExceeded, "the peer was too slow"};
    return {ErrorCode::kCancelled, "the connection ended: " + error.message()};
  }

  const std::shared_ptr<TimedStream<Stream>> timed_;
};

}  // namespace

std::unique_ptr<Transport> MakeTransport(TcpSocket socket) {
  return std::make_unique<SocketTransport<TcpSocket>>(std::move(socket));
}

std::unique_ptr<Transport> MakeTransport(LocalSocket socket) {
  return std::make_unique<SocketTransport<LocalSocket>>(std::move(socket));
}

std::unique_ptr<Transport> MakeTransport(TcpSocket socket, TlsContext& tls) {
  return std::make_unique<SocketTransport<TlsStream>>(std::move(socket), tls.context());
}

}  // namespace bedplate

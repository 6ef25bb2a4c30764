#include "api/listener.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "api/unix_path.h"

namespace bedplate {
namespace {

namespace asio = boost::asio;

using asio::awaitable;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using ErrorValue = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kPauseAfterError{100};  // no descriptors, no memory

Error ErrorOf(const ErrorValue& error, const std::string& where) {
  ErrorCode code = ErrorCode::kIo;
  if (error == asio::error::address_in_use) code = ErrorCode::kConflict;
  if (error == asio::error::access_denied) code = ErrorCode::kPermissionDenied;
  return Error(code, error.message()).At(where);
}

// IPv4 callers of an IPv6 socket come as ::ffff:a.b.c.d; to everybody else they are a.b.c.d.
asio::ip::address Unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

Peer PeerOf(const Tcp::socket& socket, bool secure) {
  ErrorValue error;
  const auto address = Unmapped(socket.remote_endpoint(error).address());
  // A peer that left already still must not look like the local socket, whose address is empty.
  return {.address = error ? "unknown" : address.to_string(),
          .is_loopback = !error && address.is_loopback(),
          .secure = secure};
}

/// Accepts sockets of one protocol on a strand of its own and starts their connections.
template <typename Protocol>
class SocketListener : public Listener {
 public:
  using Socket = typename Protocol::socket;

  SocketListener(asio::io_context& io, ServerContext& context, ConnectionSet& connections)
      : io_(io), acceptor_(asio::make_strand(io)), context_(context), connections_(connections) {}

  void Accept() override { asio::co_spawn(acceptor_.get_executor(), AcceptAll(), asio::detached); }

  void Close() override {
    asio::post(acceptor_.get_executor(), [this] {
      ErrorValue ignored;  // closing is all that is left to do
      acceptor_.close(ignored);
    });
  }

 protected:
  virtual std::unique_ptr<Transport> Wrap(Socket socket) = 0;
  virtual Peer Describe(const Socket& socket) const = 0;

  typename Protocol::acceptor& acceptor() { return acceptor_; }
  const typename Protocol::acceptor& acceptor() const { return acceptor_; }

 private:
  awaitable<void> AcceptAll() {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(io_), kAwait);
      if (!error) {
        Welcome(std::move(socket));
      } else if (acceptor_.is_open()) {
        spdlog::warn("{}: accepting a connection: {}", url(), error.message());
        asio::steady_timer pause(acceptor_.get_executor(), kPauseAfterError);
        co_await pause.async_wait(kAwait);
      }
    }
  }

  void Welcome(Socket socket) {
    const Peer peer = Describe(socket);
    const bool is_local = peer.address.empty();
    if (!connections_.HasRoom(is_local)) return TurnAway(std::move(socket));
    const auto executor = socket.get_executor();
    const auto connection =
        std::make_shared<Connection>(context_, connections_, Wrap(std::move(socket)), peer);
    connections_.Add(connection, is_local);
    asio::co_spawn(executor, connection->Run(),
                   [this, connection](const std::exception_ptr& thrown) {
                     if (thrown) LogBug(thrown);
                     connections_.Remove(connection);
                   });
  }

  // Without waiting: whoever fills the connections must not get more of our time.
  static void TurnAway(Socket socket) {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    ErrorValue ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kAnswer), ignored);
  }

  static void LogBug(const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      spdlog::error("connection: {}", error.what());
    }
  }

  asio::io_context& io_;
  typename Protocol::acceptor acceptor_;
  ServerContext& context_;
  ConnectionSet& connections_;
};

class TcpListener final : public SocketListener<Tcp> {
 public:
  TcpListener(asio::io_context& io, ServerContext& context, ConnectionSet& connections,
              TlsContext* tls)
      : SocketListener(io, context, connections), tls_(tls) {}

  Status Open(const ListenAddress& address) {
    ErrorValue error;
    const Tcp::endpoint endpoint(asio::ip::make_address(address.ip, error), address.port);
    if (!error) acceptor().open(endpoint.protocol(), error);
    if (!error) acceptor().set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor().bind(endpoint, error);
    if (!error) acceptor().listen(asio::socket_base::max_listen_connections, error);
    if (error) return ErrorOf(error, "listen address " + address.ToString());
    bound_ = address;
    bound_.port = acceptor().local_endpoint().port();
    return {};
  }

  std::string url() const override {
    return (tls_ == nullptr ? "http://" : "https://") + bound_.ToString();
  }

 private:
  std::unique_ptr<Transport> Wrap(Tcp::socket socket) override {
    ErrorValue ignored;  // only latency is at stake
    socket.set_option(Tcp::no_delay(true), ignored);
    return tls_ == nullptr ? MakeTransport(std::move(socket))
                           : MakeTransport(std::move(socket), *tls_);
  }

  Peer Describe(const Tcp::socket& socket) const override {
    return PeerOf(socket, tls_ != nullptr);
  }

  TlsContext* tls_;
  ListenAddress bound_;
};

class UnixListener final : public SocketListener<Local> {
 public:
  UnixListener(asio::io_context& io, ServerContext& context, ConnectionSet& connections,
               UnixPath path)
      : SocketListener(io, context, connections), path_(std::move(path)) {}
  ~UnixListener() override {
    if (bound_) unlink(path_.usable().c_str());
  }

  Status Open(const std::string& shown_path) {
    RETURN_IF_ERROR(RemoveDeadSocket(shown_path));
    ErrorValue error;
    acceptor().open(Local(), error);
    // Linux gives the file the mode that the socket has, so it is never open to others.
    if (!error && fchmod(acceptor().native_handle(), S_IRUSR | S_IWUSR) != 0) {
      error = ErrorValue(errno, boost::system::system_category());
    }
    if (!error) acceptor().bind(Local::endpoint(path_.usable()), error);
    if (error) return ErrorOf(error, shown_path);
    bound_ = true;
    acceptor().listen(asio::socket_base::max_listen_connections, error);
    if (error) return ErrorOf(error, shown_path);
    return {};
  }

  std::string url() const override { return {}; }

 private:
  Status RemoveDeadSocket(const std::string& shown_path) {
    struct stat state{};
    if (lstat(path_.usable().c_str(), &state) != 0) return {};
    if (!S_ISSOCK(state.st_mode)) {
      return Error(ErrorCode::kConflict, "expected a socket or nothing, got another file")
          .At(shown_path);
    }
    ErrorValue error;
    Local::socket probe(acceptor().get_executor());
    probe.connect(Local::endpoint(path_.usable()), error);
    if (!error) {
      return Error(ErrorCode::kConflict, "another server listens here").At(shown_path);
    }
    unlink(path_.usable().c_str());
    return {};
  }

  std::unique_ptr<Transport> Wrap(Local::socket socket) override {
    return MakeTransport(std::move(socket));
  }
  Peer Describe(const Local::socket&) const override { return {}; }

  const UnixPath path_;
  bool bound_ = false;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::OpenTcp(asio::io_context& io,
                                                    const ListenAddress& address,
                                                    ServerContext& context,
                                                    ConnectionSet& connections, TlsContext* tls) {
  auto listener = std::make_unique<TcpListener>(io, context, connections, tls);
  RETURN_IF_ERROR(listener->Open(address));
  return std::unique_ptr<Listener>(std::move(listener));
}

Result<std::unique_ptr<Listener>> Listener::OpenUnix(asio::io_context& io, const std::string& path,
                                                     ServerContext& context,
                                                     ConnectionSet& connections) {
  ASSIGN_OR_RETURN(UnixPath usable, UnixPath::Open(path));
  auto listener = std::make_unique<UnixListener>(io, context, connections, std::move(usable));
  RETURN_IF_ERROR(listener->Open(path));
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace bedplate

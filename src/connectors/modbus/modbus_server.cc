#include "connectors/modbus/modbus_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <thread>
#include <utility>

#include "base/check.h"

namespace bedplate::modbus {
namespace {

namespace asio = boost::asio;

using asio::awaitable;
using Fault = AnswerManner::Fault;
using ErrorValue = boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kPauseAfterError{100};  // no descriptors, no memory
constexpr std::size_t kUnitAt = kHeadBytes - 1;

Error ErrorOf(const ErrorValue& error, const std::string& where) {
  ErrorCode code = ErrorCode::kIo;
  if (error == asio::error::address_in_use) code = ErrorCode::kConflict;
  if (error == asio::error::access_denied) code = ErrorCode::kPermissionDenied;
  if (error == asio::error::invalid_argument) code = ErrorCode::kInvalidArgument;
  return Error(code, error.message()).At(where);
}

/// The counts of a server, which outlive its connections.
struct Counts {
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> requests = 0;
};

/// Answers one client.
class Service {
 public:
  Service(Tcp::socket socket, ServedDevice& device, Counts& counts)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        device_(device),
        counts_(counts) {}

  awaitable<void> Run() {
    while (is_open_) {
      const auto frame = stream_.Next();
      if (!frame.ok()) co_return;  // the client does not speak Modbus
      if (*frame) {
        co_await Answer(**frame);
      } else {
        co_await Receive();
      }
    }
  }

 private:
  awaitable<void> Receive() {
    const auto space = stream_.Space();
    const auto [error, count] =
        co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), kAwait);
    if (error) {
      is_open_ = false;
    } else {
      stream_.Filled(count);
    }
  }

  awaitable<void> Answer(Frame frame) {
    ++counts_.requests;
    Bytes answer;
    AnswerManner manner;
    const auto request = DecodeRequest(frame);
    if (const auto* const read = std::get_if<ReadRequest>(&request)) {
      manner = device_.MannerOf(*read);
      Encode(frame, *read, answer);
    } else {
      EncodeException(frame, std::get<ExceptionCode>(request), answer);
    }
    if (manner.delay.count() > 0 && manner.fault != Fault::kTrickle) co_await Pause(manner.delay);
    co_await Give(std::move(answer), manner);
  }

  void Encode(const Frame& frame, const ReadRequest& request, Bytes& answer) {
    const auto content = device_.Read(request);
    if (const auto* const data = std::get_if<Bytes>(&content)) {
      EncodeAnswer(frame.transaction, request, *data, answer);
    } else {
      EncodeException(frame, std::get<ExceptionCode>(content), answer);
    }
  }

  awaitable<void> Give(Bytes answer, AnswerManner manner) {
    switch (manner.fault) {
      case Fault::kNone: break;
      case Fault::kSilence: co_return;
      case Fault::kLate: late_ = std::move(answer); co_return;
      case Fault::kTwice: PutBytes(answer, Bytes(answer)); break;
      case Fault::kWrongTransaction: answer[0] ^= std::byte{0x80}; break;
      case Fault::kWrongUnit: answer[kUnitAt] = std::byte{77}; break;
      case Fault::kNotModbus: std::ranges::fill(answer, std::byte{'?'}); break;
      case Fault::kCut: answer.resize(answer.size() / 2); break;
      case Fault::kTrickle: co_await Trickle(answer, manner.delay); co_return;
      case Fault::kReset: Reset(); co_return;
    }
    late_.insert(late_.end(), answer.begin(), answer.end());
    co_await Send(std::exchange(late_, {}));
    if (manner.fault == Fault::kCut) is_open_ = false;
  }

  awaitable<void> Send(Bytes bytes) {
    const auto [error, count] =
        co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), kAwait);
    if (error) is_open_ = false;
  }

  awaitable<void> Trickle(Bytes answer, std::chrono::milliseconds pause) {
    for (std::size_t i = 0; i < answer.size() && is_open_; ++i) {
      co_await Pause(pause);
      co_await Send(Bytes(1, answer[i]));
    }
  }

  awaitable<void> Pause(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    co_await timer_.async_wait(kAwait);
  }

  void Reset() {
    ErrorValue ignored;  // it is given up in any case
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
    is_open_ = false;
  }

  Tcp::socket socket_;
  asio::steady_timer timer_;
  ServedDevice& device_;
  Counts& counts_;
  FrameStream stream_;
  Bytes late_;
  bool is_open_ = true;
};

awaitable<void> RunService(std::unique_ptr<Service> service) { co_await service->Run(); }

awaitable<void> AcceptAll(std::unique_ptr<Tcp::acceptor> acceptor, ServedDevice& device,
                          Counts& counts) {
  const auto executor = acceptor->get_executor();
  while (true) {
    auto [error, socket] = co_await acceptor->async_accept(kAwait);
    if (error) {
      asio::steady_timer pause(executor, kPauseAfterError);
      co_await pause.async_wait(kAwait);
      continue;
    }
    ++counts.connections;
    ErrorValue ignored;  // only latency is at stake
    socket.set_option(Tcp::no_delay(true), ignored);
    asio::co_spawn(executor,
                   RunService(std::make_unique<Service>(std::move(socket), device, counts)),
                   asio::detached);
  }
}

}  // namespace

class ModbusServer::Loop {
 public:
  Loop() : work_(io_.get_executor()), thread_([this] { io_.run(); }) {}
  ~Loop() {
    io_.stop();
    thread_.join();
  }

  Result<std::uint16_t> Serve(const std::string& ip, std::uint16_t port, ServedDevice& device) {
    const std::string where = fmt::format("{} port {}", ip, port);
    ErrorValue error;
    const Tcp::endpoint endpoint(asio::ip::make_address(ip, error), port);
    if (error) return ErrorOf(error, where);
    auto acceptor = std::make_unique<Tcp::acceptor>(io_);
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) return ErrorOf(error, where);
    const std::uint16_t bound = acceptor->local_endpoint().port();
    asio::co_spawn(io_, AcceptAll(std::move(acceptor), device, counts), asio::detached);
    return bound;
  }

  Counts counts;

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;  // last: it runs what stands above
};

ModbusServer::ModbusServer() : loop_(std::make_unique<Loop>()) {}
ModbusServer::~ModbusServer() = default;

Result<std::uint16_t> ModbusServer::Serve(const std::string& ip, std::uint16_t port,
                                          ServedDevice& device) {
  return loop_->Serve(ip, port, device);
}

std::uint64_t ModbusServer::connections() const noexcept { return loop_->counts.connections; }
std::uint64_t ModbusServer::requests() const noexcept { return loop_->counts.requests; }

}  // namespace bedplate::modbus

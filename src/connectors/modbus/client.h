#pragma once

// Inside this folder only: needs Boost.Asio.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "connectors/modbus/endpoint.h"
#include "connectors/modbus/frame.h"

namespace bedplate::modbus {

/// One connection with one request under way, since many controllers take no more. For one
/// coroutine at a time; everything it waits for has a limit.
class Client {
 public:
  /// After so many requests in a row without an answer the connection is given up.
  static constexpr int kMostTimeouts = 3;
  /// So long, and for so many requests, an answer may be late.
  static constexpr std::chrono::seconds kLateness{60};
  static constexpr std::size_t kMostLate = 64;

  /// `clock` must outlive it.
  Client(const boost::asio::any_io_executor& executor, Endpoint endpoint, const Clock& clock);

  /// Errors: kUnavailable when there is nobody, kDeadlineExceeded.
  boost::asio::awaitable<Status> Connect(std::chrono::nanoseconds timeout);
  [[nodiscard]] bool connected() const { return is_connected_; }
  void Close();

  /// The answer; data are valid until the next call. Errors: kDeadlineExceeded when none came in
  /// time, which leaves the connection open, so that an answer that is only late does no harm;
  /// kUnavailable and kCorruption when the connection was lost or closed over what came.
  boost::asio::awaitable<Result<std::variant<Data, ExceptionCode>>> Read(
      ReadRequest request, std::chrono::nanoseconds timeout);

  [[nodiscard]] std::uint64_t late_answers() const noexcept { return late_answers_; }
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return bytes_received_; }

 private:
  struct Unanswered {
    std::uint16_t transaction = 0;
    std::chrono::nanoseconds until{0};
  };

  class Deadline;

  boost::asio::awaitable<Status> TryToConnect(const Deadline& deadline);
  boost::asio::awaitable<Result<std::vector<boost::asio::ip::tcp::endpoint>>> Resolve();
  boost::asio::awaitable<Status> Send(std::uint16_t transaction, ReadRequest request,
                                      const Deadline& deadline);
  boost::asio::awaitable<Result<Frame>> AwaitFrame(std::uint16_t transaction,
                                                   const Deadline& deadline);
  boost::asio::awaitable<boost::system::error_code> Receive();
  bool ForgetUnanswered(std::uint16_t transaction);
  Error TimedOut(std::uint16_t transaction);
  Error Lost(const boost::system::error_code& error);
  Error Unasked(std::uint16_t transaction, std::uint16_t got);

  const Endpoint endpoint_;
  const Clock& clock_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  FrameStream stream_;
  std::deque<Unanswered> unanswered_;
  std::uint16_t last_transaction_ = 0;
  int timeouts_in_a_row_ = 0;
  bool is_connected_ = false;
  std::uint64_t late_answers_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace bedplate::modbus

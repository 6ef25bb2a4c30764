#include "connectors/modbus/client.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace bedplate::modbus {
namespace {

namespace asio = boost::asio;

using asio::awaitable;
using ErrorValue = boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace

/// Ends what is under way when the time is over.
class Client::Deadline {
 public:
  Deadline(const asio::any_io_executor& executor, std::chrono::nanoseconds time,
           std::function<void()> end)
      : timer_(executor, time), has_passed_(std::make_shared<bool>(false)) {
    timer_.async_wait(
        [end = std::move(end), weak = std::weak_ptr(has_passed_)](const ErrorValue& error) {
          const auto has_passed = weak.lock();
          if (error || !has_passed) return;  // this object is gone, and what it watched is done
          *has_passed = true;
          end();
        });
  }

  /// To be asked before anything new is begun, since it ends only what was under way.
  [[nodiscard]] bool has_passed() const { return *has_passed_; }

 private:
  asio::steady_timer timer_;
  const std::shared_ptr<bool> has_passed_;
};

namespace {

std::string Shown(const ErrorValue& error) {
  if (error == asio::error::eof) return "the device closed the connection";
  return error.message();
}

}  // namespace

Client::Client(const asio::any_io_executor& executor, Endpoint endpoint, const Clock& clock)
    : endpoint_(std::move(endpoint)), clock_(clock), resolver_(executor), socket_(executor) {}

awaitable<Status> Client::Connect(std::chrono::nanoseconds timeout) {
  Close();
  const Deadline deadline(socket_.get_executor(), timeout, [this] {
    resolver_.cancel();
    ErrorValue ignored;  // closing ends the attempts at all addresses, as cancelling would not
    socket_.close(ignored);
  });
  const Status connected = co_await TryToConnect(deadline);
  is_connected_ = connected.ok() && !deadline.has_passed();
  if (is_connected_) co_return Status();
  Close();
  if (!deadline.has_passed()) co_return connected;
  co_return Error(ErrorCode::kDeadlineExceeded, "nothing answers at this address");
}

awaitable<Status> Client::TryToConnect(const Deadline& deadline) {
  const auto addresses = co_await Resolve();
  if (!addresses.ok()) co_return addresses.error();
  if (deadline.has_passed()) co_return Status();  // whoever waits for it knows
  const auto [error, address] = co_await asio::async_connect(socket_, *addresses, kAwait);
  if (error) co_return Error(ErrorCode::kUnavailable, Shown(error));
  ErrorValue ignored;  // only latency is at stake
  socket_.set_option(Tcp::no_delay(true), ignored);
  co_return Status();
}

awaitable<Result<std::vector<Tcp::endpoint>>> Client::Resolve() {
  std::vector<Tcp::endpoint> addresses;
  ErrorValue no_address;
  const auto address = asio::ip::make_address(endpoint_.host, no_address);
  if (!no_address) {
    addresses.emplace_back(address, endpoint_.port);
    co_return addresses;
  }
  const auto [error, found] = co_await resolver_.async_resolve(
      endpoint_.host, std::to_string(endpoint_.port), Tcp::resolver::numeric_service, kAwait);
  if (error) co_return Error(ErrorCode::kUnavailable, error.message());
  for (const auto& entry : found) addresses.push_back(entry.endpoint());
  co_return addresses;
}

void Client::Close() {
  ErrorValue ignored;  // closing is all that is left to do
  socket_.close(ignored);
  stream_ = FrameStream();
  unanswered_.clear();
  timeouts_in_a_row_ = 0;
  is_connected_ = false;
}

awaitable<Result<std::variant<Data, ExceptionCode>>> Client::Read(
    ReadRequest request, std::chrono::nanoseconds timeout) {
  if (!is_connected_) co_return Error(ErrorCode::kUnavailable, "not connected");
  const std::uint16_t transaction = ++last_transaction_;
  ForgetUnanswered(transaction);
  const Deadline deadline(socket_.get_executor(), timeout, [this] {
    ErrorValue ignored;  // a socket that is closed has nothing to cancel
    socket_.cancel(ignored);
  });
  const Status sent = co_await Send(transaction, request, deadline);
  if (!sent.ok()) co_return sent.error();
  const Result<Frame> frame = co_await AwaitFrame(transaction, deadline);
  if (!frame.ok()) co_return frame.error();
  timeouts_in_a_row_ = 0;
  auto answer = DecodeAnswer(*frame, request);
  if (!answer.ok()) Close();
  co_return answer;
}

awaitable<Status> Client::Send(std::uint16_t transaction, ReadRequest request,
                               const Deadline& deadline) {
  Bytes bytes;
  EncodeRequest(transaction, request, bytes);
  const auto [error, count] =
      co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), kAwait);
  if (!error) co_return Status();
  Close();  // a request that is half sent cannot be taken back
  co_return Error(ErrorCode::kUnavailable,
                  deadline.has_passed() ? "the device takes no requests" : Shown(error));
}

awaitable<Result<Frame>> Client::AwaitFrame(std::uint16_t transaction, const Deadline& deadline) {
  while (true) {
    const auto frame = stream_.Next();
    if (!frame.ok()) {
      Close();
      co_return frame.error();
    }
    if (!*frame) {
      if (deadline.has_passed()) co_return TimedOut(transaction);
      const ErrorValue error = co_await Receive();
      if (error && !deadline.has_passed()) co_return Lost(error);
      continue;
    }
    const std::uint16_t got = (*frame)->transaction;
    if (got == transaction) co_return **frame;
    if (!ForgetUnanswered(got)) co_return Unasked(transaction, got);
    ++late_answers_;
  }
}

awaitable<ErrorValue> Client::Receive() {
  const auto space = stream_.Space();
  const auto [error, count] =
      co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), kAwait);
  stream_.Filled(count);
  bytes_received_ += count;
  co_return error;
}

Error Client::TimedOut(std::uint16_t transaction) {
  const auto now = clock_.Monotonic();
  while (!unanswered_.empty() &&
         (unanswered_.front().until <= now || unanswered_.size() >= kMostLate)) {
    unanswered_.pop_front();
  }
  unanswered_.push_back({transaction, now + kLateness});
  if (++timeouts_in_a_row_ >= kMostTimeouts) Close();
  return {ErrorCode::kDeadlineExceeded, "no answer in time"};
}

bool Client::ForgetUnanswered(std::uint16_t transaction) {
  return std::erase_if(unanswered_,
                       [&](const Unanswered& each) { return each.transaction == transaction; }) > 0;
}

Error Client::Lost(const ErrorValue& error) {
  Close();
  return {ErrorCode::kUnavailable, Shown(error)};
}

Error Client::Unasked(std::uint16_t transaction, std::uint16_t got) {
  Close();
  return {ErrorCode::kCorruption,
          fmt::format("expected an answer to transaction {}, got one to {}, which nobody asked for",
                      transaction, got)};
}

}  // namespace bedplate::modbus

#include "connectors/modbus/poller.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace bedplate::modbus {
namespace {

namespace asio = boost::asio;

using asio::awaitable;

/// The device says that it has not what was asked, as it was asked.
bool IsRefusal(ExceptionCode code) {
  return code == ExceptionCode::kIllegalFunction || code == ExceptionCode::kIllegalAddress ||
         code == ExceptionCode::kIllegalValue;
}

/// A gateway says that nobody is there.
bool IsSilence(ExceptionCode code) {
  return code == ExceptionCode::kGatewayPathUnavailable ||
         code == ExceptionCode::kGatewayTargetSilent;
}

Error ErrorOf(ExceptionCode code) { return {ErrorCode::kUnavailable, ExceptionText(code)}; }

}  // namespace

Poller::Poller(const asio::any_io_executor& executor, PollContext context, DeviceReads& reads,
               PollCounts& counts, std::uint64_t seed)
    : context_(std::move(context)),
      reads_(reads),
      counts_(counts),
      name_(FormatEndpoint(reads.endpoint())),
      client_(executor, reads.endpoint(), context_.clock),
      timer_(executor),
      backoff_(seed) {
  const auto now = context_.clock.Monotonic();
  for (std::size_t i = 0; i < reads_.size(); ++i) {
    schedule_.Add(now + reads_.PhaseOf(i), reads_.IntervalOf(i));
  }
  for (const std::uint8_t unit : reads_.Units()) units_.emplace(unit, Unit());
}

awaitable<void> Poller::Run() {
  while (true) {
    if (!client_.connected()) {
      co_await Connect();
      continue;
    }
    const Schedule::Moment next = schedule_.Next();
    const auto wait = next.at - context_.clock.Monotonic();
    if (wait.count() > 0) co_await Sleep(wait);
    counts_.skipped += schedule_.Begin(next.task, context_.clock.Monotonic());
    co_await Poll(next.task);
  }
}

awaitable<void> Poller::Connect() {
  if (const auto lost = std::exchange(lost_, std::nullopt)) {
    co_await Sleep(backoff_.Next(*lost));
  }
  const Status connected = co_await client_.Connect(kConnectTimeout);
  has_answered_ = false;
  if (connected.ok()) {
    ++counts_.connections;
  } else {
    lost_ = connected.error();
    NoteFailure(*lost_);
  }
}

awaitable<void> Poller::Sleep(std::chrono::nanoseconds time) {
  timer_.expires_after(time);
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

awaitable<void> Poller::Poll(std::size_t read) {
  const auto now = context_.clock.Monotonic();
  if (reads_.IsWaiting(read, now)) co_return;
  const std::uint8_t unit = reads_.RequestOf(read).unit;
  if (units_[unit].watch.MayAsk(now) && context_.port.HasRoom()) {
    co_await Ask(read, unit);
  } else {
    ++counts_.skipped;
  }
}

awaitable<void> Poller::Ask(std::size_t read, std::uint8_t unit) {
  const auto answer = co_await client_.Read(reads_.RequestOf(read), context_.timeout);
  counts_.late_answers +=
      client_.late_answers() - std::exchange(late_before_, client_.late_answers());
  if (!answer.ok()) {
    TakeFailure(read, unit, answer.error());
  } else if (const auto* const data = std::get_if<Data>(&*answer)) {
    TakeData(read, unit, *data);
  } else {
    TakeException(read, unit, std::get<ExceptionCode>(*answer));
  }
  Deliver();
}

void Poller::TakeData(std::size_t read, std::uint8_t unit, Data data) {
  ++counts_.answers;
  NoteAnswer();
  units_[unit].watch.Answered();
  NoteUnit(unit, Status());
  reads_.Take(read, data, context_.clock.Now(), context_.batcher);
}

void Poller::TakeException(std::size_t read, std::uint8_t unit, ExceptionCode code) {
  ++counts_.exceptions;
  context_.port.Alive();
  if (IsSilence(code)) return NoteSilence(unit, ErrorOf(code));
  NoteAnswer();
  units_[unit].watch.Answered();
  if (!IsRefusal(code)) return NoteUnit(unit, ErrorOf(code));  // busy, broken: until it is not
  const auto now = context_.clock.Monotonic();
  if (const auto other = reads_.Refused(read, code, now, context_.batcher)) {
    schedule_.Hurry(read, now);
    schedule_.Add(now, reads_.IntervalOf(*other));
  }
}

void Poller::TakeFailure(std::size_t read, std::uint8_t unit, const Error& error) {
  if (error.code() == ErrorCode::kDeadlineExceeded) {
    ++counts_.timeouts;
    if (!client_.connected()) lost_ = error;
    return NoteSilence(unit, error);
  }
  ++counts_.connections_lost;
  lost_ = error;
  // A device that closes an idle connection is no trouble; one that closes without any answer is.
  if (has_answered_) {
    RepeatOnce(read);
  } else {
    NoteFailure(error);
  }
}

/// Asks on the next connection without waiting for the next moment, which may be an hour away; but
/// not again and again what makes a device close.
void Poller::RepeatOnce(std::size_t read) {
  if (repeated_ == read) {
    repeated_.reset();
  } else {
    repeated_ = read;
    schedule_.Hurry(read, context_.clock.Monotonic());
  }
}

void Poller::NoteSilence(std::uint8_t unit, const Error& error) {
  UnitWatch& watch = units_[unit].watch;
  watch.Silent(context_.clock.Monotonic());
  if (!watch.is_down()) return;
  NoteUnit(unit, error);
  if (AreAllUnitsDown()) NoteFailure(error);
}

void Poller::NoteAnswer() {
  has_answered_ = true;
  backoff_.Succeeded();
  if (std::exchange(is_failing_, false)) context_.port.NotePart(name_, Status());
  context_.on_answer();
}

void Poller::NoteFailure(const Error& error) {
  is_failing_ = true;
  context_.port.NotePart(name_, error);
  context_.on_failure(Error(error).At(name_));
}

void Poller::NoteUnit(std::uint8_t unit, Status status) {
  Unit& known = units_[unit];
  if (status.ok() && !known.is_failing) return;
  known.is_failing = !status.ok();
  context_.port.NotePart(fmt::format("{} unit {}", name_, unit), std::move(status));
}

bool Poller::AreAllUnitsDown() const {
  return std::ranges::all_of(units_, [](const auto& unit) { return unit.second.watch.is_down(); });
}

void Poller::Deliver() {
  if (context_.batcher.empty()) return;
  Delivery delivery = context_.batcher.Take();
  delivery.bytes =
      client_.bytes_received() - std::exchange(bytes_before_, client_.bytes_received());
  context_.port.Deliver(std::move(delivery));
}

}  // namespace bedplate::modbus

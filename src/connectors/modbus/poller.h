#pragma once

// Inside this folder only: needs Boost.Asio.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "connectors/modbus/client.h"
#include "connectors/modbus/device_reads.h"
#include "connectors/modbus/poll_counts.h"
#include "connectors/modbus/schedule.h"
#include "connectors/modbus/unit_watch.h"
#include "ingest/backoff.h"
#include "ingest/source.h"

namespace bedplate::modbus {

/// What all pollers of a source use; on one thread.
struct PollContext {
  SourcePort& port;
  const Clock& clock;
  ReadingBatcher& batcher;
  std::chrono::nanoseconds timeout{0};  // for the answer of a unit
  /// Something behind the endpoint answered, or nothing does any more.
  std::function<void()> on_answer;
  std::function<void(const Error& error)> on_failure;
};

/// Reads one endpoint in its rhythm, for ever.
class Poller {
 public:
  static constexpr std::chrono::seconds kConnectTimeout{5};

  /// What is referred to must outlive it. `seed`: of the pauses between attempts to connect.
  Poller(const boost::asio::any_io_executor& executor, PollContext context, DeviceReads& reads,
         PollCounts& counts, std::uint64_t seed);

  boost::asio::awaitable<void> Run();

 private:
  struct Unit {
    UnitWatch watch;
    bool is_failing = false;  // as the port was told
  };

  boost::asio::awaitable<void> Connect();
  boost::asio::awaitable<void> Sleep(std::chrono::nanoseconds time);
  boost::asio::awaitable<void> Poll(std::size_t read);
  boost::asio::awaitable<void> Ask(std::size_t read, std::uint8_t unit);

  void TakeData(std::size_t read, std::uint8_t unit, Data data);
  void TakeException(std::size_t read, std::uint8_t unit, ExceptionCode code);
  void TakeFailure(std::size_t read, std::uint8_t unit, const Error& error);
  void RepeatOnce(std::size_t read);
  void NoteSilence(std::uint8_t unit, const Error& error);
  void NoteAnswer();
  void NoteFailure(const Error& error);
  void NoteUnit(std::uint8_t unit, Status status);
  [[nodiscard]] bool AreAllUnitsDown() const;
  void Deliver();

  const PollContext context_;
  DeviceReads& reads_;
  PollCounts& counts_;
  const std::string name_;  // of the endpoint
  Client client_;
  boost::asio::steady_timer timer_;
  Schedule schedule_;
  std::map<std::uint8_t, Unit> units_;
  Backoff backoff_;
  std::optional<Error> lost_;            // why the next attempt to connect has to wait
  std::optional<std::size_t> repeated_;  // read
  bool has_answered_ = false;            // on this connection
  bool is_failing_ = false;              // as the port was told
  std::uint64_t late_before_ = 0;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace bedplate::modbus

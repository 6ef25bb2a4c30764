#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "connectors/modbus/modbus_settings.h"
#include "ingest/reading_batcher.h"

namespace bedplate::modbus {

/// The reads of one endpoint, and what is known of its registers: which requests it refuses, and
/// which registers it does not have. Reads are numbered from 0; there may come more, but none goes.
class DeviceReads {
 public:
  using Time = std::chrono::nanoseconds;  // of Clock::Monotonic

  /// A register that does not exist is asked for again so often.
  static constexpr std::chrono::minutes kAbsentInterval{5};
  /// The first read of a value waits no longer, so that one that is read each hour shows soon that
  /// it works.
  static constexpr std::chrono::seconds kMostPhase{5};

  /// Values of one interval are read together.
  DeviceReads(DeviceSettings device, const ReadLimits& limits);

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return device_.endpoint; }
  [[nodiscard]] std::size_t size() const noexcept { return reads_.size(); }
  [[nodiscard]] const ReadRequest& RequestOf(std::size_t read) const {
    return reads_[read].block.request;
  }
  [[nodiscard]] Time IntervalOf(std::size_t read) const { return reads_[read].interval; }
  /// When in its interval it is read: each at another time, so that many devices and many requests
  /// do not come at once, and always the same.
  [[nodiscard]] Time PhaseOf(std::size_t read) const;
  [[nodiscard]] std::set<std::uint8_t> Units() const;

  /// Whether it is a register that the device did not have, and not yet time to ask again.
  [[nodiscard]] bool IsWaiting(std::size_t read, Time now) const;

  /// Takes the values of an answer, which must be DataBytes() long. What cannot be a sample becomes
  /// a dead letter.
  void Take(std::size_t read, Data data, Timestamp arrival, ReadingBatcher& out);

  /// The device has not all that the read asks for. One of several values becomes two reads, and
  /// the number of the second is returned; that of the first stays. A value that stands alone, or a
  /// table that there is not, is missing: each value becomes a dead letter the first time.
  std::optional<std::size_t> Refused(std::size_t read, ExceptionCode code, Time now,
                                     ReadingBatcher& out);

 private:
  struct Read {
    Block block;
    Time interval{0};
    bool is_absent = false;
    Time next_try{0};  // while it is absent
  };

  void AddReads(Time interval, const ReadLimits& limits);
  void TakeValue(const ValueSettings& value, const ReadRequest& request, Data data,
                 Timestamp arrival, ReadingBatcher& out) const;
  void MarkAbsent(Read& read, ExceptionCode code, Time now, ReadingBatcher& out) const;

  const DeviceSettings device_;
  std::vector<ReadRequest> ranges_;  // of the values, in their order
  std::vector<Read> reads_;
};

}  // namespace bedplate::modbus

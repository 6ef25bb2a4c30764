#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ingest/sink.h"
#include "ingest/source.h"

namespace bedplate {

/// What became of deliveries; called on the lane's thread.
class LaneEvents {
 public:
  virtual ~LaneEvents() = default;
  struct Stored {
    const IngestReport& report;
    std::optional<Timestamp> newest;  // of the samples, as their source says
  };
  virtual void OnStored(const Stored& stored) = 0;
  /// The stores did not take it; it is tried again.
  virtual void OnStoreFailed(const Error& error) = 0;
};

/// The deliveries of one source on their way into the stores, in order, on a thread of their own.
/// What comes while a call is under way is the next call, so calls grow where the disk is slow. A
/// call that fails is tried again until it does not; what alone can never be stored becomes a dead
/// letter `refused`.
class DeliveryLane {
 public:
  struct Limits {
    std::uint64_t samples = 100'000;     // that wait, before there is no more room
    std::uint64_t bytes = 16ULL << 20U;  // likewise, as they came
    std::chrono::milliseconds first_retry{100};
    std::chrono::milliseconds last_retry{5'000};
  };

  /// What is not stored yet.
  struct Waiting {
    std::uint64_t deliveries = 0;
    std::uint64_t samples = 0;
    std::uint64_t bytes = 0;

    Waiting& operator+=(const Waiting& other);
    Waiting& operator-=(const Waiting& other);
  };

  /// Arguments must outlive the lane.
  DeliveryLane(IngestSink& sink, std::string source, const Limits& limits, LaneEvents& events);
  /// Gives up what waits, if Drain has not stored it.
  ~DeliveryLane();
  DeliveryLane(const DeliveryLane&) = delete;
  DeliveryLane& operator=(const DeliveryLane&) = delete;

  void Push(Delivery delivery);
  [[nodiscard]] bool HasRoom() const;
  /// Waits until nothing waits; whether that is so in time.
  bool Drain(std::chrono::nanoseconds patience);
  [[nodiscard]] Waiting waiting() const;

 private:
  using Call = std::vector<Delivery>;

  void Run(const std::stop_token& stop);
  Call TakeAll(const std::stop_token& stop);
  void StoreAll(Call call, const std::stop_token& stop);
  bool StoreAndTell(std::span<Delivery> deliveries, const std::stop_token& stop);
  bool Store(std::span<Delivery> deliveries, const std::stop_token& stop);
  bool StoreOrRefuse(Delivery& delivery, const Error& error, const std::stop_token& stop);

  IngestSink& sink_;
  const std::string source_;
  const Limits limits_;
  LaneEvents& events_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Delivery> queue_;  // guarded by mutex_, as is the next
  Waiting waiting_;             // with those of the call that is under way
  std::jthread thread_;         // last: it ends before what it uses
};

}  // namespace bedplate

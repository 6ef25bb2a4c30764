#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "ingest/backoff.h"
#include "ingest/delivery_lane.h"
#include "ingest/rate_window.h"
#include "ingest/source.h"
#include "ingest/source_health.h"

namespace bedplate {

/// A source that may run.
struct ConfiguredSource {
  std::string name;
  std::string kind;
  std::string text;  // its declaration: another text is another source
  SourceExpectation expectation;
  std::unique_ptr<Source> source;
};

/// What sources run on. All of it must outlive them.
struct SourceRuntime {
  IngestSink& sink;
  const Clock& clock;
  const SecretReader& secrets;
};

/// Since the source was started.
struct SourceCounts {
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t stored = 0;  // samples, as the next two
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;      // dead letters
  std::uint64_t connections = 0;  // made
  std::uint64_t failures = 0;     // of connections and of attempts
};

/// What there is to say of a source now.
struct SourceReport {
  std::string name;
  std::string kind;
  SourceCondition condition;
  SourceCounts counts;
  double samples_per_second = 0;  // stored in the last 10 seconds
  DeliveryLane::Waiting waiting;
  std::optional<Timestamp> last_stored;
  std::optional<std::chrono::nanoseconds> usual_interval;
  /// How far the newest sample of the last delivery was behind when it was stored; below zero: the
  /// source's clock is ahead.
  std::optional<std::chrono::nanoseconds> lag;
  std::map<std::string, std::string, std::less<>> failing_parts;
};

/// Runs a source on a thread of its own, again and again with growing pauses, stores what it
/// delivers on another, and knows how it is. A source that throws has failed like any other.
class SupervisedSource final : private SourcePort, private LaneEvents {
 public:
  /// Starts.
  SupervisedSource(ConfiguredSource configured, const SourceRuntime& runtime,
                   const DeliveryLane::Limits& limits, std::uint64_t seed);
  ~SupervisedSource() override { Stop(); }
  SupervisedSource(const SupervisedSource&) = delete;
  SupervisedSource& operator=(const SupervisedSource&) = delete;

  /// Asks it to stop without waiting for it.
  void RequestStop() { thread_.request_stop(); }
  /// Stops, within about twice kStopPatience: what was delivered is stored if the stores take it.
  void Stop();
  [[nodiscard]] SourceReport Report() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void Deliver(Delivery delivery) override;
  [[nodiscard]] bool HasRoom() const override { return lane_.HasRoom(); }
  void Connected() override;
  void Alive() override;
  void NotePart(std::string_view part, Status status) override;
  void OnStored(const Stored& stored) override;
  void OnStoreFailed(const Error& error) override;

  void Run(const std::stop_token& stop);
  Status RunOnce(const std::stop_token& stop);
  std::chrono::nanoseconds NoteEnd(const Error& error);

  const std::string name_;
  const std::string kind_;
  const std::string text_;
  const Clock& clock_;
  const SecretReader& secrets_;
  const std::unique_ptr<Source> source_;
  mutable std::mutex mutex_;
  SourceHealth health_;  // guarded by mutex_, as all up to the lane
  SourceCounts counts_;
  RateWindow rate_;
  std::optional<std::chrono::nanoseconds> lag_;
  Backoff backoff_;
  DeliveryLane lane_;    // before the source goes, what its deliveries call must be done
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace bedplate

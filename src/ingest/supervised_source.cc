#include "ingest/supervised_source.h"

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "ingest/stoppable_sleep.h"

namespace bedplate {
SupervisedSource::SupervisedSource(ConfiguredSource configured, const SourceRuntime& runtime,
                                   const DeliveryLane::Limits& limits, std::uint64_t seed)
    : name_(std::move(configured.name)),
      kind_(std::move(configured.kind)),
      text_(std::move(configured.text)),
      clock_(runtime.clock),
      secrets_(runtime.secrets),
      source_(std::move(configured.source)),
      health_(clock_, configured.expectation),
      backoff_(seed),
      lane_(runtime.sink, name_, limits, *this),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void SupervisedSource::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (!lane_.Drain(kStopPatience)) {
    spdlog::warn("source {}: {} samples could not be stored before it stopped", name_,
                 lane_.waiting().samples);
  }
}

void SupervisedSource::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock(mutex_);
      health_.Attempt();
    }
    Status ended = RunOnce(stop);
    if (stop.stop_requested()) break;
    const Error error =
        ended.ok() ? Error(ErrorCode::kInternal, "it ended without a reason") : ended.error();
    if (!SleepUnlessStopped(NoteEnd(error), stop)) break;
  }
  const std::lock_guard lock(mutex_);
  health_.Stopped();
}

Status SupervisedSource::RunOnce(const std::stop_token& stop) {
  try {
    return source_->Run({.port = *this, .clock = clock_, .secrets = secrets_, .stop = stop});
  } catch (const std::exception& exception) {
    return Error(ErrorCode::kInternal, exception.what());
  }
}

/// Returns how long to wait before the next attempt.
std::chrono::nanoseconds SupervisedSource::NoteEnd(const Error& error) {
  const std::lock_guard lock(mutex_);
  const bool has_held = health_.HasHeld();
  if (has_held) backoff_.Succeeded();
  const std::chrono::nanoseconds wait = backoff_.Next(error);
  ++counts_.failures;
  const auto before = health_.Now();
  health_.Ended(error, clock_.Now() + wait);
  // Once for each reason and not at each attempt: a device that is off for a year fills no disk.
  if (has_held || before.why != error.ToString()) {
    spdlog::warn("source {}: {}; trying again", name_, error.ToString());
  }
  return wait;
}

void SupervisedSource::Deliver(Delivery delivery) {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.deliveries;
    counts_.bytes += delivery.bytes;
    health_.Arrived();
  }
  lane_.Push(std::move(delivery));
}

void SupervisedSource::Connected() {
  const std::lock_guard lock(mutex_);
  ++counts_.connections;
  health_.Connected();
}

void SupervisedSource::Alive() {
  const std::lock_guard lock(mutex_);
  health_.Alive();
}

void SupervisedSource::NotePart(std::string_view part, Status status) {
  const std::lock_guard lock(mutex_);
  health_.NotePart(part, status);
}

void SupervisedSource::OnStored(const Stored& stored) {
  const IngestReport& report = stored.report;
  const std::lock_guard lock(mutex_);
  counts_.stored += report.stored;
  counts_.duplicates += report.duplicates;
  counts_.conflicts += report.conflicts;
  counts_.refused += report.letters.size();
  rate_.Add(report.stored, clock_.Monotonic());
  if (stored.newest) lag_ = clock_.Now() - *stored.newest;
  if (report.stored + report.duplicates > 0) {
    health_.Stored();
  } else if (!report.letters.empty()) {
    const DeadLetter& letter = report.letters.back();
    health_.Refused(letter.code + ", " + letter.reason);
  }
}

void SupervisedSource::OnStoreFailed(const Error& error) {
  const std::lock_guard lock(mutex_);
  health_.StoreFailed(error);
}

SourceReport SupervisedSource::Report() const {
  constexpr std::size_t kRateSeconds = 10;
  SourceReport report;
  report.waiting = lane_.waiting();
  const std::lock_guard lock(mutex_);
  report.name = name_;
  report.kind = kind_;
  report.condition = health_.Now();
  report.counts = counts_;
  report.samples_per_second = rate_.PerSecond(kRateSeconds, clock_.Monotonic());
  report.last_stored = health_.last_stored();
  report.usual_interval = health_.usual_interval();
  report.lag = lag_;
  report.failing_parts = health_.failing_parts();
  return report;
}

}  // namespace bedplate

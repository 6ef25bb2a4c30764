#include "ingest/delivery_lane.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "ingest/stoppable_sleep.h"

namespace bedplate {
namespace {

constexpr char kRefusedCode[] = "refused";

DeliveryLane::Waiting SizeOf(const Delivery& delivery) {
  DeliveryLane::Waiting size{.deliveries = 1, .samples = 0, .bytes = delivery.bytes};
  for (const PathBatch& batch : delivery.batches) size.samples += batch.samples.size();
  return size;
}

/// Whether the same call cannot succeed, whatever else changes.
bool IsFinal(const Error& error) {
  return !error.retryable() &&
         (error.code() == ErrorCode::kInvalidArgument || error.code() == ErrorCode::kConflict ||
          error.code() == ErrorCode::kUnsupported);
}

std::string ValueText(const SampleColumns& samples, std::size_t index) {
  const Sample sample = samples.At(index);
  if (const auto* text = std::get_if<std::string>(&sample.value)) return *text;
  return fmt::format("{}", samples.NumberAt(index));
}

/// As many of the samples as a dead letter keeps.
std::string Describe(const SampleColumns& samples) {
  std::string text;
  for (std::size_t i = 0; i < samples.size() && text.size() < kDeadLetterTextBytes; ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : "; ", FormatTimestamp(Timestamp(samples.times[i])),
                        ValueText(samples, i));
  }
  return text;
}

DeadLetter LetterOf(const PathBatch& batch, const Error& error) {
  DeadLetter letter;
  letter.place = batch.samples.empty() ? batch.origin.prefix : batch.origin.PlaceOf(0);
  letter.tag = batch.path;
  letter.code = kRefusedCode;
  letter.reason = fmt::format("{} samples: {}", batch.samples.size(), error.ToString());
  letter.payload = Describe(batch.samples);
  return letter;
}

std::optional<Timestamp> NewestOf(std::span<const Delivery> deliveries) {
  std::optional<Timestamp> newest;
  for (const Delivery& delivery : deliveries) {
    for (const PathBatch& batch : delivery.batches) {
      for (const std::int64_t time : batch.samples.times) {
        newest = std::max(newest.value_or(Timestamp(time)), Timestamp(time));
      }
    }
  }
  return newest;
}

}  // namespace

DeliveryLane::Waiting& DeliveryLane::Waiting::operator+=(const Waiting& other) {
  deliveries += other.deliveries;
  samples += other.samples;
  bytes += other.bytes;
  return *this;
}

DeliveryLane::Waiting& DeliveryLane::Waiting::operator-=(const Waiting& other) {
  deliveries -= other.deliveries;
  samples -= other.samples;
  bytes -= other.bytes;
  return *this;
}

DeliveryLane::DeliveryLane(IngestSink& sink, std::string source, const Limits& limits,
                           LaneEvents& events)
    : sink_(sink),
      source_(std::move(source)),
      limits_(limits),
      events_(events),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

DeliveryLane::~DeliveryLane() = default;  // the thread stops, which wakes it where it waits

void DeliveryLane::Push(Delivery delivery) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ += SizeOf(delivery);
    queue_.push_back(std::move(delivery));
  }
  changed_.notify_all();
}

bool DeliveryLane::HasRoom() const {
  const std::lock_guard lock(mutex_);
  return waiting_.samples < limits_.samples && waiting_.bytes < limits_.bytes;
}

bool DeliveryLane::Drain(std::chrono::nanoseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return waiting_.deliveries == 0; });
}

DeliveryLane::Waiting DeliveryLane::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void DeliveryLane::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Call call = TakeAll(stop);
    if (!call.empty()) StoreAll(std::move(call), stop);
  }
}

DeliveryLane::Call DeliveryLane::TakeAll(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return !queue_.empty(); });
  Call call(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
  queue_.clear();
  return call;
}

void DeliveryLane::StoreAll(Call call, const std::stop_token& stop) {
  if (StoreAndTell(call, stop)) return;
  // Something in it can never be stored, and the rest must not suffer.
  for (Delivery& delivery : call) {
    if (!StoreAndTell(std::span(&delivery, 1), stop)) return;
  }
}

bool DeliveryLane::StoreAndTell(std::span<Delivery> deliveries, const std::stop_token& stop) {
  Waiting stored;
  for (const Delivery& delivery : deliveries) stored += SizeOf(delivery);
  if (!Store(deliveries, stop)) return false;
  {
    const std::lock_guard lock(mutex_);
    waiting_ -= stored;
  }
  changed_.notify_all();
  // Now, as a source asks then whether there is room.
  for (const Delivery& delivery : deliveries) {
    if (delivery.stored) delivery.stored();
  }
  return true;
}

/// Tries until it is stored. False when it never will be and has more than one part, or on stop.
bool DeliveryLane::Store(std::span<Delivery> deliveries, const std::stop_token& stop) {
  std::chrono::nanoseconds wait = limits_.first_retry;
  while (true) {
    // A copy, as what a sink that failed leaves of it is not to be read.
    std::vector<PathBatch> batches;
    std::vector<DeadLetter> letters;
    for (const Delivery& delivery : deliveries) {
      batches.insert(batches.end(), delivery.batches.begin(), delivery.batches.end());
      letters.insert(letters.end(), delivery.letters.begin(), delivery.letters.end());
    }
    const auto report = sink_.IngestInPlace(source_, batches, std::move(letters));
    if (report.ok()) {
      events_.OnStored({.report = *report, .newest = NewestOf(deliveries)});
      return true;
    }
    if (IsFinal(report.error())) {
      return deliveries.size() == 1 && StoreOrRefuse(deliveries.front(), report.error(), stop);
    }
    events_.OnStoreFailed(report.error());
    if (!SleepUnlessStopped(wait, stop)) return false;
    wait = std::min<std::chrono::nanoseconds>(2 * wait, limits_.last_retry);
  }
}

/// Makes a dead letter of each batch that cannot be stored even alone, and stores the rest.
bool DeliveryLane::StoreOrRefuse(Delivery& delivery, const Error& error,
                                 const std::stop_token& stop) {
  if (delivery.batches.size() == 1) {
    delivery.letters.push_back(LetterOf(delivery.batches.front(), error));
    delivery.batches.clear();
    return Store(std::span(&delivery, 1), stop);
  }
  std::vector<PathBatch> batches = std::exchange(delivery.batches, {});
  if (batches.empty()) {
    events_.OnStoreFailed(error);  // its letters are refused, which no letter can tell
    delivery.letters.clear();
    return Store(std::span(&delivery, 1), stop);
  }
  for (PathBatch& batch : batches) {
    Delivery part;
    part.batches.push_back(std::move(batch));
    if (!Store(std::span(&part, 1), stop)) return false;
  }
  return Store(std::span(&delivery, 1), stop);
}

}  // namespace bedplate

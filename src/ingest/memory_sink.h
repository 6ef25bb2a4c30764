#pragma once

// For tests: an IngestSink that keeps what it is given.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/sink.h"

namespace bedplate {

/// Keeps every sample in the order in which it came, by path.
class MemorySink final : public IngestSink {
 public:
  struct Stored {
    Sample sample;
    std::string place;
    std::string key;
    bool operator==(const Stored&) const = default;
  };
  std::map<std::string, std::vector<Stored>> samples;
  std::map<std::string, std::string> units;
  std::vector<DeadLetter> letters;
  std::uint64_t calls = 0;
  std::uint64_t largest_call = 0;  // samples
  std::optional<Error> fail_next;  // returned by the next call
  std::function<void()> on_call = [] {};

  Result<IngestReport> IngestInPlace(std::string_view /*source*/, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> more) override {
    on_call();
    if (fail_next) return *std::exchange(fail_next, std::nullopt);
    ++calls;
    IngestReport report;
    for (const PathBatch& batch : batches) {
      units[batch.path] = batch.unit;
      for (std::size_t i = 0; i < batch.samples.size(); ++i) {
        samples[batch.path].push_back(
            {batch.samples.At(i), batch.origin.PlaceOf(i), batch.origin.KeyOf(i)});
      }
      report.stored += batch.samples.size();
    }
    largest_call = std::max(largest_call, report.stored);
    letters.insert(letters.end(), more.begin(), more.end());
    report.letters = std::move(more);
    return report;
  }

  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t count = 0;
    for (const auto& [path, stored] : samples) count += stored.size();
    return count;
  }
};

}  // namespace bedplate

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "ingest/supervised_source.h"

namespace bedplate {

/// All sources that run. Safe for concurrent use.
class SourceRunner {
 public:
  /// `seed`: of the jitter of the pauses.
  SourceRunner(const SourceRuntime& runtime, std::uint64_t seed)
      : runtime_(runtime), seeds_(seed) {}
  /// Stops all.
  ~SourceRunner();

  /// Makes these the sources that run: one with the same text goes on undisturbed, one with another
  /// text is stopped and started anew, and what is not named is stopped.
  void Apply(std::vector<ConfiguredSource> sources);
  /// Ordered by name.
  [[nodiscard]] std::vector<SourceReport> Reports() const;

 private:
  using Sources = std::map<std::string, std::shared_ptr<SupervisedSource>>;

  /// Takes out what is not in `sources` as it is there.
  Sources TakeOutOthers(const std::vector<ConfiguredSource>& sources);

  const SourceRuntime runtime_;
  std::mutex apply_mutex_;  // one Apply at a time; stopping takes a while
  std::mt19937_64 seeds_;   // guarded by apply_mutex_
  mutable std::mutex mutex_;
  Sources sources_;  // guarded by mutex_
};

}  // namespace bedplate

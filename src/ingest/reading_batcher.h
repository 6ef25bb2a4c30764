#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/text_hash.h"
#include "ingest/source.h"
#include "model/sample.h"

namespace bedplate {

/// One value that a connector has read.
struct Reading {
  std::string_view path;
  std::string_view unit;   // empty: the tag's own
  std::string_view place;  // where it stood, for dead letters: "topic acme/temp", "unit 3 hr:40"
  Sample sample;
};

/// Gathers readings into deliveries with one batch for each path, and remembers for the store where
/// each path leads. Must live as long as the lane that takes its deliveries. Not safe for
/// concurrent use.
class ReadingBatcher {
 public:
  /// So many paths are remembered; more are looked up each time.
  static constexpr std::size_t kMostMemos = 200'000;

  void Add(const Reading& reading);
  void Refuse(DeadLetter letter) { delivery_.letters.push_back(std::move(letter)); }
  [[nodiscard]] bool empty() const {
    return delivery_.batches.empty() && delivery_.letters.empty();
  }
  /// Samples and letters.
  [[nodiscard]] std::size_t size() const { return samples_ + delivery_.letters.size(); }
  /// What was gathered since the last call.
  Delivery Take();

 private:
  RouteMemo* MemoOf(std::string_view path);
  PathBatch& BatchOf(const Reading& reading);

  ByText<std::unique_ptr<RouteMemo>> memos_;
  ByText<std::size_t> open_;  // the batch of a path in delivery_
  Delivery delivery_;
  std::size_t samples_ = 0;
};

}  // namespace bedplate

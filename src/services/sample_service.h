#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/helper_pool.h"
#include "historian/historian.h"
#include "services/bucket_plan.h"
#include "services/tag_directory.h"

namespace bedplate {

/// A range whose ends may be left open.
struct OpenRange {
  std::optional<Timestamp> from;  // included
  std::optional<Timestamp> to;    // excluded
};

/// How the range of an aggregate is cut: exactly one of `width` and `parts` is set.
struct BucketChoice {
  std::optional<std::chrono::nanoseconds> width;
  std::optional<std::uint64_t> parts;
  std::string zone;  // IANA name; widths of whole days then begin at local midnight
};

struct AggregateQuery {
  std::vector<Glob> tags;
  OpenRange range;
  BucketChoice buckets;
  std::uint32_t functions = 0;  // OR of AggregateFunction, with what `quality` adds
  Interpolation interpolation = Interpolation::kStep;
  QualityPolicy quality = QualityPolicy::kGoodOnly;
  std::chrono::nanoseconds hold = std::chrono::nanoseconds::max();  // as in AggregateRequest
  double percentile = 50;                                           // 0 to 100
  CancelToken cancel;
};

struct StateQuery {
  std::string tag;  // path
  OpenRange range;
  BucketChoice buckets;
  bool good_only = true;
  std::chrono::nanoseconds hold = std::chrono::nanoseconds::max();
  CancelToken cancel;
};

struct StateAnswer {
  TagView view;
  std::optional<TimeRange> range;                 // as in AggregateAnswer
  std::optional<std::chrono::nanoseconds> width;  // nominal; empty without buckets
  StateColumns columns;                           // starts are nominal
};

/// Replaced values in the order of Historian::Replaced.
struct ReplacedPage {
  SampleColumns samples;
  std::optional<Timestamp> next;  // where the next page begins; empty when this was the last one
};

struct AggregateSeries {
  TagView view;
  AggregateColumns columns;  // starts left empty: they are in AggregateAnswer
};

struct AggregateAnswer {
  std::optional<TimeRange> range;                 // empty: left open, and no sample tells it
  std::optional<std::chrono::nanoseconds> width;  // nominal; empty without buckets
  std::vector<std::int64_t> starts;               // ns since 1970
  std::vector<AggregateSeries> series;            // by path
  std::vector<std::string> skipped;               // string tags
  MemoryShare memory;                             // of `starts` and all columns
};

/// What all aggregates at once may use of memory: the greatest answer, 16 MB and its starts, at the
/// same time for each of a server's six threads that read, made and kept until it is written.
inline constexpr std::uint64_t kAggregatesMemoryBytes = 192ULL << 20U;

/// Takes the first `count` samples of a block.
using PageSink = std::function<void(const SampleColumns& block, std::size_t count)>;

/// Reads samples. Arguments must outlive it. Safe for concurrent use.
class SampleService {
 public:
  /// `memory_bytes` bounds what all answers of Aggregate use at once.
  SampleService(const Historian& historian, const TagDirectory& tags,
                std::uint64_t memory_bytes = kAggregatesMemoryBytes)
      : historian_(historian),
        tags_(tags),
        helpers_(HelperPool::HelpersOfMachine()),
        memory_(std::make_shared<MemoryLimit>(memory_bytes)) {}

  /// Passes at most `limit` samples on, in ascending time, and returns where the next page begins;
  /// empty when this was the last one.
  Result<std::optional<Timestamp>> ReadPage(const TagView& view, const ScanRequest& request,
                                            const PageSink& sink) const;

  /// Errors: kNotFound when no tag matches, kInvalidArgument for a bad range, zone or too many
  /// buckets, kResourceExhausted when it needs more memory than a request or all at once may use,
  /// kCancelled.
  Result<AggregateAnswer> Aggregate(const AggregateQuery& query) const;

  /// Errors: kNotFound for an unknown tag, kInvalidArgument for a tag of doubles and as for
  /// Aggregate, kResourceExhausted beyond kMaxStateCells, kCancelled.
  Result<StateAnswer> States(const StateQuery& query) const;

  /// At most `limit` replaced values. A page ends between two times; of one time that alone has
  /// more the rest is left out. Errors: those of Historian::Replaced.
  Result<ReplacedPage> ReadReplaced(const TagView& view, const ReplacedRequest& request) const;

  /// `range` with its open ends set to the first and just after the last sample of `views`. Where
  /// that leaves nothing it is empty, at the end that is given, or in 1970 when none is and there
  /// are no samples. Errors: kInvalidArgument when it ends before it starts.
  static Result<TimeRange> Close(const OpenRange& range, std::span<const TagView> views);

  /// Of all aggregates at once.
  [[nodiscard]] const MemoryLimit& memory() const noexcept { return *memory_; }

 private:
  Result<AggregateColumns> AggregateOne(const TagView& view, const BucketPlan& plan,
                                        AggregateRequest request) const;

  const Historian& historian_;
  const TagDirectory& tags_;
  mutable HelperPool helpers_;  // shared by all queries, so that they leave time for the rest
  const std::shared_ptr<MemoryLimit> memory_;
};

}  // namespace bedplate

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/helper_pool.h"
#include "base/result.h"
#include "historian/head.h"
#include "historian/segment_set.h"
#include "historian/series_registry.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

/// Puts what the log holds into series and a head that nobody reads yet. The stripes of the head
/// are filled side by side; within a series the order is that of the log.
class WalReplay {
 public:
  /// Arguments must outlive this.
  WalReplay(SeriesRegistry& registry, const SegmentSet& segments, std::shared_ptr<Head> head);

  /// The first frame that cannot be applied. Of those behind it parts may have been.
  struct Failure {
    std::size_t frame = 0;
    Error error;
  };
  /// Applies series and samples of frames, in their order. Errors: kCorruption for what does not
  /// fit to what is defined, those of reading segments.
  std::optional<Failure> Apply(std::span<const FrameContents> frames);

  struct UndefinedSeries {
    TagId tag;
    ValueType type = ValueType::kDouble;

    auto operator<=>(const UndefinedSeries&) const = default;
  };
  /// How many samples stand in the log of each series that is not defined, or with another type.
  using UndefinedSamples = std::map<UndefinedSeries, std::uint64_t>;
  /// What of some frames is not applied.
  struct LeftOut {
    std::vector<Failure> groups;  // frames that define a series otherwise than it is: all of each
    UndefinedSamples samples;     // of the others
  };
  /// Applies all of the frames that fits to what is defined, and each part of it once. What cannot
  /// be read of segments counts as not stored, so totals may be too great afterwards.
  LeftOut ApplyWhatFits(std::span<const FrameContents> frames);

 private:
  std::optional<Failure> ApplyAll(std::span<const FrameContents> frames, LeftOut* left_out);
  Status Define(const FrameContents& frame);
  std::optional<Failure> ApplyRuns(std::span<const FrameContents> frames,
                                   UndefinedSamples* left_out);
  std::optional<Failure> ApplyStripe(std::size_t stripe, std::span<const FrameContents> frames,
                                     UndefinedSamples* left_out) const;
  Status ApplyStripe(std::size_t stripe, const FrameContents& frame,
                     UndefinedSamples* left_out) const;

  SeriesRegistry& registry_;
  const SegmentSet& segments_;
  const std::shared_ptr<Head> head_;
  HelperPool helpers_{Head::kStripes - 1};
};

}  // namespace bedplate::historian

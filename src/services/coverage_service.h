#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "catalog/dead_letter_store.h"
#include "historian/historian.h"
#include "services/interval_estimator.h"
#include "services/sample_service.h"
#include "services/tag_directory.h"

namespace bedplate {

/// How much of a range one tag's samples cover, of the part of it since the tag's first sample. A
/// sample holds until the next one; where the step is more than one and a half intervals it holds
/// for one interval and the rest is a gap.
struct TagCoverage {
  std::string tag;
  std::uint64_t samples = 0;
  std::uint64_t bad = 0;  // quality not good; they cover time all the same
  std::uint64_t dead_letters = 0;
  std::optional<std::chrono::nanoseconds> interval;
  bool on_change = false;  // and so no interval
  /// Where its time begins: its first sample or the start of the range, whichever is later; the end
  /// of the range when it begins behind that.
  Timestamp from;
  /// Below all empty when the interval is unknown, and coverage when no time of the tag is in
  /// range.
  std::optional<std::uint64_t> expected;  // samples at that interval
  std::optional<double> coverage;         // 0 to 1, of time
  std::uint64_t gap_count = 0;
  std::vector<TimeRange> gaps;  // the longest GapsPerTag, by start
  /// Coverage of what is the tag's time in each part of the range; empty where none is.
  std::vector<std::optional<double>> cells;
};

inline constexpr std::size_t kMaxGaps = 100;
inline constexpr std::size_t kMaxCoverageCells = 1000;
/// Of one answer, so that it stays below some 60 MB of JSON.
inline constexpr std::size_t kMaxCoverageTags = 10'000;
inline constexpr std::size_t kMaxAnswerCells = 2'000'000;
inline constexpr std::size_t kMaxAnswerGaps = 200'000;

/// How many gaps of each of `tags` tags an answer lists: kMaxGaps, fewer where many share it.
std::size_t GapsPerTag(std::size_t tags) noexcept;

/// Takes sample times as they stream by, in ascending order, and keeps a bounded amount of them.
class CoverageMeter {
 public:
  /// Measures from `from`, which lies in `range` or at its end, as do all times. `interval` > 0;
  /// 1 <= cells <= kMaxCoverageCells; keeps the longest `gaps` > 0 gaps (CHECK).
  CoverageMeter(TimeRange range, Timestamp from, std::chrono::nanoseconds interval,
                std::size_t cells, std::size_t gaps = kMaxGaps);

  void Add(std::int64_t time);
  /// Closes the range and writes expected, coverage, gaps and cells.
  void Finish(TagCoverage& out);

 private:
  void Step(std::int64_t from, std::int64_t to, bool from_sample);
  void Cover(std::int64_t from, std::int64_t to);
  void NoteGap(TimeRange gap);
  void WriteCells(TagCoverage& out) const;

  const std::int64_t start_;
  const std::int64_t from_;
  const std::int64_t stop_;
  const std::int64_t interval_;
  const std::size_t max_gaps_;
  std::optional<std::int64_t> previous_;
  std::int64_t covered_ = 0;
  std::vector<std::int64_t> cells_;  // covered nanoseconds of each
  std::vector<TimeRange> longest_;   // heap, the shortest on top
  std::uint64_t gap_count_ = 0;
};

struct CoverageQuery {
  std::vector<Glob> tags;
  OpenRange range;
  std::size_t cells = 100;
  CancelToken cancel;
};

struct CoverageAnswer {
  TimeRange range;
  std::vector<TagCoverage> tags;  // by path
};

/// Takes a coverage answer piece by piece.
class CoverageSink {
 public:
  virtual ~CoverageSink() = default;
  /// Comes once and first.
  virtual void Begin(TimeRange range) = 0;
  /// The tags by path.
  virtual void Take(const TagCoverage& coverage) = 0;
};

/// Measures how complete the data are. Arguments must outlive it. Safe for concurrent use.
class CoverageService {
 public:
  CoverageService(const Historian& historian, const TagDirectory& tags,
                  const DeadLetterStore& letters, IntervalEstimator& intervals)
      : historian_(historian), tags_(tags), letters_(letters), intervals_(intervals) {}

  /// No matching tag is an empty answer. Errors: kInvalidArgument for a bad range, for more than
  /// kMaxCoverageTags tags and for more than kMaxAnswerCells cells of all tags; kCancelled.
  Status Measure(const CoverageQuery& query, CoverageSink& sink) const;
  /// The same, kept.
  Result<CoverageAnswer> Measure(const CoverageQuery& query) const;

 private:
  Result<TagCoverage> MeasureOne(const TagView& view, TimeRange range, std::size_t gaps,
                                 const CoverageQuery& query) const;

  const Historian& historian_;
  const TagDirectory& tags_;
  const DeadLetterStore& letters_;
  IntervalEstimator& intervals_;
};

}  // namespace bedplate

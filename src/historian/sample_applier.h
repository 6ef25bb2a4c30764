#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "historian/head.h"
#include "historian/historian.h"
#include "historian/series_registry.h"
#include "historian/snapshot.h"
#include "historian/stored_samples.h"

namespace bedplate::historian {

/// A sample in whose place another comes: at a position of what is stored, or of what is appended.
struct Loser {
  bool is_stored = false;
  std::size_t index = 0;
};

/// Samples that must be compared with what is stored, as some of them are not later than all of it.
/// For each of their times it counts whether they bring it anew, the same again (nothing is stored)
/// or another value (the later one wins).
class LateRun {
 public:
  /// Looks their times up. May read segments, so not while others wait. Errors: those of reading,
  /// but damage.
  static Result<std::unique_ptr<LateRun>> LookUp(const Snapshot& snapshot, const Series& series,
                                                 const SampleRun& samples);
  /// The same where the segments cannot be read any more: what they hold is taken for new.
  static std::unique_ptr<LateRun> LookUpInMemory(const Snapshot& snapshot, const Series& series,
                                                 const SampleRun& samples);

  /// Whether every sample is a duplicate of what was found.
  [[nodiscard]] bool AllStored() const;
  /// Takes note of what has come to `head` since.
  void LookAgain(const Head& head);
  /// Puts what changes something into `active`, and what is found in `deleting`, too: only what is
  /// stored from now on stays there.
  AppendResult Store(Head& active, const TimeRange& deleting) const;

 private:
  LateRun(const Series& series, const SampleRun& samples);

  [[nodiscard]] std::size_t EndOfTime(std::size_t begin) const;
  [[nodiscard]] std::vector<bool> BeingDeleted(const Head& active, const TimeRange& deleting) const;
  [[nodiscard]] SampleColumns ReplacedIn(const Head& active, std::span<const Loser> losers) const;

  const TagId tag_;
  const SampleColumns samples_;
  const std::vector<std::size_t> order_;  // by ascending time, equal ones as they came
  StoredSamples stored_;                  // by distinct time
};

/// One run of an append, and what is known of it before its turn.
struct PendingRun {
  Series* series = nullptr;
  SampleRun samples;
  std::int64_t first_time = 0;  // the least
  std::int64_t last_time = 0;   // the greatest
  bool ascending = false;       // strictly
  std::unique_ptr<LateRun> late;
  std::unique_ptr<SampleColumns> joined;  // what `samples` is of, when it was made of several
};

/// Looks at the times of `samples`, of which there must be one (CHECK).
PendingRun DescribeRun(Series& series, const SampleRun& samples);

/// Looks up what may be stored at the times of `run`, so that its turn need not read segments.
/// Errors: those of reading, but damage.
Status LookUpLate(const Snapshot& snapshot, PendingRun& run);

/// Does so for all runs of an append, and makes one of those that are for the same series and may
/// be stored: what is a repetition can only be told of all of them together.
Status LookUpLate(const Snapshot& snapshot, std::vector<PendingRun>& runs);

/// Calls `apply(i)` for i from 0 to `count` - 1, where `series_at(i)` is the series whose turn it
/// is, never null. Asks the processor ahead for what the turns will need of series and heads: with
/// one sample for each of very many tags it would wait for memory most of the time else.
template <typename SeriesAt, typename Apply>
void ForEachAhead(std::size_t count, const Head& head, SeriesAt series_at, Apply apply) {
  constexpr std::size_t kStep = 8;  // turns; far enough for memory, near enough for the cache
  for (std::size_t i = 0; i < count; ++i) {
    if (i + 3 * kStep < count) series_at(i + 3 * kStep).Prefetch();
    if (i + 2 * kStep < count) head.PrefetchSeries(series_at(i + 2 * kStep).id());
    if (i + kStep < count) head.PrefetchEnd(series_at(i + kStep).id());
    apply(i);
  }
}

/// Puts the run into the active head of `now` and counts it in its series. `earlier` is what
/// LookUpLate was given, if it was called. One thread at a time.
AppendResult ApplyRun(const Snapshot& earlier, const Snapshot& now, PendingRun& run, Head& active);

}  // namespace bedplate::historian

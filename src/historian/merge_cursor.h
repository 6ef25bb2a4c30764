#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "historian/historian.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// Samples that follow each other in time with nothing between them.
struct Run {
  SharedColumns columns;  // null for a block that was not read, see `header`
  std::size_t begin = 0;  // of columns
  std::size_t end = 0;
  const BlockHeader* header = nullptr;  // set when the run is a whole block of a segment
};

/// Merges the sources of one series in ascending time, each time once, the later source winning.
/// A block is only read when a run needs its samples: a whole block of a segment is handed out as
/// its header, and Load fetches it for those who want more.
class MergeCursor {
 public:
  MergeCursor(std::vector<SampleSource> sources, const TimeRange& range);

  /// The next run, or nothing at the end.
  Result<std::optional<Run>> Next();

  /// Fills in `columns` of a run that Next returned last.
  Status Load(Run& run);
  /// The numbers of a whole block that Next returned last without reading it. Both arguments are
  /// memory that is used again.
  Status LoadNumbers(Bytes& payload, NumberBlock& block) const;

  /// Whether two sources had the same time so far.
  [[nodiscard]] bool met_same_times() const noexcept { return met_same_times_; }

 private:
  /// A source with the place in it that comes next.
  struct Position {
    std::size_t source = 0;  // index in sources_, which is also its rank
    std::size_t block = 0;
    std::size_t sample = 0;
    SharedColumns columns;  // of the block; null until needed
    std::int64_t next_time = 0;
  };

  Status Enter(Position& position);
  Status Read(Position& position) const;
  Status SkipTo(Position& position, std::int64_t time);
  bool MoveToNextBlock(Position& position) const;
  Status ActivateUpTo(std::int64_t time);
  [[nodiscard]] std::int64_t EarliestActive() const;
  Status SkipLosers(std::size_t winner, std::int64_t time);
  [[nodiscard]] std::size_t PickWinner(std::int64_t time) const;
  [[nodiscard]] std::int64_t LimitFor(std::size_t winner) const;
  Result<Run> TakeRun(std::size_t winner, std::int64_t limit);
  void DropFinished();
  [[nodiscard]] const SourceBlock& BlockOf(const Position& position) const;

  std::vector<SampleSource> sources_;
  TimeRange range_;
  std::vector<Position> waiting_;  // by descending first time: the next one is at the back
  std::vector<Position> active_;
  std::size_t last_source_ = 0;  // of the run returned last
  std::size_t last_block_ = 0;
  bool met_same_times_ = false;
};

/// Reads the samples behind `cursor` in blocks of at most `block_samples`; `sink` returns false to
/// stop. Errors: kCancelled, and those of reading.
Status ReadMerged(MergeCursor& cursor, ValueType type, std::size_t block_samples,
                  const CancelToken& cancel, const ScanSink& sink);

}  // namespace bedplate::historian

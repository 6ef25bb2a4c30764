#include "historian/replaced_cursor.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "historian/columns.h"

namespace bedplate::historian {
namespace {

/// The samples of one source from first to last; a block is only read when it must be.
class Stream {
 public:
  Stream(const SampleSource& source, bool are_values) : source_(&source), are_values_(are_values) {
    EnterBlock();
  }

  [[nodiscard]] bool are_values() const noexcept { return are_values_; }
  /// INT64_MAX at the end.
  [[nodiscard]] std::int64_t next_time() const noexcept { return next_time_; }

  /// Moves to the first sample at or after `time`.
  Status SkipTo(std::int64_t time) {
    while (next_time_ < time) {
      if (source_->blocks()[block_].last_time < time) {
        ++block_;
        EnterBlock();
        continue;
      }
      RETURN_IF_ERROR(Read());
      MoveTo(LowerBound(*columns_, time));
    }
    return {};
  }

  /// Calls `take(columns, index)` for each sample at `next_time()`, and moves behind them.
  template <typename Take>
  Status TakeTime(Take take) {
    const std::int64_t time = next_time_;
    while (next_time_ == time) {
      RETURN_IF_ERROR(Read());
      take(*columns_, sample_);
      MoveTo(sample_ + 1);
    }
    return {};
  }

 private:
  void EnterBlock() {
    columns_ = nullptr;
    sample_ = 0;
    const bool exists = block_ < source_->blocks().size();
    next_time_ = exists ? source_->blocks()[block_].first_time : INT64_MAX;
  }

  Status Read() {
    if (columns_) return {};
    ASSIGN_OR_RETURN(columns_, source_->Load(block_));
    return {};
  }

  void MoveTo(std::size_t sample) {
    sample_ = sample;
    if (sample_ < columns_->size()) {
      next_time_ = columns_->times[sample_];
      return;
    }
    ++block_;
    EnterBlock();
  }

  const SampleSource* source_;
  bool are_values_;
  std::size_t block_ = 0;
  std::size_t sample_ = 0;
  SharedColumns columns_;  // of the block; null until needed
  std::int64_t next_time_ = INT64_MAX;
};

/// At each time the sources tell, from the oldest on, what was there one after the other: what each
/// keeps as replaced, then its value. All but the last of these were replaced.
class Reader {
 public:
  Reader(const std::vector<ReplacedSource>& sources, ValueType type, std::size_t block_samples,
         const ScanSink& sink)
      : block_samples_(block_samples), sink_(sink) {
    for (const ReplacedSource& source : sources) {
      streams_.emplace_back(source.replaced, false);
      streams_.emplace_back(source.values, true);
    }
    held_.type = type;
    block_.type = type;
  }

  Status Run(const TimeRange& range, const CancelToken& cancel) {
    for (Stream& stream : streams_) {
      RETURN_IF_ERROR(stream.SkipTo(range.start.nanoseconds()));
    }
    while (!stopped_) {
      if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "reading was cancelled");
      Stream* const first = Earliest(nullptr);
      if (first == nullptr || first->next_time() >= range.stop.nanoseconds()) break;
      const Stream* const second = Earliest(first);
      const std::int64_t others = second != nullptr ? second->next_time() : INT64_MAX;
      if (first->are_values() && first->next_time() < others) {
        RETURN_IF_ERROR(first->SkipTo(others));
      } else {
        RETURN_IF_ERROR(TakeTime(first->next_time()));
      }
    }
    if (!stopped_ && !block_.empty()) sink_(block_);
    return {};
  }

 private:
  /// The stream that comes next, but `other`; null when all are at their end.
  Stream* Earliest(const Stream* other) {
    Stream* earliest = nullptr;
    for (Stream& stream : streams_) {
      if (&stream == other || stream.next_time() == INT64_MAX) continue;
      if (earliest == nullptr || stream.next_time() < earliest->next_time()) earliest = &stream;
    }
    return earliest;
  }

  Status TakeTime(std::int64_t time) {
    bool ends_in_value = false;
    for (Stream& stream : streams_) {
      if (stream.next_time() != time) continue;
      ends_in_value = stream.are_values();
      RETURN_IF_ERROR(stream.TakeTime(
          [this](const SampleColumns& columns, std::size_t index) { Follow(columns, index); }));
    }
    if (!ends_in_value) Emit();
    held_.Clear();
    return {};
  }

  /// A sample that came in the place of the one that is held.
  void Follow(const SampleColumns& columns, std::size_t index) {
    if (!held_.empty() && !SameReading(held_, 0, columns, index)) Emit();
    held_.Clear();
    held_.PushFrom(columns, index);
  }

  void Emit() {
    if (held_.empty() || stopped_) return;
    block_.PushFrom(held_, 0);
    if (block_.size() < block_samples_) return;
    stopped_ = !sink_(block_);
    block_.Clear();
  }

  const std::size_t block_samples_;
  const ScanSink& sink_;
  std::vector<Stream> streams_;
  SampleColumns held_;   // one sample, or none
  SampleColumns block_;  // that the sink gets next
  bool stopped_ = false;
};

}  // namespace

Status ReadReplaced(const std::vector<ReplacedSource>& sources, ValueType type,
                    const TimeRange& range, std::size_t block_samples, const CancelToken& cancel,
                    const ScanSink& sink) {
  return Reader(sources, type, block_samples, sink).Run(range, cancel);
}

Result<std::vector<ReplacedSource>> CollectReplacedSources(const Snapshot& snapshot, TagId tag,
                                                           ValueType type, const TimeRange& range) {
  std::vector<ReplacedSource> sources;
  for (const SharedSegment& segment : *snapshot.segments) {
    const SegmentInfo& info = segment->info();
    if (Timestamp(info.first_time) >= range.stop || Timestamp(info.last_time) < range.start) {
      continue;
    }
    ASSIGN_OR_RETURN(const FoundSeries found, FindInSegment(*segment, tag, type));
    if (found.series == nullptr) continue;
    ASSIGN_OR_RETURN(SampleSource values, SampleSource::Open(segment, found, range));
    FoundSeries found_replaced{found.page, found.replaced, nullptr};
    SampleSource replaced({});
    if (found.replaced != nullptr) {
      ASSIGN_OR_RETURN(replaced, SampleSource::Open(segment, std::move(found_replaced), range));
    }
    sources.push_back({std::move(values), std::move(replaced)});
  }
  for (const Head* const head : {snapshot.flushing.get(), snapshot.active.get()}) {
    if (head == nullptr) continue;
    // In this order: what replaces a value is stored after that is kept.
    SampleSource values(head->Chunks(tag, range));
    SampleSource replaced(head->Replaced(tag, range));
    sources.push_back({std::move(values), std::move(replaced)});
  }
  return sources;
}

}  // namespace bedplate::historian

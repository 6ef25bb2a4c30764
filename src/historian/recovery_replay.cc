#include "historian/recovery_replay.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "historian/recovery_log_contents.h"
#include "historian/wal_replay.h"

namespace bedplate::historian {
namespace {

/// Whether a file holds nothing but marks, which its successor takes over.
bool IsBare(const std::vector<FrameContents>& frames) {
  return std::all_of(frames.begin(), frames.end(), [](const FrameContents& frame) {
    return frame.series.empty() && frame.runs.empty();
  });
}

void AddMarks(const FrameContents& frame, SourceTable& marks) {
  for (const FrameContents::Mark& mark : frame.marks) marks.Add(mark.source, mark.marks);
}

/// The payloads of a file's groups that are not proven to be durable.
std::vector<ByteView> UnprovenOf(const WalFile& file) {
  std::vector<ByteView> payloads;
  for (const WalGroup& group : file.groups) {
    if (group.end > file.proven_end) payloads.push_back(group.payload);
  }
  return payloads;
}

class LogReplay {
 public:
  LogReplay(const RecoveryScope& scope, const LogFiles& log, bool is_new,
            const ReplayTarget& target)
      : scope_(scope),
        log_(log),
        is_new_(is_new),
        registry_(target.registry),
        loader_(scope.files, scope.wal_directory, log.sequences),
        replay_(target.registry, target.segments, target.head) {
    result_.next.sequence = log.greatest + 1;
  }

  Result<ReplayedLog> Run() {
    for (std::size_t i = 0; i < log_.sequences.size(); ++i) {
      Status replayed = ReplayFile(i);
      if (!replayed.ok()) {
        return std::move(replayed).error().At(scope_.WalPath(log_.sequences[i]));
      }
    }
    return std::move(result_);
  }

 private:
  Status ReplayFile(std::size_t position) {
    LogFile file{.sequence = log_.sequences[position], .counted_bytes = {}, .durable_bytes = 0};
    if (log_.noted.sequence == file.sequence) file.durable_bytes = log_.noted.end;
    auto loaded = LoadOrDamage(position, file);
    if (loaded.ok()) return ApplyWhole(file, *std::move(loaded));
    const bool is_damaged = loaded.error().code() == ErrorCode::kCorruption;
    if (!is_damaged || !scope_.salvages) return std::move(loaded).error();
    if (is_new_) return scope_.MissingManifest(WalFileName(file.sequence));
    return ApplySalvaged(file);
  }

  /// What cannot be read, also when it is tried again, is damaged.
  Result<LoadedWal> LoadOrDamage(std::size_t position, LogFile& file) {
    auto loaded = Load(position, file);
    if (loaded.ok() || loaded.error().code() != ErrorCode::kIo) return loaded;
    auto again = Load(position, file);
    if (again.ok() || again.error().code() != ErrorCode::kIo) return again;
    return Error(ErrorCode::kCorruption, "damaged: " + again.error().ToString());
  }

  /// The whole file, with which goes what its successor says of it, if that is there.
  Result<LoadedWal> Load(std::size_t position, LogFile& file) {
    // Where the file that follows is missing, the one after it tells of that one.
    const std::uint64_t next = file.sequence + 1;
    if (position + 1 < log_.sequences.size() && log_.sequences[position + 1] == next) {
      ASSIGN_OR_RETURN(file.counted_bytes, ReadPreviousEnd(scope_, next));
    }
    return LoadWhole(loader_, file);
  }

  Status ApplyWhole(const LogFile& file, LoadedWal loaded) {
    if (is_new_ && !loaded.frames.empty()) {
      return scope_.MissingManifest(WalFileName(file.sequence));
    }
    RETURN_IF_ERROR(Apply(file, loaded.file.groups, loaded.frames));
    result_.counted_bytes[file.sequence] = loaded.file.valid_end;
    if (!file.counted_bytes && loaded.file.valid_end < loaded.file.bytes) CutTornTail(file, loaded);
    if (file.sequence != log_.sequences.back()) {
      loader_.GiveBack(std::move(loaded));
    } else if (scope_.writes) {
      PrepareNext(file, std::move(loaded));
    }
    return {};
  }

  void CutTornTail(const LogFile& file, const LoadedWal& loaded) {
    const TornTail tail{.path = scope_.WalPath(file.sequence),
                        .sequence = file.sequence,
                        .offset = loaded.file.valid_end,
                        .bytes = loaded.file.bytes - loaded.file.valid_end};
    if (scope_.writes) {
      result_.cut.push_back({tail, loaded.content.substr(tail.offset, kMaxTornTailBytes)});
    } else {
      result_.findings.push_back(DescribeTornTail(tail));
    }
  }

  /// What the last file holds without proof of being durable is written again in its successor. A
  /// bare one is replaced, so that opening a store again and again does not add files.
  void PrepareNext(const LogFile& file, LoadedWal last) {
    NextLogFile& next = result_.next;
    if (IsBare(last.frames)) {
      result_.counted_bytes.erase(file.sequence);
      next.sequence = file.sequence;
      next.previous_end = last.file.header.previous_end;
      return;
    }
    result_.counted_bytes[file.sequence] = last.file.proven_end;
    next.sequence = file.sequence + 1;
    next.previous_end = last.file.proven_end;
    next.carried = UnprovenOf(last.file);
    next.content = std::move(last.content);
  }

  Status ApplySalvaged(const LogFile& file) {
    ASSIGN_OR_RETURN(SalvagedLogFile salvaged, SalvageLogFile(scope_, file));
    result_.has_losses = true;
    result_.findings.insert(result_.findings.end(), salvaged.findings.begin(),
                            salvaged.findings.end());
    RETURN_IF_ERROR(Apply(file, salvaged.groups, salvaged.frames));
    const SeriesTable series = registry_.Records();
    for (const WalGap& gap : salvaged.gaps) {
      result_.findings.push_back(DescribeGap(scope_.WalPath(file.sequence), gap, series));
    }
    result_.counted_bytes[file.sequence] = salvaged.content.size();
    result_.next.previous_end = salvaged.content.size();
    return {};
  }

  /// Applies frames, whose groups `groups` begins with, and takes over their marks.
  Status Apply(const LogFile& file, std::span<const WalGroup> groups,
               std::span<const FrameContents> frames) {
    if (scope_.salvages) {
      ApplyWhatFits(file, groups, frames);
      return {};
    }
    if (auto failure = replay_.Apply(frames)) {
      return std::move(failure->error).At(PlaceOf(groups[failure->frame]));
    }
    for (const FrameContents& frame : frames) AddMarks(frame, result_.marks);
    return {};
  }

  void ApplyWhatFits(const LogFile& file, std::span<const WalGroup> groups,
                     std::span<const FrameContents> frames) {
    const WalReplay::LeftOut left_out = replay_.ApplyWhatFits(frames);
    result_.has_losses |= !left_out.groups.empty() || !left_out.samples.empty();
    const std::string path = scope_.WalPath(file.sequence);
    std::set<std::size_t> lost;
    for (const WalReplay::Failure& group : left_out.groups) {
      lost.insert(group.frame);
      result_.findings.push_back(DescribeLostGroup(path, groups[group.frame], group.error));
    }
    for (const auto& [series, samples] : left_out.samples) {
      result_.findings.push_back(
          fmt::format("{}: {} samples of series {} are lost, which is not defined with type {}",
                      path, samples, series.tag.value(), ValueTypeName(series.type)));
    }
    // What is lost may be sent again.
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (lost.count(i) == 0) AddMarks(frames[i], result_.marks);
    }
  }

  const RecoveryScope& scope_;
  const LogFiles& log_;
  const bool is_new_;
  const SeriesRegistry& registry_;
  WalLoader loader_;
  WalReplay replay_;
  ReplayedLog result_;
};

}  // namespace

Result<ReplayedLog> ReplayLog(const RecoveryScope& scope, const LogFiles& log, bool is_new,
                              const ReplayTarget& target) {
  return LogReplay(scope, log, is_new, target).Run();
}

}  // namespace bedplate::historian

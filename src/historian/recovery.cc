#include "historian/recovery.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/loss_text.h"
#include "historian/manifest.h"
#include "historian/newest_log.h"
#include "historian/torn_tail.h"
#include "historian/wal_loader.h"
#include "historian/wal_reader.h"
#include "historian/wal_replay.h"
#include "historian/wal_salvage.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kMaxNamedRuns = 20;  // that a finding lists

/// The log's files that count, and what the last of them leaves to its successor.
struct Replay {
  std::map<std::uint64_t, std::uint64_t> older;  // bytes by sequence
  std::string last_content;                      // `carried` points into it
  std::vector<ByteView> carried;
  std::uint64_t next_sequence = 1;
  std::uint64_t previous_end = 0;
  SourceTable marks;
};

class Recoverer {
 public:
  Recoverer(FileSystem& files, const Clock& clock, std::string directory, RecoveryMode mode)
      : files_(files),
        clock_(clock),
        writes_(mode == RecoveryMode::kWrite || mode == RecoveryMode::kSalvage),
        salvages_(mode == RecoveryMode::kSalvage || mode == RecoveryMode::kReadSalvage),
        directory_(std::move(directory)),
        wal_directory_(JoinPath(directory_, kWalDirectory)),
        segment_directory_(JoinPath(directory_, kSegmentDirectory)) {}

  Result<RecoveredStore> Run() {
    RETURN_IF_ERROR(LoadManifest());
    RETURN_IF_ERROR(CleanSegments());
    ASSIGN_OR_RETURN(const auto sequences, CleanWal());
    RETURN_IF_ERROR(CheckSequences(sequences));
    RETURN_IF_ERROR(ReplayFiles(sequences));
    store_.head->Share();
    if (!writes_) {
      for (const auto& [sequence, bytes] : replay_.older) {
        store_.counted_log_bytes[WalPath(sequence)] = bytes;
      }
      return std::move(store_);
    }
    RETURN_IF_ERROR(StartLog());
    if (is_new_) RETURN_IF_ERROR(WriteManifest(files_, directory_, {}));
    return std::move(store_);
  }

 private:
  Status LoadManifest() {
    // A crash may have come between the manifest's renaming and its directory's sync: what is built
    // on now must not vanish with the next power cut.
    if (writes_) {
      RETURN_IF_ERROR(files_.SyncDirectory(directory_));
      RETURN_IF_ERROR(files_.SyncDirectory(segment_directory_));
    }
    auto read = ReadManifest(files_, directory_);
    is_new_ = !read.ok() && read.error().code() == ErrorCode::kNotFound;
    if (!read.ok() && !is_new_) return std::move(read).error();
    StoredManifest stored = is_new_ ? StoredManifest() : *std::move(read);
    for (const Error& damage : stored.damaged) {
      store_.manifest_findings.push_back(damage.ToString() + kCopyIsWhole);
    }
    // Before anything goes that an older copy still counts on.
    if (writes_ && !is_new_ && !stored.is_in_both) {
      RETURN_IF_ERROR(WriteManifest(files_, directory_, stored.manifest));
    }
    Manifest manifest = std::move(stored.manifest);
    low_water_ = manifest.wal_low_water;
    store_.registry = std::make_unique<SeriesRegistry>();
    for (const SeriesRecord& record : manifest.series) {
      ASSIGN_OR_RETURN(Series* const series, store_.registry->Define(record.definition));
      series->SetTotals(record.totals);
      series->SetLogged();
    }
    store_.segments = std::make_unique<SegmentSet>(files_, directory_, std::move(manifest));
    store_.head = Head::MakeUnshared();
    return {};
  }

  /// Removes segments that the manifest does not name, and notes which of those that it names are
  /// not as they should be.
  Status CleanSegments() {
    ASSIGN_OR_RETURN(const auto names, files_.ListDirectory(segment_directory_));
    std::set<std::string> wanted;
    const auto segments = store_.segments->List();
    for (const SharedSegment& segment : *segments) {
      wanted.insert(SegmentFileName(segment->info().id));
      NoteDamage(*segment);
    }
    for (const std::string& name : names) {
      if (wanted.erase(name) > 0) continue;
      if (is_new_ && ParseSegmentFileName(name) != 0) return MissingManifest(name);
      RETURN_IF_ERROR(RemoveOwn(segment_directory_, name, ParseSegmentFileName(name)));
    }
    return {};
  }

  /// Cheap, so that it can be done at each opening: only a check reads what is in the files.
  void NoteDamage(const SegmentReader& segment) {
    if (auto lost = FindLoss(files_, segment)) store_.damage.push_back(*std::move(lost));
  }

  /// Removes log files that are not needed and returns the sequences of the others.
  Result<std::vector<std::uint64_t>> CleanWal() {
    ASSIGN_OR_RETURN(const auto names, files_.ListDirectory(wal_directory_));
    std::vector<std::uint64_t> sequences;
    for (const std::string& name : names) {
      const std::uint64_t sequence = ParseWalFileName(name);
      if (sequence >= low_water_) {
        sequences.push_back(sequence);
      } else {
        RETURN_IF_ERROR(RemoveOwn(wal_directory_, name, sequence));
      }
    }
    return sequences;
  }

  /// Removes a leftover of ours (`number` is not 0) or a temporary file; leaves all else alone.
  Status RemoveOwn(const std::string& directory, const std::string& name, std::uint64_t number) {
    if (!writes_) return {};
    if (number == 0 && !name.ends_with(kTemporarySuffix)) return {};
    return files_.Remove(JoinPath(directory, name));
  }

  Error MissingManifest(const std::string& name) const {
    return Error(ErrorCode::kCorruption,
                 fmt::format("the file is missing, but {} holds data", name))
        .At(JoinPath(directory_, kManifestName));
  }

  /// Nothing may be missing between the first file that is needed and the newest one.
  Status CheckSequences(const std::vector<std::uint64_t>& sequences) {
    ASSIGN_OR_RETURN(const std::uint64_t newest, NewestSequence(sequences));
    auto present = sequences.begin();
    for (std::uint64_t expected = low_water_; expected <= newest; ++expected) {
      if (present != sequences.end() && *present == expected) {
        ++present;
        continue;
      }
      const Error missing =
          Error(ErrorCode::kCorruption, "the file is missing in the write-ahead log")
              .At(WalPath(expected));
      if (!salvages_) return missing;
      store_.log_findings.push_back(missing.ToString() + "; the appends in it are lost");
    }
    replay_.next_sequence = newest + 1;
    return {};
  }

  /// The greatest number that a log file has or had; 0 for a store that was never opened.
  Result<std::uint64_t> NewestSequence(const std::vector<std::uint64_t>& sequences) {
    std::uint64_t last = sequences.empty() ? 0 : sequences.back();
    ASSIGN_OR_RETURN(const StoredNewestLog stored, ReadNewestLog(files_, wal_directory_));
    for (const Error& damage : stored.damaged) {
      // They only guard the others, so their own damage costs nothing.
      store_.log_findings.push_back(damage.ToString() + "; it is written anew");
    }
    newest_ = stored.newest;
    last = std::max(last, newest_.sequence);
    return is_new_ ? last : std::max(last, low_water_);
  }

  Status ReplayFiles(const std::vector<std::uint64_t>& sequences) {
    loader_.emplace(files_, wal_directory_, sequences);
    wal_replay_.emplace(*store_.registry, *store_.segments, store_.head);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      std::optional<std::uint64_t> counted_bytes;
      const bool is_last = i + 1 == sequences.size();
      Status replayed;
      if (!is_last) {
        const auto next = ReadHeader(sequences[i + 1]);
        if (next.ok()) counted_bytes = next->previous_end;
        if (!next.ok()) replayed = next.error();
      }
      if (replayed.ok()) replayed = ReplayFile(sequences[i], counted_bytes, is_last);
      if (replayed.ok()) continue;
      const bool is_damaged = replayed.error().code() == ErrorCode::kCorruption;
      if (!is_damaged || !salvages_) {
        return std::move(replayed).error().At(WalPath(sequences[i]));
      }
      RETURN_IF_ERROR(SalvageFile(sequences[i], counted_bytes));
    }
    return {};
  }

  /// Takes what is whole of a damaged file. Its groups only stand in memory afterwards, so they
  /// must be flushed before the file goes.
  Status SalvageFile(std::uint64_t sequence, std::optional<std::uint64_t> counted_bytes) {
    const std::string path = WalPath(sequence);
    if (is_new_) return MissingManifest(WalFileName(sequence));
    ASSIGN_OR_RETURN(const std::string content, files_.ReadFile(path, kMaxWalFileBytes));
    replay_.older[sequence] = content.size();
    const auto salvaged = SalvageWal(AsBytes(content), sequence, counted_bytes);
    if (!salvaged.ok()) {
      store_.log_findings.push_back(
          fmt::format("{}: {}; the appends in it are lost", path, salvaged.error().ToString()));
      return {};
    }
    if (!salvaged->header_damage.empty()) {
      store_.log_findings.push_back(
          fmt::format("{}: {}; {} groups of appends were found without it", path,
                      salvaged->header_damage, salvaged->groups.size()));
    }
    std::vector<WalGroup> groups;  // that can be read, with their frames
    std::vector<FrameContents> frames;
    for (const WalGroup& group : salvaged->groups) {
      auto contents = ParseFramePayload(group.payload);
      if (!contents.ok()) {
        NoteLostGroup(path, group, contents.error());
        continue;
      }
      groups.push_back(group);
      frames.push_back(*std::move(contents));
    }
    RETURN_IF_ERROR(ApplyFrames(sequence, groups, frames));
    for (const WalGap& gap : salvaged->gaps) NoteGap(path, gap);
    if (content.size() < DurableEnd(sequence)) {
      NoteGap(path, {.begin = content.size(), .end = DurableEnd(sequence), .seems = {}});
    }
    replay_.next_sequence = std::max(replay_.next_sequence, sequence + 1);
    replay_.previous_end = content.size();
    return {};
  }

  /// What is known of a file besides what it says itself.
  [[nodiscard]] std::uint64_t DurableEnd(std::uint64_t sequence) const {
    return newest_.sequence == sequence ? newest_.end : 0;
  }

  void NoteGap(const std::string& path, const WalGap& gap) {
    std::string finding = fmt::format(
        "{}: bytes {} to {} are lost, with the appends of {} groups", path, gap.begin, gap.end,
        gap.last_group >= gap.first_group ? fmt::to_string(gap.last_group - gap.first_group + 1)
                                          : std::string("an unknown number of"));
    const SeriesTable series = store_.registry->Records();
    for (std::size_t i = 0; i < std::min(gap.seems.size(), kMaxNamedRuns); ++i) {
      const SeemingRun& run = gap.seems[i];
      finding +=
          (i == 0 ? "; it seems " : ", ") +
          DescribeSamples(run.samples, NameOf(series, run.tag), run.first_time, run.last_time);
    }
    if (gap.seems.size() > kMaxNamedRuns) finding += " and more";
    store_.log_findings.push_back(std::move(finding));
  }

  Result<WalHeader> ReadHeader(std::uint64_t sequence) {
    ASSIGN_OR_RETURN(const auto file, files_.OpenRandomAccess(WalPath(sequence)));
    Bytes bytes(kWalHeaderBytes);
    RETURN_IF_ERROR(file->ReadAt(0, bytes));
    auto header = ParseWalHeader(bytes);
    if (!header.ok()) return std::move(header).error().At(WalPath(sequence));
    if (header->sequence != sequence) return OtherSequence(*header).At(WalPath(sequence));
    return header;
  }

  Status ReplayFile(std::uint64_t sequence, std::optional<std::uint64_t> counted_bytes,
                    bool is_last) {
    ASSIGN_OR_RETURN(LoadedWal loaded, loader_->Get(sequence, counted_bytes));
    std::string& content = loaded.content;
    const WalFile& file = loaded.file;
    if (file.header.sequence != sequence) return OtherSequence(file.header);
    if (is_new_ && !file.groups.empty()) return MissingManifest(WalFileName(sequence));
    // Before anything of it is applied: what is salvaged of a damaged file is all of it.
    if (loaded.damage) {
      return std::move(*loaded.damage).At(PlaceOf(file.groups[loaded.frames.size()]));
    }
    if (is_last && file.valid_end < DurableEnd(sequence)) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("damaged at byte {}, and {} bytes were there when the store was "
                               "closed",
                               file.valid_end, DurableEnd(sequence)));
    }
    RETURN_IF_ERROR(ApplyFrames(sequence, file.groups, loaded.frames));
    bool is_bare = true;  // holds nothing but marks, which its successor takes over
    for (const FrameContents& contents : loaded.frames) {
      is_bare = is_bare && contents.series.empty() && contents.runs.empty();
    }
    replay_.older[sequence] = file.valid_end;
    if (!is_last) {
      loader_->GiveBack(std::move(loaded));
      return {};
    }
    if (file.valid_end < file.bytes) NoteTornTail(sequence, file, content);
    if (writes_) {
      PrepareSuccessor(sequence, file, is_bare, std::move(content));
    }
    return {};
  }

  /// Applies frames, whose groups `groups` begins with, and takes over their marks.
  Status ApplyFrames(std::uint64_t sequence, std::span<const WalGroup> groups,
                     std::span<const FrameContents> frames) {
    if (!salvages_) {
      auto failure = wal_replay_->Apply(frames);
      if (failure) return std::move(failure->error).At(PlaceOf(groups[failure->frame]));
      for (const FrameContents& contents : frames) AddMarks(contents);
      return {};
    }
    ASSIGN_OR_RETURN(const WalReplay::LeftOut left_out, wal_replay_->ApplyWhatFits(frames));
    const std::string path = WalPath(sequence);
    std::set<std::size_t> lost;
    for (const WalReplay::Failure& group : left_out.groups) {
      lost.insert(group.frame);
      NoteLostGroup(path, groups[group.frame], group.error);
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (lost.count(i) == 0) AddMarks(frames[i]);
    }
    for (const auto& [series, samples] : left_out.samples) {
      store_.log_findings.push_back(
          fmt::format("{}: {} samples of series {} are lost, which is not defined with type {}",
                      path, samples, series.tag.value(), ValueTypeName(series.type)));
    }
    return {};
  }

  static std::string PlaceOf(const WalGroup& group) {
    return fmt::format("frame before byte {}", group.end);
  }

  void NoteLostGroup(const std::string& path, const WalGroup& group, const Error& why) {
    store_.log_findings.push_back(
        fmt::format("{}: the group before byte {} is lost: {}", path, group.end, why.ToString()));
  }

  void AddMarks(const FrameContents& contents) {
    for (const FrameContents::Mark& mark : contents.marks) {
      replay_.marks.Add(mark.source, mark.marks);
    }
  }

  static Error OtherSequence(const WalHeader& header) {
    return {ErrorCode::kCorruption, fmt::format("the header has the sequence {}", header.sequence)};
  }

  void NoteTornTail(std::uint64_t sequence, const WalFile& file, const std::string& content) {
    const TornTail tail{.path = WalPath(sequence),
                        .sequence = sequence,
                        .offset = file.valid_end,
                        .bytes = file.bytes - file.valid_end};
    std::string finding = DescribeTornTail(tail);
    if (writes_) {
      finding += "; " + KeepTornTail(files_, wal_directory_, tail,
                                     std::string_view(content).substr(tail.offset));
    }
    store_.log_findings.push_back(std::move(finding));
  }

  /// What the last file holds without proof of being durable is written again in its successor. An
  /// empty last file is replaced, so that opening a store again and again does not add files.
  void PrepareSuccessor(std::uint64_t sequence, const WalFile& file, bool is_bare,
                        std::string content) {
    if (is_bare) {
      replay_.older.erase(sequence);
      replay_.next_sequence = sequence;
      replay_.previous_end = file.header.previous_end;
      return;
    }
    replay_.last_content = std::move(content);
    const ByteView bytes = AsBytes(replay_.last_content);
    for (const WalGroup& group : file.groups) {
      if (group.end <= file.proven_end) continue;
      replay_.carried.push_back(
          bytes.subspan(group.end - group.payload.size(), group.payload.size()));
    }
    replay_.older[sequence] = file.proven_end;
    replay_.next_sequence = sequence + 1;
    replay_.previous_end = file.proven_end;
  }

  Status StartLog() {
    // The file that is replaced may be longer than the one that comes.
    if (newest_.sequence == replay_.next_sequence && newest_.end > 0) {
      RETURN_IF_ERROR(
          WriteNewestLog(files_, wal_directory_, {.sequence = newest_.sequence, .end = 0}));
    }
    const Bytes preface = replay_.marks.Payload();
    const WalStart start{.sequence = replay_.next_sequence,
                         .previous_end = replay_.previous_end,
                         .preface = preface,
                         .carried = replay_.carried};
    ASSIGN_OR_RETURN(auto writer, WalWriter::Create(files_, clock_, wal_directory_, start));
    store_.log = std::make_unique<WalLog>(files_, clock_, wal_directory_, std::move(replay_.older),
                                          std::move(writer), std::move(replay_.marks));
    return {};
  }

  [[nodiscard]] std::string WalPath(std::uint64_t sequence) const {
    return JoinPath(wal_directory_, WalFileName(sequence));
  }

  FileSystem& files_;
  const Clock& clock_;
  const bool writes_;
  const bool salvages_;
  const std::string directory_;
  const std::string wal_directory_;
  const std::string segment_directory_;
  bool is_new_ = false;
  std::uint64_t low_water_ = 1;
  NewestLog newest_;
  std::optional<WalLoader> loader_;      // while files are replayed
  std::optional<WalReplay> wal_replay_;  // the same
  Replay replay_;
  RecoveredStore store_;
};

}  // namespace

std::vector<std::string> RecoveredStore::Findings() const {
  std::vector<std::string> all = manifest_findings;
  for (const Error& lost : damage) all.push_back(lost.ToString());
  all.insert(all.end(), log_findings.begin(), log_findings.end());
  return all;
}

std::optional<Error> FindLoss(FileSystem& files, const SegmentReader& segment) {
  const SegmentInfo& info = segment.info();
  const auto bytes = files.FileSize(segment.path());
  if (bytes.ok() && *bytes == info.bytes) return std::nullopt;
  if (!bytes.ok() && bytes.error().code() != ErrorCode::kNotFound) return std::nullopt;
  const std::string what = bytes.ok()
                               ? fmt::format("file has {} bytes, expected {}", *bytes, info.bytes)
                               : std::string("the file is missing, the manifest names it");
  return Error(ErrorCode::kCorruption,
               fmt::format("{}; it holds {} samples of {} tags from {} to {}", what, info.samples,
                           info.series, FormatTimestamp(Timestamp(info.first_time)),
                           FormatTimestamp(Timestamp(info.last_time))))
      .At(segment.path());
}

Result<RecoveredStore> Recover(FileSystem& files, const Clock& clock, const std::string& directory,
                               RecoveryMode mode) {
  return Recoverer(files, clock, directory, mode).Run();
}

}  // namespace bedplate::historian

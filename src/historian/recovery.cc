#include "historian/recovery.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/sample_applier.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {
namespace {

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
  Recoverer(FileSystem& files, const Clock& clock, std::string directory)
      : files_(files),
        clock_(clock),
        directory_(std::move(directory)),
        wal_directory_(JoinPath(directory_, kWalDirectory)),
        segment_directory_(JoinPath(directory_, kSegmentDirectory)) {}

  Result<RecoveredStore> Run() {
    RETURN_IF_ERROR(LoadManifest());
    RETURN_IF_ERROR(CleanSegments());
    ASSIGN_OR_RETURN(const auto sequences, CleanWal());
    RETURN_IF_ERROR(CheckSequences(sequences));
    RETURN_IF_ERROR(ReplayFiles(sequences));
    RETURN_IF_ERROR(StartLog());
    if (is_new_) RETURN_IF_ERROR(WriteManifest(files_, directory_, {}));
    return std::move(store_);
  }

 private:
  Status LoadManifest() {
    // A crash may have come between the manifest's renaming and its directory's sync: what is built
    // on now must not vanish with the next power cut.
    RETURN_IF_ERROR(files_.SyncDirectory(directory_));
    auto read = ReadManifest(files_, directory_);
    is_new_ = !read.ok() && read.error().code() == ErrorCode::kNotFound;
    if (!read.ok() && !is_new_) return std::move(read).error();
    Manifest manifest = is_new_ ? Manifest() : *std::move(read);
    low_water_ = manifest.wal_low_water;
    store_.registry = std::make_unique<SeriesRegistry>();
    for (const SeriesRecord& record : manifest.series) {
      ASSIGN_OR_RETURN(Series* const series, store_.registry->Define(record.definition));
      series->SetTotals(record.totals);
      series->SetLogged();
    }
    store_.segments = std::make_unique<SegmentSet>(files_, directory_, std::move(manifest));
    store_.head = std::make_shared<Head>();
    return {};
  }

  /// Removes segments that the manifest does not name, and demands those that it names.
  Status CleanSegments() {
    ASSIGN_OR_RETURN(const auto names, files_.ListDirectory(segment_directory_));
    std::set<std::string> wanted;
    const auto segments = store_.segments->List();
    for (const SharedSegment& segment : *segments) {
      wanted.insert(SegmentFileName(segment->info().id));
    }
    for (const std::string& name : names) {
      if (wanted.erase(name) > 0) continue;
      if (is_new_ && ParseSegmentFileName(name) != 0) return MissingManifest(name);
      RETURN_IF_ERROR(RemoveOwn(segment_directory_, name, ParseSegmentFileName(name)));
    }
    if (wanted.empty()) return {};
    return Error(ErrorCode::kCorruption, "the file is missing, the manifest names it")
        .At(JoinPath(segment_directory_, *wanted.begin()));
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
    if (number == 0 && !name.ends_with(kTemporarySuffix)) return {};
    return files_.Remove(JoinPath(directory, name));
  }

  Error MissingManifest(const std::string& name) const {
    return Error(ErrorCode::kCorruption,
                 fmt::format("the file is missing, but {} holds data", name))
        .At(JoinPath(directory_, kManifestName));
  }

  Status CheckSequences(const std::vector<std::uint64_t>& sequences) const {
    std::uint64_t expected = low_water_;
    for (const std::uint64_t sequence : sequences) {
      if (sequence != expected) break;
      ++expected;
    }
    const bool complete = expected == low_water_ + sequences.size();
    if (complete && (is_new_ || !sequences.empty())) return {};
    return Error(ErrorCode::kCorruption, "the file is missing in the write-ahead log")
        .At(WalPath(expected));
  }

  Status ReplayFiles(const std::vector<std::uint64_t>& sequences) {
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      std::optional<std::uint64_t> counted_bytes;
      if (i + 1 < sequences.size()) {
        ASSIGN_OR_RETURN(const WalHeader next, ReadHeader(sequences[i + 1]));
        counted_bytes = next.previous_end;
      }
      Status replayed = ReplayFile(sequences[i], counted_bytes);
      if (!replayed.ok()) return std::move(replayed).error().At(WalPath(sequences[i]));
    }
    return {};
  }

  Result<WalHeader> ReadHeader(std::uint64_t sequence) {
    ASSIGN_OR_RETURN(const auto file, files_.OpenRandomAccess(WalPath(sequence)));
    Bytes bytes(kWalHeaderBytes);
    RETURN_IF_ERROR(file->ReadAt(0, bytes));
    auto header = ParseWalHeader(bytes);
    if (!header.ok()) return std::move(header).error().At(WalPath(sequence));
    return header;
  }

  Status ReplayFile(std::uint64_t sequence, std::optional<std::uint64_t> counted_bytes) {
    ASSIGN_OR_RETURN(std::string content, files_.ReadFile(WalPath(sequence), kMaxWalFileBytes));
    ASSIGN_OR_RETURN(const WalFile file, ReadWal(AsBytes(content), counted_bytes));
    if (file.header.sequence != sequence) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("the header has the sequence {}", file.header.sequence));
    }
    if (is_new_ && !file.groups.empty()) return MissingManifest(WalFileName(sequence));
    bool is_bare = true;  // holds nothing but marks, which its successor takes over
    for (const WalGroup& group : file.groups) {
      auto contents = ParseFramePayload(group.payload);
      Status replayed = contents.ok() ? ReplayFrame(*contents) : Status(contents.error());
      if (!replayed.ok()) {
        return std::move(replayed).error().At(fmt::format("frame before byte {}", group.end));
      }
      is_bare = is_bare && contents->series.empty() && contents->runs.empty();
    }
    replay_.older[sequence] = file.valid_end;
    if (!counted_bytes) PrepareSuccessor(sequence, file, is_bare, std::move(content));
    return {};
  }

  Status ReplayFrame(const FrameContents& contents) {
    for (const FrameContents::Mark& mark : contents.marks) {
      replay_.marks.Add(mark.source, mark.marks);
    }
    for (const SeriesDefinition& definition : contents.series) {
      ASSIGN_OR_RETURN(Series* const series, store_.registry->Define(definition));
      series->SetLogged();
    }
    const Snapshot snapshot{store_.segments->List(), nullptr, store_.head};
    for (const TagRun& run : contents.runs) {
      Series* const series = store_.registry->Find(run.tag);
      if (series == nullptr || series->type() != run.samples.type) {
        return Error(ErrorCode::kCorruption,
                     fmt::format("samples of series {}, which is not defined with type {}",
                                 run.tag.value(), ValueTypeName(run.samples.type)));
      }
      if (run.samples.empty()) continue;
      PendingRun pending = DescribeRun(*series, run.samples);
      ApplyRun(snapshot, snapshot, pending, *store_.head);
    }
    return {};
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
  const std::string directory_;
  const std::string wal_directory_;
  const std::string segment_directory_;
  bool is_new_ = false;
  std::uint64_t low_water_ = 1;
  Replay replay_;
  RecoveredStore store_;
};

}  // namespace

Result<RecoveredStore> Recover(FileSystem& files, const Clock& clock,
                               const std::string& directory) {
  return Recoverer(files, clock, directory).Run();
}

}  // namespace bedplate::historian

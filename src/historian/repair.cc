#include "historian/repair.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/copy_file.h"
#include "historian/format.h"
#include "historian/head_flush.h"
#include "historian/loss_text.h"
#include "historian/manifest.h"
#include "historian/merge_cursor.h"
#include "historian/recovery.h"
#include "historian/segment_salvage.h"
#include "historian/segment_writer.h"

namespace bedplate::historian {
namespace {

constexpr char kQuarantineDirectory[] = "quarantine";

/// A segment without what cannot be read of it.
struct Rewritten {
  std::optional<SegmentInfo> segment;  // none when nothing is left
  std::vector<std::string> losses;
};

class Repairer {
 public:
  Repairer(FileSystem& files, const Clock& clock, std::string directory, const CancelToken& cancel)
      : files_(files), clock_(clock), directory_(std::move(directory)), cancel_(cancel) {}

  Result<std::vector<std::string>> Run() {
    RETURN_IF_ERROR(QuarantineManifests());
    RETURN_IF_ERROR(QuarantineLog());
    ASSIGN_OR_RETURN(recovered_, Recover(files_, clock_, directory_, RecoveryMode::kSalvage));
    losses_ = recovered_.manifest_findings;
    losses_.insert(losses_.end(), recovered_.log_findings.begin(), recovered_.log_findings.end());
    series_ = recovered_.registry->Records();
    RETURN_IF_ERROR(FlushHead());
    RETURN_IF_ERROR(MendSegments());
    if (!losses_.empty()) RETURN_IF_ERROR(CountAgain());
    return std::move(losses_);
  }

 private:
  /// Copies aside which of the two cannot be read.
  Status QuarantineManifests() {
    constexpr std::array kNames{"MANIFEST", "MANIFEST.second"};
    const auto paths = ManifestPaths(directory_);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto content = files_.ReadFile(paths[i], kMaxWalFileBytes);
      if (!content.ok() || ParseManifest(AsBytes(*content)).ok()) continue;
      RETURN_IF_ERROR(Quarantine(paths[i], kNames[i]));
    }
    return {};
  }

  /// Copies the log aside if the store cannot be opened with it.
  Status QuarantineLog() {
    const auto readable = Recover(files_, clock_, directory_, RecoveryMode::kRead);
    if (readable.ok() || readable.error().code() != ErrorCode::kCorruption) return {};
    const std::string log = JoinPath(directory_, kWalDirectory);
    ASSIGN_OR_RETURN(const auto names, files_.ListDirectory(log));
    for (const std::string& name : names) {
      if (ParseWalFileName(name) != 0) RETURN_IF_ERROR(Quarantine(JoinPath(log, name), name));
    }
    return {};
  }

  Status Quarantine(const std::string& path, const std::string& name) {
    const std::string directory = JoinPath(directory_, kQuarantineDirectory);
    RETURN_IF_ERROR(files_.CreateDirectories(directory));
    return CopyFileAtomically(files_, path, JoinPath(directory, name));
  }

  Status Publish(ManifestChange change) {
    return recovered_.segments->Publish(std::move(change), [](const auto&) {});
  }

  /// What was saved of the log goes to segments, and the log is not needed any more.
  Status FlushHead() {
    ASSIGN_OR_RETURN(const std::uint64_t sequence, recovered_.log->Rotate());
    ASSIGN_OR_RETURN(auto written,
                     WriteHead(files_, recovered_.segments->segment_directory(), *recovered_.head,
                               [this] { return recovered_.segments->NextId(); }));
    ManifestChange change;
    change.added = std::move(written);
    change.flushed = ManifestChange::Flushed{.series = recovered_.registry->Records(),
                                             .wal_low_water = sequence};
    RETURN_IF_ERROR(Publish(std::move(change)));
    recovered_.log->DropBelow(sequence);
    return {};
  }

  Status MendSegments() {
    const auto list = recovered_.segments->List();
    for (const SharedSegment& segment : *list) {
      if (cancel_.cancelled()) return Error(ErrorCode::kCancelled, "the repair was cancelled");
      ASSIGN_OR_RETURN(const bool is_sound, IsSound(*segment));
      if (!is_sound) RETURN_IF_ERROR(Mend(*segment));
    }
    return {};
  }

  static Result<bool> IsSound(const SegmentReader& segment) {
    const auto index = ReadIndex(segment);
    if (!index.ok()) return UnlessIo(index.error());
    bool is_sound = index->damage.empty();
    RETURN_IF_ERROR(VisitBlocks(segment, *index,
                                [&](TagId, const BlockHeader&, const Result<SampleColumns>& read) {
                                  is_sound &= read.ok();
                                  return Status();
                                }));
    return is_sound;
  }

  using BlockVisitor =
      std::function<Status(TagId, const BlockHeader&, const Result<SampleColumns>&)>;

  /// Visits every block that the index names, readable or not.
  static Status VisitBlocks(const SegmentReader& segment, const SegmentIndex& index,
                            const BlockVisitor& visit) {
    for (const IndexPage& page : index.pages) {
      for (const SeriesBlocks& series : page) {
        for (const BlockHeader& header : series.blocks) {
          const auto columns = segment.Read(series.type, header);
          if (!columns.ok()) RETURN_IF_ERROR(UnlessIo(columns.error()));
          RETURN_IF_ERROR(visit(series.tag, header, columns));
        }
      }
    }
    return {};
  }

  /// Only damage may be left out; what cannot be read for another reason is not lost.
  static Result<bool> UnlessIo(const Error& error) {
    if (error.code() == ErrorCode::kCorruption) return false;
    return error;
  }

  Status Mend(const SegmentReader& segment) {
    ASSIGN_OR_RETURN(Rewritten rewritten, Rewrite(segment));
    const std::string name = SegmentFileName(segment.info().id);
    if (files_.Exists(segment.path())) RETURN_IF_ERROR(Quarantine(segment.path(), name));
    ManifestChange change;
    if (rewritten.segment) change.added.push_back(*rewritten.segment);
    change.removed.push_back(segment.info().id);
    RETURN_IF_ERROR(Publish(std::move(change)));
    losses_.insert(losses_.end(), rewritten.losses.begin(), rewritten.losses.end());
    return {};
  }

  Result<Rewritten> Rewrite(const SegmentReader& segment) {
    const SegmentInfo& info = segment.info();
    const auto index = ReadIndex(segment);
    if (!index.ok()) {
      RETURN_IF_ERROR(UnlessIo(index.error()));
      return Rewritten{{},
                       {Lost(index.error().ToString(), info, fmt::format("{} tags", info.series))}};
    }
    Rewritten rewritten;
    if (!index->damage.empty()) {
      const std::string damage = DescribeDamage(index->damage);
      rewritten.losses.push_back(
          index->lost.empty()
              ? damage + "; all of it was saved"
              : Lost(damage, info, DescribeLostTags(series_, info, index->lost), index->samples));
    }
    RETURN_IF_ERROR(WriteReadable(segment, *index, rewritten));
    return rewritten;
  }

  /// Says that a segment's samples are lost, but for `kept`.
  static std::string Lost(std::string_view damage, const SegmentInfo& info, std::string_view whose,
                          std::uint64_t kept = 0) {
    return fmt::format("{}; {} are lost", damage,
                       DescribeSamples(info.samples - std::min(info.samples, kept), whose,
                                       info.first_time, info.last_time));
  }

  Status WriteReadable(const SegmentReader& segment, const SegmentIndex& index,
                       Rewritten& rewritten) {
    const std::string directory = recovered_.segments->segment_directory();
    ASSIGN_OR_RETURN(auto writer,
                     SegmentWriter::Create(files_, directory, recovered_.segments->NextId()));
    TagId last_kept;
    RETURN_IF_ERROR(VisitBlocks(
        segment, index,
        [&](TagId tag, const BlockHeader& header, const Result<SampleColumns>& columns) -> Status {
          if (columns.ok() && !header.may_repeat) {
            last_kept = tag;
            return writer->Add(tag, *columns);
          }
          // Without the values that came in their place they would be taken for those.
          if (columns.ok() && tag == last_kept) return writer->AddReplaced(tag, *columns);
          rewritten.losses.push_back(fmt::format(
              "{}; {}{} are lost", columns.ok() ? segment.path() : columns.error().ToString(),
              DescribeSamples(header.count, NameOf(series_, tag), header.first_time,
                              header.last_time),
              header.may_repeat ? ", which were replaced," : ""));
          return {};
        }));
    if (last_kept == TagId()) return {};
    ASSIGN_OR_RETURN(rewritten.segment, writer->Finish());
    rewritten.segment->generation = segment.info().generation;
    rewritten.segment->level = segment.info().level;
    rewritten.segment->cleaned = segment.info().cleaned;
    return files_.SyncDirectory(directory);
  }

  /// The totals of every series, of what is left.
  Status CountAgain() {
    ManifestChange change;
    for (SeriesRecord record : series_) {
      record.totals.samples = 0;
      record.totals.first_time = INT64_MAX;
      record.totals.last_time = INT64_MIN;
      RETURN_IF_ERROR(Count(record));
      change.totals.push_back(std::move(record));
    }
    return Publish(std::move(change));
  }

  Status Count(SeriesRecord& record) {
    const Snapshot snapshot{recovered_.segments->List(), nullptr, nullptr};
    ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, record.definition.id,
                                                  record.definition.type, kAllTime));
    MergeCursor cursor(std::move(sources), kAllTime);
    return ReadMerged(cursor, record.definition.type, kMaxBlockSamples, cancel_,
                      [&](const SampleColumns& block) {
                        SeriesTotals& totals = record.totals;
                        totals.samples += block.size();
                        totals.first_time = std::min(totals.first_time, block.times.front());
                        totals.last_time = std::max(totals.last_time, block.times.back());
                        return true;
                      });
  }

  FileSystem& files_;
  const Clock& clock_;
  const std::string directory_;
  const CancelToken& cancel_;
  RecoveredStore recovered_;
  SeriesTable series_;
  std::vector<std::string> losses_;
};

}  // namespace

Result<std::vector<std::string>> RepairStore(FileSystem& files, const Clock& clock,
                                             const std::string& directory,
                                             const CancelToken& cancel) {
  return Repairer(files, clock, directory, cancel).Run();
}

}  // namespace bedplate::historian

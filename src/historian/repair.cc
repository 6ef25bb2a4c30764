#include "historian/repair.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/head_flush.h"
#include "historian/loss_text.h"
#include "historian/manifest.h"
#include "historian/merge_cursor.h"
#include "historian/quarantine.h"
#include "historian/recovery.h"
#include "historian/recovery_manifest.h"
#include "historian/salvage_file.h"
#include "historian/segment_salvage.h"
#include "historian/segment_writer.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kNothingIsLost = "; it is written anew, and nothing is lost by it";

/// A segment without what cannot be read of it.
struct Rewritten {
  std::optional<SegmentInfo> segment;  // none when nothing is left
  std::vector<std::string> losses;
};

class Repairer {
 public:
  Repairer(FileSystem& files, const Clock& clock, std::string directory, const CancelToken& cancel)
      : files_(files),
        clock_(clock),
        directory_(std::move(directory)),
        cancel_(cancel),
        quarantine_(files, clock, directory_) {}

  Result<std::vector<std::string>> Run() {
    RETURN_IF_ERROR(quarantine_.Resume());
    RETURN_IF_ERROR(Survey());
    ASSIGN_OR_RETURN(recovered_, Recover(files_, clock_, directory_, RecoveryMode::kSalvage));
    RETURN_IF_ERROR(quarantine_.NoteMore(FindingsOf(recovered_)));
    series_ = recovered_.registry->Records();
    tombstones_ =
        std::make_shared<const TombstoneSet>(recovered_.segments->Current().first.tombstones);
    ManifestChange change;
    RETURN_IF_ERROR(FlushHead(change));
    RETURN_IF_ERROR(MendSegments(change));
    RETURN_IF_ERROR(CountAgain(change));
    RETURN_IF_ERROR(Publish(std::move(change)));
    RETURN_IF_ERROR(quarantine_.Finish());
    return quarantine_.losses();
  }

 private:
  static std::vector<std::string> FindingsOf(const RecoveredStore& store) {
    std::vector<std::string> findings = store.manifest_findings;
    findings.insert(findings.end(), store.log_findings.begin(), store.log_findings.end());
    return findings;
  }

  /// Before anything is changed: keeps the damaged files of manifest and log, and notes what going
  /// on without them costs.
  Status Survey() {
    for (const DamagedManifest& manifest : FindDamagedManifests(files_, directory_)) {
      ASSIGN_OR_RETURN(const auto copy, quarantine_.Keep(manifest.path, manifest.name));
    }
    ASSIGN_OR_RETURN(const RecoveredStore found,
                     Recover(files_, clock_, directory_, RecoveryMode::kReadSalvage));
    if (found.log_has_losses) RETURN_IF_ERROR(KeepLog());
    return quarantine_.Note(FindingsOf(found));
  }

  Status KeepLog() {
    const std::string log = JoinPath(directory_, kWalDirectory);
    ASSIGN_OR_RETURN(const auto names, files_.ListDirectory(log));
    for (const std::string& name : names) {
      if (ParseWalFileName(name) == 0) continue;
      ASSIGN_OR_RETURN(auto copy, quarantine_.Keep(JoinPath(log, name), name));
      copies_.push_back(std::move(copy));
    }
    return {};
  }

  /// What was saved of the log goes to segments, and the log is not needed any more.
  Status FlushHead(ManifestChange& change) {
    ASSIGN_OR_RETURN(const std::uint64_t sequence, recovered_.log->Rotate());
    ASSIGN_OR_RETURN(change.added,
                     WriteHead(files_, recovered_.segments->segment_directory(), *recovered_.head,
                               [this] { return recovered_.segments->NextId(); }));
    change.flushed = ManifestChange::Flushed{.series = {}, .wal_low_water = sequence};
    for (const SegmentInfo& added : change.added) AddLeft(added);
    return {};
  }

  Status MendSegments(ManifestChange& change) {
    const auto list = recovered_.segments->List();
    for (const SharedSegment& segment : *list) {
      if (cancel_.cancelled()) return Error(ErrorCode::kCancelled, "the repair was cancelled");
      ASSIGN_OR_RETURN(const bool is_sound, IsSound(*segment));
      if (is_sound) {
        left_.push_back(segment);
      } else {
        RETURN_IF_ERROR(Mend(*segment, change));
      }
    }
    return {};
  }

  static Result<bool> IsSound(const SegmentReader& segment) {
    const auto index = ReadIndex(segment);
    if (!index.ok()) return UnlessDamage(index.error());
    bool is_sound = index->damage.empty() && !JudgeTotals(segment, *index);
    RETURN_IF_ERROR(
        VisitBlocks(segment, *index, [&](TagId, const BlockHeader&, const JudgedBlock& block) {
          is_sound &= block.columns.ok() && !block.fault;
          return Status();
        }));
    return is_sound;
  }

  using BlockVisitor = std::function<Status(TagId, const BlockHeader&, const JudgedBlock&)>;

  /// Visits every block that the index names, readable or not.
  static Status VisitBlocks(const SegmentReader& segment, const SegmentIndex& index,
                            const BlockVisitor& visit) {
    for (const IndexPage& page : index.pages) {
      for (const SeriesBlocks& series : page) {
        for (const BlockHeader& header : series.blocks) {
          const JudgedBlock block = JudgeBlock(segment, series.type, header);
          if (!block.columns.ok()) RETURN_IF_ERROR(UnlessDamage(block.columns.error()));
          RETURN_IF_ERROR(visit(series.tag, header, block));
        }
      }
    }
    return {};
  }

  /// Only damage may be left out; what cannot be read for another reason is not lost.
  static Result<bool> UnlessDamage(const Error& error) {
    if (IsDamage(error)) return false;
    return error;
  }

  Status Mend(const SegmentReader& segment, ManifestChange& change) {
    ASSIGN_OR_RETURN(Rewritten rewritten, Rewrite(segment));
    ASSIGN_OR_RETURN(auto copy,
                     quarantine_.Keep(segment.path(), SegmentFileName(segment.info().id)));
    copies_.push_back(std::move(copy));
    RETURN_IF_ERROR(quarantine_.Note(rewritten.losses));
    if (rewritten.segment) {
      change.added.push_back(*rewritten.segment);
      AddLeft(*rewritten.segment);
    }
    change.removed.push_back(segment.info().id);
    return {};
  }

  Result<Rewritten> Rewrite(const SegmentReader& segment) {
    const SegmentInfo& info = segment.info();
    const auto index = ReadIndex(segment);
    if (!index.ok()) {
      RETURN_IF_ERROR(UnlessDamage(index.error()));
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
    if (const auto fault = JudgeTotals(segment, *index); fault && index->damage.empty()) {
      rewritten.losses.push_back(fault->ToString() + std::string(kNothingIsLost));
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
        [&](TagId tag, const BlockHeader& header, const JudgedBlock& block) -> Status {
          const auto& columns = block.columns;
          if (block.fault)
            rewritten.losses.push_back(block.fault->ToString() + std::string(kNothingIsLost));
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

  /// The reader of a segment that there will be.
  void AddLeft(const SegmentInfo& info) {
    auto reader = std::make_shared<const SegmentReader>(
        files_, cache_, recovered_.segments->segment_directory(), info);
    reader->SetTombstones(tombstones_);
    left_.push_back(std::move(reader));
  }

  /// The totals of every series, of what will be left.
  Status CountAgain(ManifestChange& change) {
    std::stable_sort(left_.begin(), left_.end(), [](const auto& a, const auto& b) {
      return a->info().generation < b->info().generation;
    });
    const Snapshot snapshot{std::make_shared<const SegmentList>(left_), nullptr, nullptr};
    std::vector<std::string> wrong;
    for (SeriesRecord record : series_) {
      const SeriesTotals told = record.totals;
      record.totals.samples = 0;
      record.totals.first_time = INT64_MAX;
      record.totals.last_time = INT64_MIN;
      RETURN_IF_ERROR(Count(snapshot, record));
      if (!AreSame(told, record.totals)) wrong.push_back(DescribeTotals(record, told.samples));
      change.totals.push_back(std::move(record));
    }
    // Where something is lost the totals are not as they were, and that is no finding.
    return quarantine_.losses().empty() ? quarantine_.Note(wrong) : Status();
  }

  static bool AreSame(const SeriesTotals& told, const SeriesTotals& counted) {
    return told.samples == counted.samples &&
           (counted.samples == 0 ||
            (told.first_time == counted.first_time && told.last_time == counted.last_time));
  }

  static std::string DescribeTotals(const SeriesRecord& record, std::uint64_t told) {
    return fmt::format(
        "the totals of {} were wrong: {} samples were told, {} are there; nothing is lost by it",
        record.definition.path, told, record.totals.samples);
  }

  Status Count(const Snapshot& snapshot, SeriesRecord& record) {
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

  /// The repair takes effect as a whole: a store whose repair ended early is the damaged one still,
  /// and the next repair finds all of it again.
  Status Publish(ManifestChange change) {
    const std::uint64_t low_water = change.flushed->wal_low_water;
    left_.clear();
    const auto until_taken = recovered_.segments->List();  // whose files go with the last reader
    RETURN_IF_ERROR(recovered_.segments->Publish(std::move(change), [](const auto&) {}));
    for (const Quarantine::Copy& copy : copies_) quarantine_.TakeOriginal(copy);
    recovered_.log->DropBelow(low_water);
    return {};
  }

  FileSystem& files_;
  const Clock& clock_;
  const std::string directory_;
  const CancelToken& cancel_;
  Quarantine quarantine_;
  std::vector<Quarantine::Copy> copies_;  // of files that go
  RecoveredStore recovered_;
  SeriesTable series_;
  std::shared_ptr<const TombstoneSet> tombstones_;
  SegmentCache cache_;  // of the segments that come
  SegmentList left_;    // all segments that there will be
};

}  // namespace

Result<std::vector<std::string>> RepairStore(FileSystem& files, const Clock& clock,
                                             const std::string& directory,
                                             const CancelToken& cancel) {
  return Repairer(files, clock, directory, cancel).Run();
}

}  // namespace bedplate::historian

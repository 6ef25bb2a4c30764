#include "historian/repair.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "historian/format.h"
#include "historian/head_flush.h"
#include "historian/manifest.h"
#include "historian/merge_cursor.h"
#include "historian/recovery.h"
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
    RETURN_IF_ERROR(QuarantineLog());
    ASSIGN_OR_RETURN(recovered_, Recover(files_, clock_, directory_, RecoveryMode::kSalvage));
    for (const std::string& finding : recovered_.findings) {
      // Segments are looked at below, in full.
      if (finding.find(kSegmentSuffix) == std::string::npos) losses_.push_back(finding);
    }
    RETURN_IF_ERROR(FlushHead());
    RETURN_IF_ERROR(MendSegments());
    if (!losses_.empty()) RETURN_IF_ERROR(CountAgain());
    return std::move(losses_);
  }

 private:
  static constexpr std::string_view kSegmentSuffix = ".seg";

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
    ASSIGN_OR_RETURN(const std::string content, files_.ReadFile(path, kMaxWalFileBytes));
    return WriteFileAtomically(files_, JoinPath(directory, name), content);
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

  Result<bool> IsSound(const SegmentReader& segment) {
    bool is_sound = true;
    ASSIGN_OR_RETURN(const bool readable,
                     VisitBlocks(segment, [&](TagId, ValueType, const BlockHeader&,
                                              const Result<SampleColumns>& columns) {
                       is_sound &= columns.ok();
                       return Status();
                     }));
    return is_sound && readable;
  }

  using BlockVisitor =
      std::function<Status(TagId, ValueType, const BlockHeader&, const Result<SampleColumns>&)>;

  /// Visits every block that the index names, readable or not; false when a part of the index
  /// cannot be read.
  Result<bool> VisitBlocks(const SegmentReader& segment, const BlockVisitor& visit) {
    const auto pages = segment.CheckStructure();
    if (!pages.ok()) return UnlessIo(pages.error());
    bool all_read = true;
    for (std::size_t number = 0; number < *pages; ++number) {
      const auto page = segment.LoadPage(number);
      if (!page.ok()) {
        ASSIGN_OR_RETURN(all_read, UnlessIo(page.error()));
        continue;
      }
      for (const SeriesBlocks& series : *page) {
        for (const BlockHeader& header : series.blocks) {
          auto columns = segment.Read(series.type, header);
          if (!columns.ok()) RETURN_IF_ERROR(UnlessIo(columns.error()));
          RETURN_IF_ERROR(visit(series.tag, series.type, header, columns));
        }
      }
    }
    return all_read;
  }

  /// Only damage may be left out; what cannot be read for another reason is not lost.
  static Result<bool> UnlessIo(const Error& error) {
    if (error.code() == ErrorCode::kCorruption) return false;
    return error;
  }

  Status Mend(const SegmentReader& segment) {
    ASSIGN_OR_RETURN(const Rewritten rewritten, Rewrite(segment));
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
    Rewritten rewritten;
    const std::string directory = recovered_.segments->segment_directory();
    const std::uint64_t id = recovered_.segments->NextId();
    ASSIGN_OR_RETURN(auto writer, SegmentWriter::Create(files_, directory, id));
    std::uint64_t kept = 0;
    std::uint64_t named_losses = 0;
    TagId last_kept;
    const auto visit = [&](TagId tag, ValueType, const BlockHeader& header,
                           const Result<SampleColumns>& columns) -> Status {
      if (header.may_repeat) {
        // Without the values that came in their place they would be taken for those.
        if (columns.ok() && tag == last_kept) return writer->AddReplaced(tag, *columns);
      } else if (columns.ok()) {
        kept += columns->size();
        last_kept = tag;
        return writer->Add(tag, *columns);
      } else {
        named_losses += header.count;
      }
      rewritten.losses.push_back(
          fmt::format("{}: {} {} of {} from {} to {} are lost",
                      columns.ok() ? segment.path() : columns.error().ToString(), header.count,
                      header.may_repeat ? "replaced values" : "samples", PathOf(tag),
                      FormatTimestamp(Timestamp(header.first_time)),
                      FormatTimestamp(Timestamp(header.last_time))));
      return {};
    };
    ASSIGN_OR_RETURN([[maybe_unused]] const bool readable, VisitBlocks(segment, visit));
    const SegmentInfo& info = segment.info();
    if (kept + named_losses < info.samples) {
      rewritten.losses.push_back(fmt::format(
          "{}: {} samples from {} to {} are lost, of which the index cannot be read",
          segment.path(), info.samples - kept - named_losses,
          FormatTimestamp(Timestamp(info.first_time)), FormatTimestamp(Timestamp(info.last_time))));
    }
    if (kept == 0) return rewritten;
    ASSIGN_OR_RETURN(rewritten.segment, writer->Finish());
    rewritten.segment->generation = info.generation;
    rewritten.segment->level = info.level;
    rewritten.segment->cleaned = info.cleaned;
    RETURN_IF_ERROR(files_.SyncDirectory(directory));
    return rewritten;
  }

  std::string PathOf(TagId tag) const {
    const Series* const series = recovered_.registry->Find(tag);
    return series != nullptr ? series->definition().path : fmt::format("tag {}", tag.value());
  }

  /// The totals of every series, of what is left.
  Status CountAgain() {
    ManifestChange change;
    for (SeriesRecord record : recovered_.registry->Records()) {
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
  std::vector<std::string> losses_;
};

}  // namespace

Result<std::vector<std::string>> RepairStore(FileSystem& files, const Clock& clock,
                                             const std::string& directory,
                                             const CancelToken& cancel) {
  return Repairer(files, clock, directory, cancel).Run();
}

}  // namespace bedplate::historian

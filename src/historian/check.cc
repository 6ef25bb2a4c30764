#include "historian/check.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/recovery.h"
#include "historian/salvage_file.h"
#include "historian/segment_salvage.h"
#include "historian/wal_reader.h"
#include "historian/wal_salvage.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kSamplesAreWhole =
    "no sample is lost, but what is told of them without reading them may be wrong";

void AddProblem(std::string_view damage, std::string_view loss, std::string_view advice,
                CheckReport& report) {
  report.problems.push_back(fmt::format("{}; {}{}", damage, loss, advice));
}

Status CheckLogFile(FileSystem& files, const std::string& path, std::uint64_t counted_bytes,
                    CheckReport& report) {
  ASSIGN_OR_RETURN(const std::string content, files.ReadFile(path, kMaxWalFileBytes));
  ++report.files;
  report.bytes += counted_bytes;
  ASSIGN_OR_RETURN(const WalFile file, ReadWal(AsBytes(content), counted_bytes));
  for (const WalGroup& group : file.groups) {
    auto contents = ParseFramePayload(group.payload);
    if (!contents.ok()) {
      return std::move(contents).error().At(fmt::format("frame before byte {}", group.end));
    }
    ++report.blocks;
  }
  return {};
}

/// What damage to a log file costs: the groups that are gone, while the others can be saved.
std::string LossInLog(FileSystem& files, const std::string& path, std::uint64_t counted_bytes) {
  const auto read = ReadSalvage(files, path, kMaxWalFileBytes);
  if (!read.ok()) return "every append in it is lost";
  const std::uint64_t sequence = ParseWalFileName(path.substr(path.rfind('/') + 1));
  const auto salvaged = SalvageWal(AsBytes(read->content), sequence, counted_bytes);
  if (!salvaged.ok()) return "every append in it is lost";
  std::uint64_t bytes = 0;
  for (const WalGap& gap : salvaged->gaps) bytes += gap.end - gap.begin;
  bytes += salvaged->published_end -
           std::min<std::uint64_t>(salvaged->published_end, read->content.size());
  return fmt::format("{} bytes of appends are lost, {} groups of appends can be saved", bytes,
                     salvaged->groups.size());
}

Status CheckBlocks(const SegmentReader& segment, const SeriesBlocks& blocks,
                   const SeriesTable& series, const CancelToken& cancel, std::string_view advice,
                   CheckReport& report) {
  for (const BlockHeader& header : blocks.blocks) {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the check was cancelled");
    ++report.blocks;
    const JudgedBlock block = JudgeBlock(segment, blocks.type, header);
    if (!block.columns.ok()) {
      AddProblem(block.columns.error().ToString(),
                 DescribeSamples(header.count, NameOf(series, blocks.tag), header.first_time,
                                 header.last_time) +
                     (blocks.replaced ? ", which were replaced, are lost" : " are lost"),
                 advice, report);
    } else if (block.fault) {
      AddProblem(block.fault->ToString(), kSamplesAreWhole, advice, report);
    }
  }
  return {};
}

/// What the damage to a segment's index costs.
std::string LossInIndex(const SegmentIndex& index, const SegmentInfo& info,
                        const SeriesTable& series) {
  if (index.lost.empty()) return "all of it can be saved";
  return DescribeSamples(info.samples - std::min(info.samples, index.samples),
                         DescribeLostTags(series, info, index.lost), info.first_time,
                         info.last_time) +
         " are lost";
}

/// The check of a directory that cannot or must not be opened.
class DirectoryCheck {
 public:
  DirectoryCheck(FileSystem& files, const Clock& clock, std::string directory,
                 const CancelToken& cancel)
      : files_(files), clock_(clock), directory_(std::move(directory)), cancel_(cancel) {}

  Result<CheckReport> Run() {
    CheckManifest(files_, directory_, report_);
    const auto manifest = ReadManifest(files_, directory_);
    if (!manifest.ok()) return std::move(report_);  // without it nothing else can be read
    RETURN_IF_ERROR(CheckSegments(manifest->manifest));
    RETURN_IF_ERROR(CheckRecovery());
    return std::move(report_);
  }

 private:
  Status CheckSegments(const Manifest& manifest) {
    for (const SeriesRecord& record : manifest.series) report_.samples += record.totals.samples;
    SegmentCache cache;
    const std::string directory = JoinPath(directory_, kSegmentDirectory);
    for (const SegmentInfo& info : manifest.segments) {
      const SegmentReader segment(files_, cache, directory, info);
      RETURN_IF_ERROR(CheckSegment(segment, manifest.series, cancel_, report_));
    }
    return {};
  }

  /// Opens the store without changing it: what that meets and the segments do not show is in the
  /// log.
  Status CheckRecovery() {
    const auto recovered = Recover(files_, clock_, directory_, RecoveryMode::kRead);
    if (!recovered.ok()) return CheckDamagedLog(recovered.error());
    CheckLog(files_, recovered->counted_log_bytes, report_);
    report_.notes = recovered->log_findings;
    report_.samples = 0;
    for (const SeriesRecord& record : recovered->registry->Records()) {
      report_.samples += record.totals.samples;
    }
    return {};
  }

  /// Names everything that is wrong in the log, by leaving it out as a repair would.
  Status CheckDamagedLog(const Error& first) {
    const auto salvaged = Recover(files_, clock_, directory_, RecoveryMode::kReadSalvage);
    if (!salvaged.ok()) {
      report_.problems.push_back(salvaged.error().ToString() +
                                 "; the store cannot be opened without it: put it back from a "
                                 "backup (`bedplate restore`)");
      return {};
    }
    report_.problems.push_back(first.ToString() + "; the store cannot be opened as it is");
    for (const std::string& finding : salvaged->log_findings) {
      report_.problems.push_back(finding + std::string(kRepairAdvice));
    }
    return {};
  }

  FileSystem& files_;
  const Clock& clock_;
  const std::string directory_;
  const CancelToken& cancel_;
  CheckReport report_;
};

}  // namespace

void CheckLog(FileSystem& files, const std::map<std::string, std::uint64_t>& counted_bytes,
              CheckReport& report, std::string_view advice) {
  for (const auto& [path, bytes] : counted_bytes) {
    Status checked = CheckLogFile(files, path, bytes, report);
    if (checked.ok()) continue;
    AddProblem(std::move(checked).error().At(path).ToString(), LossInLog(files, path, bytes),
               advice, report);
  }
}

void CheckManifest(FileSystem& files, const std::string& directory, CheckReport& report) {
  for (const std::string& path : ManifestPaths(directory)) {
    const auto bytes = files.FileSize(path);
    if (!bytes.ok()) continue;
    ++report.files;
    report.bytes += *bytes;
  }
  const auto stored = ReadManifest(files, directory);
  if (!stored.ok()) {
    report.problems.push_back(stored.error().ToString() +
                              "; nobody knows any more which segments count and which tags they "
                              "hold: put it back from a backup (`bedplate restore`)");
    return;
  }
  for (const Error& damage : stored->damaged) {
    report.problems.push_back(damage.ToString() + kCopyIsWhole);
  }
}

Status CheckSegment(const SegmentReader& segment, const SeriesTable& series,
                    const CancelToken& cancel, CheckReport& report, std::string_view advice) {
  const SegmentInfo& info = segment.info();
  ++report.files;
  report.bytes += info.bytes;
  const auto index = ReadIndex(segment);
  if (!index.ok()) {
    AddProblem(index.error().ToString(),
               DescribeSamples(info.samples, fmt::format("{} tags", info.series), info.first_time,
                               info.last_time) +
                   " are lost",
               advice, report);
    return {};
  }
  if (index->damage.empty()) {
    if (const auto fault = JudgeTotals(segment, *index)) {
      AddProblem(fault->ToString(), kSamplesAreWhole, advice, report);
    }
  } else {
    AddProblem(DescribeDamage(index->damage), LossInIndex(*index, info, series), advice, report);
  }
  for (const IndexPage& page : index->pages) {
    for (const SeriesBlocks& blocks : page) {
      RETURN_IF_ERROR(CheckBlocks(segment, blocks, series, cancel, advice, report));
    }
  }
  return {};
}

Result<std::vector<std::string>> CheckCopy(FileSystem& files, const std::string& directory,
                                           const std::string& name, const std::string& path) {
  ASSIGN_OR_RETURN(const StoredManifest stored, ReadManifest(files, directory));
  const std::string base = name.substr(name.rfind('/') + 1);
  CheckReport report;
  if (ParseWalFileName(base) != 0) {
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files.FileSize(path));
    CheckLog(files, {{path, bytes}}, report, /*advice=*/"");
    return std::move(report.problems);
  }
  const auto& segments = stored.manifest.segments;
  const auto info = std::find_if(segments.begin(), segments.end(), [&](const SegmentInfo& segment) {
    return SegmentFileName(segment.id) == base;
  });
  if (info == segments.end()) {
    return Error(ErrorCode::kNotFound, fmt::format("the manifest does not name {}", name)).At(path);
  }
  SegmentCache cache;
  const SegmentReader segment(files, cache, *info, path);
  RETURN_IF_ERROR(CheckSegment(segment, stored.manifest.series, {}, report, /*advice=*/""));
  return std::move(report.problems);
}

Result<CheckReport> CheckDirectory(FileSystem& files, const Clock& clock,
                                   const std::string& directory, const CancelToken& cancel) {
  return DirectoryCheck(files, clock, directory, cancel).Run();
}

}  // namespace bedplate::historian

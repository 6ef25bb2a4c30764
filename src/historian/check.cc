#include "historian/check.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/recovery.h"
#include "historian/wal_reader.h"
#include "historian/wal_salvage.h"

namespace bedplate::historian {
namespace {

constexpr char kRepair[] = "; `bedplate check --repair` goes on without it";

/// What was found in a segment, to be compared with what its footer says.
struct Found {
  std::uint64_t series = 0;
  std::uint64_t blocks = 0;
  std::uint64_t samples = 0;
};

std::string Between(std::int64_t first_time, std::int64_t last_time) {
  return fmt::format("from {} to {}", FormatTimestamp(Timestamp(first_time)),
                     FormatTimestamp(Timestamp(last_time)));
}

void AddProblem(const Error& error, std::string_view loss, CheckReport& report) {
  report.problems.push_back(fmt::format("{}; {}{}", error.ToString(), loss, kRepair));
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
  const auto content = files.ReadFile(path, kMaxWalFileBytes);
  if (!content.ok()) return "every append in it is lost";
  const auto salvaged = SalvageWal(AsBytes(*content), counted_bytes);
  if (!salvaged.ok()) return "every append in it is lost";
  std::uint64_t bytes = 0;
  for (const WalGap& gap : salvaged->gaps) bytes += gap.end - gap.begin;
  return fmt::format("{} bytes of appends are lost, {} groups of appends can be saved", bytes,
                     salvaged->groups.size());
}

Status CheckBlock(const SegmentReader& segment, ValueType type, const BlockHeader& header) {
  ASSIGN_OR_RETURN(const SampleColumns columns, segment.Read(type, header));
  if (Describes(header, columns)) return {};
  return Error(ErrorCode::kCorruption, "the block's header does not describe its samples")
      .At(fmt::format("{} at byte {}", segment.path(), header.payload_offset));
}

Status CheckSeries(const SegmentReader& segment, const SeriesBlocks& series,
                   const SeriesNames& names, const CancelToken& cancel, Found& found,
                   CheckReport& report) {
  if (!series.replaced) ++found.series;
  for (const BlockHeader& header : series.blocks) {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the check was cancelled");
    ++found.blocks;
    if (!series.replaced) found.samples += header.count;
    if (const Status block = CheckBlock(segment, series.type, header); !block.ok()) {
      AddProblem(block.error(),
                 fmt::format("{} samples of {} {} are lost", header.count, names(series.tag),
                             Between(header.first_time, header.last_time)),
                 report);
    }
  }
  return {};
}

/// Returns whether every page could be read.
Result<bool> CheckPages(const SegmentReader& segment, std::size_t pages, const SeriesNames& names,
                        const CancelToken& cancel, Found& found, CheckReport& report) {
  bool all_read = true;
  for (std::size_t number = 0; number < pages; ++number) {
    const auto page = segment.LoadPage(number);
    if (!page.ok()) {
      all_read = false;
      AddProblem(page.error(),
                 fmt::format("of {} tags some are lost {}", segment.info().series,
                             Between(segment.info().first_time, segment.info().last_time)),
                 report);
      continue;
    }
    for (const SeriesBlocks& series : *page) {
      RETURN_IF_ERROR(CheckSeries(segment, series, names, cancel, found, report));
    }
  }
  return all_read;
}

void CompareTotals(const SegmentReader& segment, const Found& found, CheckReport& report) {
  const SegmentInfo& info = segment.info();
  if (found.series != info.series || found.blocks != info.blocks || found.samples != info.samples) {
    report.problems.push_back(
        fmt::format("{}: {} series, {} blocks and {} samples were found, expected {}, {} and {}",
                    segment.path(), found.series, found.blocks, found.samples, info.series,
                    info.blocks, info.samples));
  }
}

/// The check of a directory that cannot or must not be opened.
class DirectoryCheck {
 public:
  DirectoryCheck(FileSystem& files, const Clock& clock, std::string directory,
                 const CancelToken& cancel)
      : files_(files), clock_(clock), directory_(std::move(directory)), cancel_(cancel) {}

  Result<CheckReport> Run() {
    CheckManifest(files_, directory_, report_);
    if (const auto manifest = ReadManifest(files_, directory_); manifest.ok()) {
      RETURN_IF_ERROR(CheckSegments(manifest->manifest));
    }
    RETURN_IF_ERROR(CheckRecovery());
    return std::move(report_);
  }

 private:
  Status CheckSegments(const Manifest& manifest) {
    std::map<TagId, std::string> paths;
    for (const SeriesRecord& record : manifest.series) {
      paths[record.definition.id] = record.definition.path;
      report_.samples += record.totals.samples;
    }
    const auto names = [&](TagId tag) {
      const auto path = paths.find(tag);
      return path != paths.end() ? path->second : fmt::format("tag {}", tag.value());
    };
    SegmentCache cache;
    const std::string directory = JoinPath(directory_, kSegmentDirectory);
    for (const SegmentInfo& info : manifest.segments) {
      const SegmentReader segment(files_, cache, directory, info);
      RETURN_IF_ERROR(CheckSegment(segment, names, cancel_, report_));
    }
    return {};
  }

  /// Opens the store without changing it: what that meets and the segments do not show is in the
  /// log.
  Status CheckRecovery() {
    const auto recovered = Recover(files_, clock_, directory_, RecoveryMode::kRead);
    if (!recovered.ok()) return CheckDamagedLog(recovered.error());
    CheckLog(files_, recovered->counted_log_bytes, report_);
    for (const std::string& finding : recovered->findings) {
      if (!IsKnown(*recovered, finding)) report_.notes.push_back(finding);
    }
    report_.samples = 0;
    for (const SeriesRecord& record : recovered->registry->Records()) {
      report_.samples += record.totals.samples;
    }
    return {};
  }

  /// Missing segments and copies of the manifest are problems already.
  static bool IsKnown(const RecoveredStore& recovered, const std::string& finding) {
    return finding.ends_with(kCopyIsWhole) ||
           std::any_of(recovered.damage.begin(), recovered.damage.end(),
                       [&](const Error& damage) { return damage.ToString() == finding; });
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
    for (const std::string& finding : salvaged->findings) {
      if (!IsKnown(*salvaged, finding)) report_.problems.push_back(finding + kRepair);
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
              CheckReport& report) {
  for (const auto& [path, bytes] : counted_bytes) {
    Status checked = CheckLogFile(files, path, bytes, report);
    if (checked.ok()) continue;
    AddProblem(std::move(checked).error().At(path), LossInLog(files, path, bytes), report);
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

Status CheckSegment(const SegmentReader& segment, const SeriesNames& names,
                    const CancelToken& cancel, CheckReport& report) {
  ++report.files;
  report.bytes += segment.info().bytes;
  const auto pages = segment.CheckStructure();
  if (!pages.ok()) {
    const SegmentInfo& info = segment.info();
    AddProblem(pages.error(),
               fmt::format("{} samples of {} tags {} are lost", info.samples, info.series,
                           Between(info.first_time, info.last_time)),
               report);
    return {};
  }
  Found found;
  ASSIGN_OR_RETURN(const bool all_read, CheckPages(segment, *pages, names, cancel, found, report));
  if (all_read) CompareTotals(segment, found, report);
  report.blocks += found.blocks;
  return {};
}

Result<CheckReport> CheckDirectory(FileSystem& files, const Clock& clock,
                                   const std::string& directory, const CancelToken& cancel) {
  return DirectoryCheck(files, clock, directory, cancel).Run();
}

}  // namespace bedplate::historian

#include "historian/check.h"

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {
namespace {

/// What was found in a segment, to be compared with what its footer says.
struct Found {
  std::uint64_t series = 0;
  std::uint64_t blocks = 0;
  std::uint64_t samples = 0;
};

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

Status CheckBlock(const SegmentReader& segment, ValueType type, const BlockHeader& header) {
  ASSIGN_OR_RETURN(const SampleColumns columns, segment.Read(type, header));
  if (Describes(header, columns)) return {};
  return Error(ErrorCode::kCorruption, "the block's header does not describe its samples")
      .At(fmt::format("{} at byte {}", segment.path(), header.payload_offset));
}

void AddProblem(const Error& error, CheckReport& report) {
  report.problems.push_back(error.ToString());
}

Status CheckSeries(const SegmentReader& segment, const SeriesBlocks& series,
                   const CancelToken& cancel, Found& found, CheckReport& report) {
  ++found.series;
  for (const BlockHeader& header : series.blocks) {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the check was cancelled");
    ++found.blocks;
    found.samples += header.count;
    if (const Status block = CheckBlock(segment, series.type, header); !block.ok()) {
      AddProblem(block.error(), report);
    }
  }
  return {};
}

Status CheckPages(const SegmentReader& segment, std::size_t pages, const CancelToken& cancel,
                  Found& found, CheckReport& report) {
  for (std::size_t number = 0; number < pages; ++number) {
    const auto page = segment.LoadPage(number);
    if (!page.ok()) {
      AddProblem(page.error(), report);
      continue;
    }
    for (const SeriesBlocks& series : *page) {
      RETURN_IF_ERROR(CheckSeries(segment, series, cancel, found, report));
    }
  }
  return {};
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

}  // namespace

void CheckLog(FileSystem& files, const std::map<std::string, std::uint64_t>& counted_bytes,
              CheckReport& report) {
  for (const auto& [path, bytes] : counted_bytes) {
    Status checked = CheckLogFile(files, path, bytes, report);
    if (!checked.ok()) AddProblem(std::move(checked).error().At(path), report);
  }
}

void CheckManifest(FileSystem& files, const std::string& directory, CheckReport& report) {
  ++report.files;
  if (const auto manifest = ReadManifest(files, directory); !manifest.ok()) {
    AddProblem(manifest.error(), report);
    return;
  }
  const auto bytes = files.FileSize(JoinPath(directory, kManifestName));
  if (bytes.ok()) report.bytes += *bytes;
}

Status CheckSegment(const SegmentReader& segment, const CancelToken& cancel, CheckReport& report) {
  ++report.files;
  report.bytes += segment.info().bytes;
  const auto pages = segment.CheckStructure();
  if (!pages.ok()) {
    AddProblem(pages.error(), report);
    return {};
  }
  Found found;
  RETURN_IF_ERROR(CheckPages(segment, *pages, cancel, found, report));
  CompareTotals(segment, found, report);
  report.blocks += found.blocks;
  return {};
}

}  // namespace bedplate::historian

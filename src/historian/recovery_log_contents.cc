#include "historian/recovery_log_contents.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "historian/salvage_file.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kMaxNamedRuns = 20;  // that a finding lists

Status CheckSequence(const WalHeader& header, std::uint64_t sequence) {
  if (header.sequence == sequence) return {};
  return Error(ErrorCode::kCorruption,
               fmt::format("the header has the sequence {}", header.sequence));
}

/// The frames of those groups that can be read.
void ParseGroups(const std::string& path, const std::vector<WalGroup>& groups,
                 SalvagedLogFile& salvaged) {
  for (const WalGroup& group : groups) {
    auto contents = ParseFramePayload(group.payload);
    if (!contents.ok()) {
      salvaged.findings.push_back(DescribeLostGroup(path, group, contents.error()));
      continue;
    }
    salvaged.groups.push_back(group);
    salvaged.frames.push_back(*std::move(contents));
  }
}

}  // namespace

Result<std::uint64_t> ReadPreviousEnd(const RecoveryScope& scope, std::uint64_t sequence) {
  const std::string path = scope.WalPath(sequence);
  ASSIGN_OR_RETURN(const auto file, scope.files.OpenRandomAccess(path));
  Bytes bytes(kWalHeaderBytes);
  RETURN_IF_ERROR(file->ReadAt(0, bytes));
  auto header = ParseWalHeader(bytes);
  if (!header.ok()) return std::move(header).error().At(path);
  Status checked = CheckSequence(*header, sequence);
  if (!checked.ok()) return std::move(checked).error().At(path);
  return header->previous_end;
}

std::string PlaceOf(const WalGroup& group) {
  return fmt::format("frame before byte {}", group.end);
}

Result<LoadedWal> LoadWhole(WalLoader& loader, const LogFile& file) {
  ASSIGN_OR_RETURN(LoadedWal loaded, loader.Get(file.sequence, file.counted_bytes));
  RETURN_IF_ERROR(CheckSequence(loaded.file.header, file.sequence));
  if (loaded.damage) {
    return std::move(*loaded.damage).At(PlaceOf(loaded.file.groups[loaded.frames.size()]));
  }
  if (!file.counted_bytes && loaded.file.valid_end < file.durable_bytes) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("damaged at byte {}, and {} bytes were there when the store was "
                             "closed",
                             loaded.file.valid_end, file.durable_bytes));
  }
  return loaded;
}

Result<SalvagedLogFile> SalvageLogFile(const RecoveryScope& scope, const LogFile& file) {
  const std::string path = scope.WalPath(file.sequence);
  SalvagedLogFile result;
  ASSIGN_OR_RETURN(SalvagedContent read, ReadSalvage(scope.files, path, kMaxWalFileBytes));
  result.content = std::move(read.content);
  if (read.unreadable_bytes > 0) {
    result.findings.push_back(fmt::format("{}: {} bytes of {} cannot be read", path,
                                          read.unreadable_bytes, result.content.size()));
  }
  auto salvaged = SalvageWal(AsBytes(result.content), file.sequence, file.counted_bytes);
  if (!salvaged.ok()) {
    result.findings.push_back(
        fmt::format("{}: {}; the appends in it are lost", path, salvaged.error().ToString()));
    return result;
  }
  if (!salvaged->header_damage.empty()) {
    result.findings.push_back(fmt::format("{}: {}; {} groups of appends were found without it",
                                          path, salvaged->header_damage, salvaged->groups.size()));
  }
  ParseGroups(path, salvaged->groups, result);
  result.gaps = std::move(salvaged->gaps);
  const std::uint64_t durable = std::max(file.durable_bytes, salvaged->published_end);
  if (result.content.size() < durable) {
    result.gaps.push_back({.begin = result.content.size(), .end = durable, .seems = {}});
  }
  return result;
}

std::string DescribeLostGroup(const std::string& path, const WalGroup& group, const Error& why) {
  return fmt::format("{}: the group before byte {} is lost: {}", path, group.end, why.ToString());
}

std::string DescribeGap(const std::string& path, const WalGap& gap, const SeriesTable& series) {
  std::string text = fmt::format(
      "{}: bytes {} to {} are lost, with the appends of {} groups", path, gap.begin, gap.end,
      gap.last_group >= gap.first_group ? fmt::to_string(gap.last_group - gap.first_group + 1)
                                        : std::string("an unknown number of"));
  for (std::size_t i = 0; i < std::min(gap.seems.size(), kMaxNamedRuns); ++i) {
    const SeemingRun& run = gap.seems[i];
    text += (i == 0 ? "; it seems " : ", ") +
            DescribeSamples(run.samples, NameOf(series, run.tag), run.first_time, run.last_time);
  }
  if (gap.seems.size() > kMaxNamedRuns) text += " and more";
  return text;
}

}  // namespace bedplate::historian

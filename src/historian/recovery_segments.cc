#include "historian/recovery_segments.h"

#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace bedplate::historian {

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

Result<std::vector<Error>> RecoverSegments(const RecoveryScope& scope, const SegmentList& named,
                                           bool is_new) {
  ASSIGN_OR_RETURN(const auto names, scope.files.ListDirectory(scope.segment_directory));
  std::set<std::string> wanted;
  std::vector<Error> losses;
  for (const SharedSegment& segment : named) {
    wanted.insert(SegmentFileName(segment->info().id));
    if (auto lost = FindLoss(scope.files, *segment)) losses.push_back(*std::move(lost));
  }
  for (const std::string& name : names) {
    if (wanted.count(name) > 0) continue;
    const std::uint64_t id = ParseSegmentFileName(name);
    if (is_new && id != 0) return scope.MissingManifest(name);
    RETURN_IF_ERROR(scope.RemoveLeftover(JoinPath(scope.segment_directory, name), id));
  }
  return losses;
}

}  // namespace bedplate::historian

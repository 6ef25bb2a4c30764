#include "historian/head_flush.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <span>

#include "historian/columns.h"
#include "historian/format.h"
#include "historian/segment_writer.h"

namespace bedplate::historian {
namespace {

TimeRange RangeOf(const DaySpan& span) {
  return {Timestamp(span.first_day * kNanosecondsPerDay),
          Timestamp((span.last_day + 1) * kNanosecondsPerDay)};
}

void CountDays(std::span<const std::int64_t> times, std::map<std::int64_t, std::uint64_t>& days) {
  while (!times.empty()) {
    const std::int64_t day = times.front() / kNanosecondsPerDay;
    const auto end = std::lower_bound(times.begin(), times.end(), (day + 1) * kNanosecondsPerDay);
    const auto count = static_cast<std::size_t>(end - times.begin());
    days[day] += count;
    times = times.subspan(count);
  }
}

Result<SegmentInfo> WriteSpan(FileSystem& files, const std::string& directory, const Head& head,
                              const DaySpan& span, std::uint64_t id) {
  ASSIGN_OR_RETURN(auto writer, SegmentWriter::Create(files, directory, id));
  const TimeRange range = RangeOf(span);
  for (const TagId tag : head.Tags()) {
    for (const SharedColumns& chunk : head.Chunks(tag, range)) {
      RETURN_IF_ERROR(writer->Add(tag, *chunk));
    }
    for (const SharedColumns& chunk : head.Replaced(tag, range)) {
      RETURN_IF_ERROR(writer->AddReplaced(tag, *chunk));
    }
  }
  ASSIGN_OR_RETURN(SegmentInfo info, writer->Finish());
  info.generation = id;
  return info;
}

void RemoveSegments(FileSystem& files, const std::string& directory,
                    const std::vector<SegmentInfo>& segments) {
  for (const SegmentInfo& segment : segments) {
    static_cast<void>(files.Remove(JoinPath(directory, SegmentFileName(segment.id))));
  }
}

}  // namespace

std::int64_t MonthOf(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days(day)}};
  return (static_cast<std::int64_t>(static_cast<int>(date.year())) - 1970) * 12 +
         static_cast<std::int64_t>(static_cast<unsigned>(date.month())) - 1;
}

std::vector<DaySpan> GroupDays(const std::vector<std::pair<std::int64_t, std::uint64_t>>& days) {
  std::vector<DaySpan> spans;
  std::uint64_t samples = 0;
  for (const auto& [day, count] : days) {
    const bool joins = !spans.empty() && samples + count <= kSharedSegmentSamples &&
                       MonthOf(spans.back().first_day) == MonthOf(day);
    if (joins) {
      spans.back().last_day = day;
      samples += count;
    } else {
      spans.push_back({day, day});
      samples = count;
    }
  }
  return spans;
}

Result<std::vector<SegmentInfo>> WriteHead(FileSystem& files, const std::string& directory,
                                           const Head& head,
                                           const std::function<std::uint64_t()>& next_id) {
  std::map<std::int64_t, std::uint64_t> days;
  for (const TagId tag : head.Tags()) {
    head.VisitTimes(tag, [&](std::span<const std::int64_t> times) { CountDays(times, days); });
  }
  std::vector<SegmentInfo> segments;
  for (const DaySpan& span : GroupDays({days.begin(), days.end()})) {
    auto info = WriteSpan(files, directory, head, span, next_id());
    if (!info.ok()) {
      RemoveSegments(files, directory, segments);
      return std::move(info).error();
    }
    segments.push_back(*info);
  }
  if (segments.empty()) return segments;
  if (Status synced = files.SyncDirectory(directory); !synced.ok()) {
    RemoveSegments(files, directory, segments);
    return std::move(synced).error();
  }
  return segments;
}

}  // namespace bedplate::historian

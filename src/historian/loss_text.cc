#include "historian/loss_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace bedplate::historian {
namespace {

constexpr std::size_t kMaxNames = 20;

SeriesTable::const_iterator FirstFrom(const SeriesTable& series, TagId tag) {
  return std::lower_bound(
      series.begin(), series.end(), tag,
      [](const SeriesRecord& record, TagId wanted) { return record.definition.id < wanted; });
}

/// Whether a series has samples in the time of a segment, as far as its totals tell.
bool MayBeIn(const SeriesRecord& record, const SegmentInfo& info) {
  return record.totals.samples > 0 && record.totals.first_time <= info.last_time &&
         record.totals.last_time >= info.first_time;
}

}  // namespace

std::string NameOf(const SeriesTable& series, TagId tag) {
  const auto found = FirstFrom(series, tag);
  if (found == series.end() || found->definition.id != tag) {
    return fmt::format("tag {}", tag.value());
  }
  return found->definition.path;
}

std::string Between(std::int64_t first_time, std::int64_t last_time) {
  return fmt::format("from {} to {}", FormatTimestamp(Timestamp(first_time)),
                     FormatTimestamp(Timestamp(last_time)));
}

std::string DescribeSamples(std::uint64_t samples, std::string_view whose, std::int64_t first_time,
                            std::int64_t last_time) {
  return fmt::format("{} samples of {} {}", samples, whose, Between(first_time, last_time));
}

std::string DescribeDamage(const std::vector<Error>& damage) {
  BEDPLATE_CHECK(!damage.empty());
  const std::string others =
      damage.size() == 1 ? "" : fmt::format(", and {} more places", damage.size() - 1);
  return damage.front().ToString() + others;
}

std::string DescribeLostTags(const SeriesTable& series, const SegmentInfo& info,
                             const std::vector<TagSpan>& spans) {
  std::vector<std::string_view> names;
  std::size_t more = 0;
  for (const TagSpan& span : spans) {
    for (auto record = FirstFrom(series, span.first);
         record != series.end() && record->definition.id <= span.last; ++record) {
      if (!MayBeIn(*record, info)) continue;
      if (names.size() < kMaxNames) {
        names.push_back(record->definition.path);
      } else {
        ++more;
      }
    }
  }
  if (names.empty()) return fmt::format("some of {} tags", info.series);
  const std::string others = more == 0 ? "" : fmt::format(" and {} more tags", more);
  return fmt::format("{}{}", fmt::join(names, ", "), others);
}

}  // namespace bedplate::historian

#include "services/last_values.h"

#include <algorithm>

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kStaleIntervals = 5;
constexpr nanoseconds kLeastStaleAge = std::chrono::seconds(10);
constexpr nanoseconds kMostStaleAge = std::chrono::hours(24 * 366 * 10);  // keeps sums in range

nanoseconds StaleAge(std::optional<nanoseconds> interval) {
  const nanoseconds usual = std::min(interval.value_or(nanoseconds(0)), kMostStaleAge);
  return std::max(kLeastStaleAge, kStaleIntervals * usual);
}

}  // namespace

std::string_view LivenessName(Liveness state) noexcept {
  switch (state) {
    case Liveness::kLive: return "live";
    case Liveness::kStale: return "stale";
    case Liveness::kBadQuality: return "bad";
    case Liveness::kUnknown: break;
  }
  return "unknown";
}

Result<LastValue> LastValues::Of(TagView view) const {
  LastValue last{std::move(view), {}, {}, Liveness::kUnknown, {}};
  last.interval = intervals_.Of(last.view);
  if (!last.view.HasSamples()) return last;
  ASSIGN_OR_RETURN(last.sample, historian_.Last(last.view.series->id));
  if (!last.sample) return last;
  if (!last.view.tag.on_change) last.stale_after = last.sample->time + StaleAge(last.interval);
  if (last.stale_after && clock_.Now() > *last.stale_after) {
    last.state = Liveness::kStale;
  } else {
    last.state = last.sample->quality.IsBad() ? Liveness::kBadQuality : Liveness::kLive;
  }
  return last;
}

Result<std::vector<LastValue>> LastValues::Of(std::vector<TagView> views) const {
  std::vector<LastValue> values;
  values.reserve(views.size());
  for (TagView& view : views) {
    ASSIGN_OR_RETURN(LastValue value, Of(std::move(view)));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace bedplate

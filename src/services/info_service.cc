#include "services/info_service.h"

#include <algorithm>
#include <vector>

#include "services/own_metrics.h"
#include "services/plant_directory.h"
#include "services/tag_directory.h"

namespace bedplate {
namespace {

void Include(StoreInfo& info, const SeriesInfo& series) {
  if (series.samples == 0) return;
  info.first = std::min(info.first.value_or(*series.first), *series.first);
  info.last = std::max(info.last.value_or(*series.last), *series.last);
}

}  // namespace

Result<StoreInfo> InfoService::Read() const {
  ASSIGN_OR_RETURN(const PlantDirectory plant, PlantDirectory::Read(catalog_.plant()));
  ASSIGN_OR_RETURN(const Glob everything, Glob::Parse("**"));
  ASSIGN_OR_RETURN(const TagList tags,
                   TagDirectory(catalog_.plant(), historian_).List({everything, "", UINT64_MAX}));
  const HistorianStats stats = historian_.Stats();
  StoreInfo info;
  info.started = started_;
  info.now = clock_.Now();
  info.plant = plant.Enterprise();
  info.time_zone = plant.main_zone();
  info.currency = plant.main_currency();
  info.assets = plant.assets().size();
  info.samples = stats.samples;
  info.bytes = stats.wal_bytes + stats.segment_bytes;
  for (const TagView& view : tags.tags) {
    if (IsOwnMetric(view.tag.path)) {
      if (view.series) info.samples -= std::min(info.samples, view.series->samples);
      continue;
    }
    ++info.tags;
    if (view.series) Include(info, *view.series);
  }
  ASSIGN_OR_RETURN(info.dead_letters, catalog_.dead_letters().Total());
  return info;
}

}  // namespace bedplate

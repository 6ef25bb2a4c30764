// Any text, read as an initiative: faults with a place, or an initiative that can be evaluated.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "value/evaluation.h"
#include "value/initiative_yaml.h"

namespace {

using bedplate::PeriodData;

constexpr std::size_t kMaxFuzzedBuckets = 2000;

/// Figures that depend on nothing but the bucket, in `drivers` columns.
PeriodData Figures(bedplate::Buckets buckets, const std::vector<bedplate::Driver>& drivers) {
  PeriodData data;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    data.kpi.push_back(static_cast<double>(i % 13) * 0.5);
  }
  for (const bedplate::Driver& driver : drivers) {
    bedplate::DriverData& column = data.drivers.emplace_back();
    if (driver.kind == bedplate::DriverKind::kCategory) {
      column.levels = {"a"};
      column.shares = {data.kpi};
    } else if (driver.kind != bedplate::DriverKind::kCalendar) {
      column.values = data.kpi;
    }
  }
  data.buckets = std::move(buckets);
  return data;
}

void EvaluateAnything(const bedplate::Initiative& initiative) {
  const auto calendar = bedplate::PlantCalendar::ForZone(initiative.zone);
  BEDPLATE_CHECK(calendar.ok());
  bedplate::InitiativeData data;
  for (auto [period, target] : {std::pair{initiative.baseline, &data.baseline},
                                std::pair{initiative.reporting, &data.reporting}}) {
    auto buckets = bedplate::PlanBuckets(period, initiative.granularity, calendar.value());
    if (!buckets.ok() || buckets.value().size() > kMaxFuzzedBuckets) return;
    *target = Figures(std::move(buckets).value(), initiative.drivers);
  }
  (void)bedplate::Evaluate(initiative, data, initiative.reporting.stop);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = bedplate::ParseInitiative("fuzz.yaml", text, "Europe/Berlin");
  for (const bedplate::YamlFault& fault : parsed.faults) {
    BEDPLATE_CHECK(fault.line >= 1 && fault.column >= 1);
    BEDPLATE_CHECK(!fault.expected.empty());
  }
  if (parsed.ok()) EvaluateAnything(parsed.initiative);
  return 0;
}

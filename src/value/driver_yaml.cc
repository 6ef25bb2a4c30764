#include "value/driver_yaml.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/path.h"

namespace bedplate {
namespace {

constexpr std::size_t kMaxDrivers = 50;
constexpr std::string_view kForms =
    "one of {tag, aggregate}, {tag, kind: category}, {tag, share_of}, {calendar}, {production}";

std::optional<std::string> ReadTag(YamlMapReader& map, std::string_view field) {
  auto tag = map.String(field);
  if (tag && !CheckPath(*tag).ok()) {
    map.Fault(field, "the path of a tag");
    return std::nullopt;
  }
  return tag;
}

/// The longest bucket in which every code of the factor still occurs by itself.
std::chrono::nanoseconds Finest(CalendarFactor factor) {
  return std::chrono::hours(factor == CalendarFactor::kDayOfWeek ? 24 : 1);
}

std::optional<Driver> ReadCalendar(YamlMapReader& map, std::chrono::nanoseconds granularity) {
  const auto word = map.Choice("calendar", {"hour-of-day", "day-of-week", "hour-of-week"});
  if (!word) return std::nullopt;
  Driver driver;
  driver.kind = DriverKind::kCalendar;
  for (const auto factor :
       {CalendarFactor::kHourOfDay, CalendarFactor::kDayOfWeek, CalendarFactor::kHourOfWeek}) {
    if (*word == CalendarFactorName(factor)) driver.calendar = factor;
  }
  if (granularity > Finest(driver.calendar)) {
    map.Fault("calendar", fmt::format("a factor no finer than the granularity {}",
                                      FormatDuration(granularity)));
    return std::nullopt;
  }
  return driver;
}

std::optional<Driver> ReadProduction(YamlMapReader& map) {
  const auto tag = ReadTag(map, "production");
  if (!tag) return std::nullopt;
  Driver driver;
  driver.tag = *tag;
  driver.aggregate = Aggregate::kSum;
  driver.production = true;
  return driver;
}

std::optional<Driver> ReadTagged(YamlMapReader& map) {
  const auto tag = ReadTag(map, "tag");
  if (!tag) return std::nullopt;
  Driver driver;
  driver.tag = *tag;
  const auto kind = map.Choice("kind", {"number", "category"});
  const auto aggregate = map.Choice("aggregate", {"mean", "sum", "integral"});
  const auto share_of = map.String("share_of");
  if (kind == "category") {
    driver.kind = DriverKind::kCategory;
    if (aggregate || share_of) map.Fault("kind", "a category without aggregate and share_of");
  } else if (share_of) {
    driver.kind = DriverKind::kShare;
    driver.value = *share_of;
    if (aggregate) map.Fault("share_of", "either aggregate or share_of");
  } else if (aggregate) {
    driver.aggregate = *aggregate == "sum"    ? Aggregate::kSum
                       : *aggregate == "mean" ? Aggregate::kMean
                                              : Aggregate::kIntegral;
  }
  return driver;
}

/// A misspelt key is named; else the forms are.
void RefuseForm(YamlMapReader& map, const std::string& key) {
  std::size_t known = 0;
  for (const auto field : {"tag", "kind", "aggregate", "share_of", "calendar", "production"}) {
    if (map.Child(field) != nullptr) ++known;
  }
  if (known < map.node().fields.size()) return map.RefuseUnknown();
  map.faults().Add(map.node(), key, kForms);
}

std::optional<PlacedDriver> ReadDriver(const YamlValue& node, const std::string& key,
                                       std::chrono::nanoseconds granularity, YamlFaults& faults) {
  YamlMapReader map(node, key, faults);
  if (node.kind != YamlKind::kMap) return std::nullopt;
  std::optional<Driver> driver;
  std::string_view tag_field;
  if (map.Child("calendar") != nullptr) {
    driver = ReadCalendar(map, granularity);
  } else if (map.Child("production") != nullptr) {
    tag_field = "production";
    driver = ReadProduction(map);
  } else if (map.Child("tag") != nullptr) {
    tag_field = "tag";
    driver = ReadTagged(map);
  } else {
    RefuseForm(map, key);
    return std::nullopt;
  }
  map.RefuseUnknown();
  if (!driver) return std::nullopt;
  return PlacedDriver{*std::move(driver), node.Find(tag_field), map.KeyOf(tag_field)};
}

bool Holds(const std::vector<PlacedDriver>& drivers, const Driver& driver) {
  return std::ranges::find(drivers, driver, &PlacedDriver::driver) != drivers.end();
}

}  // namespace

std::vector<PlacedDriver> ReadDrivers(const YamlValue& list, const std::string& key,
                                      std::chrono::nanoseconds granularity, YamlFaults& faults) {
  std::vector<PlacedDriver> drivers;
  if (list.items.size() > kMaxDrivers) {
    faults.Add(list, key, fmt::format("at most {} drivers", kMaxDrivers));
    return drivers;
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string item_key = fmt::format("{}[{}]", key, i);
    auto placed = ReadDriver(list.items[i], item_key, granularity, faults);
    if (!placed) continue;
    if (Holds(drivers, placed->driver)) {
      faults.Add(list.items[i], item_key, "each driver once",
                 DriverLabel(placed->driver) + " again");
      continue;
    }
    drivers.push_back(*std::move(placed));
  }
  return drivers;
}

}  // namespace bedplate

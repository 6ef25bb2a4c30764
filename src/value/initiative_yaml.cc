#include "value/initiative_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/path.h"
#include "value/business_case.h"
#include "value/driver_yaml.h"
#include "value/plant_calendar.h"

namespace bedplate {
namespace {

constexpr std::size_t kMaxCosts = 1000;
constexpr double kMaxUnitAmount = 1e9;  // more for one KPI unit is a slip of the pen
constexpr double kMaxAmount = 1e12;     // of a cost or a promise

bool IsCurrency(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Reads the parts of one initiative into `out`; `calendar` is null when the zone is unknown.
class InitiativeReader {
 public:
  InitiativeReader(const PlantCalendar* calendar, YamlFaults& faults, PlacedInitiative& out)
      : calendar_(calendar), faults_(faults), out_(out.initiative), tags_(out.tags) {}

  void Read(const YamlValue& root, const std::string& key) {
    YamlMapReader map(root, key, faults_);
    if (root.kind != YamlKind::kMap) return;
    out_.title = map.RequiredString("title");
    out_.scope = ReadPath(map, "scope");
    ReadStatus(map);
    ReadOwners(map);
    ReadKpi(map);
    ReadUnitValue(map);
    ReadGranularity(map);
    out_.baseline = ReadPeriod(map, "baseline");
    out_.reporting = ReadPeriod(map, "reporting");
    CheckOrder(map);
    ReadDriverList(map);
    ReadExpected(map);
    ReadRateAndHorizon(map);
    ReadCosts(map);  // after the horizon, which bounds their dates
    map.RefuseUnknown();
  }

 private:
  /// Empty when it is none.
  static std::string ReadPath(YamlMapReader& map, std::string_view field) {
    std::string path = map.RequiredString(field);
    if (path.empty() || CheckPath(path).ok()) return path;
    map.Fault(field, "a path such as acme/leeds");
    return {};
  }

  void ReadDriverList(YamlMapReader& map) {
    const YamlValue* list = map.ChildList("drivers");
    if (list == nullptr) return;
    for (PlacedDriver& placed :
         ReadDrivers(*list, map.KeyOf("drivers"), out_.granularity, faults_)) {
      const DriverKind kind = placed.driver.kind;
      const bool text = kind == DriverKind::kCategory || kind == DriverKind::kShare;
      if (placed.tag != nullptr && placed.driver.tag == out_.kpi.tag) {
        faults_.Add(*placed.tag, placed.tag_key,
                    "a tag other than the KPI's, which explains itself");
        continue;
      }
      if (placed.tag != nullptr) {
        tags_.push_back({placed.driver.tag, text ? TagContent::kText : TagContent::kNumber,
                         placed.tag, std::move(placed.tag_key)});
      }
      out_.drivers.push_back(std::move(placed.driver));
    }
  }

  void ReadStatus(YamlMapReader& map) {
    const auto word = map.Choice("status", {"idea", "pilot", "scaled", "stopped"});
    for (const auto status : {InitiativeStatus::kIdea, InitiativeStatus::kPilot,
                              InitiativeStatus::kScaled, InitiativeStatus::kStopped}) {
      if (word == InitiativeStatusName(status)) out_.status = status;
    }
  }

  void ReadOwners(YamlMapReader& map) {
    const YamlValue* node = map.ChildMap("owners");
    if (node == nullptr) return;
    YamlMapReader owners(*node, map.KeyOf("owners"), faults_);
    out_.owners.business = owners.String("business").value_or("");
    out_.owners.ot = owners.String("ot").value_or("");
    out_.owners.it = owners.String("it").value_or("");
    out_.owners.finance = owners.String("finance").value_or("");
    owners.RefuseUnknown();
  }

  void ReadKpi(YamlMapReader& map) {
    const YamlValue* node = map.RequiredChild("kpi", "a map with tag, aggregate, direction, unit");
    if (node == nullptr) return;
    YamlMapReader kpi(*node, map.KeyOf("kpi"), faults_);
    out_.kpi.tag = ReadPath(kpi, "tag");
    if (!out_.kpi.tag.empty()) {
      tags_.push_back({out_.kpi.tag, TagContent::kNumber, node->Find("tag"), kpi.KeyOf("tag")});
    }
    if (const auto word = kpi.Choice("aggregate", {"sum", "mean", "integral"})) {
      out_.kpi.aggregate = *word == "sum"    ? Aggregate::kSum
                           : *word == "mean" ? Aggregate::kMean
                                             : Aggregate::kIntegral;
    }
    if (const auto word = kpi.Choice("direction", {"decrease", "increase"})) {
      out_.kpi.direction = *word == "decrease" ? KpiDirection::kDecrease : KpiDirection::kIncrease;
    } else {
      (void)kpi.RequiredChild("direction", "one of decrease, increase");
    }
    out_.kpi.unit = kpi.RequiredString("unit");
    kpi.RefuseUnknown();
  }

  void ReadUnitValue(YamlMapReader& map) {
    const YamlValue* node = map.RequiredChild("unit_value", "a map with amount, currency and per");
    if (node == nullptr) return;
    YamlMapReader value(*node, map.KeyOf("unit_value"), faults_);
    (void)value.RequiredChild("amount", "what one KPI unit is worth");
    out_.unit_value.amount = value.Number("amount").value_or(1);
    CheckAmount(value, out_.unit_value.amount, kMaxUnitAmount);
    out_.unit_value.currency = value.RequiredString("currency");
    if (!out_.unit_value.currency.empty() && !IsCurrency(out_.unit_value.currency)) {
      value.Fault("currency", "an ISO 4217 code such as EUR");
    }
    const std::string per = value.RequiredString("per");
    if (!per.empty() && per != out_.kpi.unit) {
      value.Fault("per", fmt::format("the KPI's unit '{}'", out_.kpi.unit));
    }
    ReadOver(value);
    value.RefuseUnknown();
  }

  /// A mean has no amount of its own: its worth needs a span of time.
  void ReadOver(YamlMapReader& value) {
    const auto over = value.Choice("over", {"year"});
    if (out_.kpi.aggregate == Aggregate::kMean) {
      if (!over)
        (void)value.RequiredChild("over", "year (what a mean of one unit is worth a year)");
    } else if (over) {
      value.Fault("over", "no 'over' for a sum or integral");
    }
  }

  void ReadGranularity(YamlMapReader& map) {
    const auto word = map.Choice("granularity", {"15m", "30m", "1h", "1d", "1w"});
    if (!word) {
      (void)map.RequiredChild("granularity", "one of 15m, 30m, 1h, 1d, 1w");
      return;
    }
    if (auto duration = ParseDuration(*word); duration.ok()) out_.granularity = duration.value();
  }

  std::optional<Timestamp> ReadTime(YamlMapReader& map, std::string_view field) {
    const std::string text = map.RequiredString(field);
    if (text.empty() || calendar_ == nullptr) return std::nullopt;
    auto time = calendar_->Parse(text);
    if (time.ok()) return time.value();
    map.Fault(field, "a local date or time such as 2018-01-01 or 2018-01-01 06:00");
    return std::nullopt;
  }

  TimeRange ReadPeriod(YamlMapReader& map, std::string_view field) {
    const YamlValue* node = map.RequiredChild(field, "a map with from and to");
    if (node == nullptr) return {};
    YamlMapReader period(*node, map.KeyOf(field), faults_);
    const auto from = ReadTime(period, "from");
    const auto to = ReadTime(period, "to");
    period.RefuseUnknown();
    if (!from || !to) return {};
    if (*to <= *from) period.Fault("to", "a time after 'from'");
    return {*from, *to};
  }

  void CheckOrder(YamlMapReader& map) {
    if (out_.baseline.Empty() || out_.reporting.Empty()) return;
    if (out_.reporting.start < out_.baseline.stop) {
      map.Fault("reporting", "a period that starts no earlier than the baseline's 'to'");
    }
  }

  void ReadExpected(YamlMapReader& map) {
    const YamlValue* node = map.ChildMap("expected");
    if (node == nullptr) return;
    YamlMapReader expected(*node, map.KeyOf("expected"), faults_);
    ExpectedEffect effect;
    for (auto [field, target] : {std::pair{"low", &effect.low}, std::pair{"likely", &effect.likely},
                                 std::pair{"high", &effect.high}}) {
      (void)expected.RequiredChild(field, "a number");
      *target = expected.Number(field).value_or(0);
      if (std::abs(*target) > kMaxAmount) {
        expected.Fault(field, fmt::format("a number of at most {:g}", kMaxAmount));
      }
    }
    if (effect.low > effect.likely) expected.Fault("low", "at most 'likely'");
    if (effect.high < effect.likely) expected.Fault("high", "at least 'likely'");
    const std::string unit = expected.RequiredString("unit");
    effect.percent = unit == "percent";
    if (!unit.empty() && !effect.percent && unit != out_.kpi.unit) {
      expected.Fault("unit", fmt::format("percent or the KPI's unit '{}'", out_.kpi.unit));
    }
    (void)expected.Choice("per", {"year"});
    expected.RefuseUnknown();
    out_.expected = effect;
  }

  void ReadCosts(YamlMapReader& map) {
    const YamlValue* list = map.ChildList("costs");
    if (list == nullptr) return;
    if (list->items.size() > kMaxCosts) {
      map.Fault("costs", fmt::format("at most {} costs", kMaxCosts));
      return;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      ReadCost(list->items[i], fmt::format("{}[{}]", map.KeyOf("costs"), i));
    }
  }

  static void CheckAmount(YamlMapReader& map, double amount, double limit) {
    if (amount <= 0) map.Fault("amount", "an amount above zero");
    if (amount > limit) map.Fault("amount", fmt::format("an amount of at most {:g}", limit));
  }

  /// The benefit ends with the horizon; a cost beyond it would have nothing to be weighed against.
  void CheckWithinHorizon(YamlMapReader& map, Timestamp date) {
    if (out_.reporting.Empty() || out_.horizon_years == 0) return;
    const Timestamp horizon = HorizonOf(out_);
    if (date < horizon) return;
    map.Fault("date",
              fmt::format("a date before the horizon, which is {} and {} from the start of "
                          "the reporting period",
                          FormatTimestamp(horizon),
                          out_.horizon_years == 1 ? std::string("one year")
                                                  : fmt::format("{} years", out_.horizon_years)));
  }

  void ReadCost(const YamlValue& node, const std::string& key) {
    YamlMapReader map(node, key, faults_);
    if (node.kind != YamlKind::kMap) return;
    Cost cost;
    if (const auto date = ReadTime(map, "date")) {
      cost.date = *date;
      CheckWithinHorizon(map, cost.date);
    }
    (void)map.RequiredChild("amount", "an amount above zero");
    cost.amount = map.Number("amount").value_or(1);
    CheckAmount(map, cost.amount, kMaxAmount);
    cost.what = map.RequiredString("what");
    cost.yearly = map.Choice("kind", {"once", "yearly"}) == "yearly";
    map.RefuseUnknown();
    out_.costs.push_back(std::move(cost));
  }

  void ReadRateAndHorizon(YamlMapReader& map) {
    (void)map.RequiredChild("discount_rate", "a rate per year such as 0.08");
    out_.discount_rate = map.Number("discount_rate").value_or(0);
    if (out_.discount_rate < 0 || out_.discount_rate >= 1) {
      map.Fault("discount_rate", "a rate per year from 0 to below 1, such as 0.08");
    }
    (void)map.RequiredChild("horizon_years", "a whole number from 1 to 50");
    const std::int64_t years = map.Integer("horizon_years").value_or(1);
    if (years < 1 || years > 50) {
      map.Fault("horizon_years", "a whole number from 1 to 50");
    } else {
      out_.horizon_years = static_cast<int>(years);
    }
  }

  const PlantCalendar* calendar_;
  YamlFaults& faults_;
  Initiative& out_;
  std::vector<TagReference>& tags_;
};

}  // namespace

PlacedInitiative ReadInitiative(const YamlValue& map, const std::string& key, std::string_view zone,
                                YamlFaults& faults) {
  PlacedInitiative placed;
  placed.initiative.zone = zone;
  const auto calendar = PlantCalendar::ForZone(zone);
  if (!calendar.ok()) {
    faults.Add(map, key, "a plant with an IANA time zone such as Europe/Berlin",
               fmt::format("'{}'", zone));
  }
  InitiativeReader(calendar.ok() ? &calendar.value() : nullptr, faults, placed).Read(map, key);
  return placed;
}

ParsedInitiative ParseInitiative(const std::string& name, std::string_view text,
                                 std::string_view zone) {
  ParsedInitiative parsed;
  YamlFaults faults(name);
  const YamlValue root = ParseYaml(text, faults);
  if (faults.empty()) parsed.initiative = ReadInitiative(root, "", zone, faults).initiative;
  parsed.faults = std::move(faults).Take();
  return parsed;
}

}  // namespace bedplate

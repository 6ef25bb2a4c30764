#include "api/initiative_json.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "api/json_views.h"
#include "value/business_case.h"

namespace bedplate {
namespace {

constexpr double kPercent = 100;

void WriteInterval(JsonWriter& json, std::string_view key,
                   const std::optional<Interval>& interval) {
  json.Key(key).BeginObject();
  if (interval) {
    json.Key("value").Number(interval->middle);
    json.Key("low").Number(interval->low).Key("high").Number(interval->high);
  } else {
    json.Key("value").Null().Key("low").Null().Key("high").Null();
  }
  json.EndObject();
}

/// One part of the effect, empty where nothing could be measured.
std::optional<Interval> PartOf(const MeasuredInitiative& measured, Interval Effect::* part) {
  if (!measured.evaluation || !measured.evaluation->effect) return std::nullopt;
  return (*measured.evaluation->effect).*part;
}

std::optional<Interval> ExpectedPerYear(const MeasuredInitiative& measured) {
  if (!measured.evaluation || !measured.evaluation->expected) return std::nullopt;
  const BusinessCase& expected = *measured.evaluation->expected;
  return Interval{expected.low.yearly_benefit, expected.likely.yearly_benefit,
                  expected.high.yearly_benefit};
}

void WriteSummaryFields(JsonWriter& json, const MeasuredInitiative& measured) {
  const Initiative& initiative = measured.initiative;
  const Verdict verdict = measured.evaluation ? measured.evaluation->verdict : Verdict::kNoVerdict;
  json.Key("name").Text(measured.name).Key("title").Text(initiative.title);
  json.Key("scope").Text(initiative.scope);
  json.Key("status").Text(InitiativeStatusName(initiative.status));
  json.Key("verdict").Text(VerdictName(verdict));
  json.Key("verdict_text").Text(measured.verdict_text);
  json.Key("currency").Text(initiative.unit_value.currency);
  WriteInterval(json, "measured_per_year", PartOf(measured, &Effect::annual_money));
  WriteInterval(json, "expected_per_year", ExpectedPerYear(measured));
  if (measured.evaluation && !measured.evaluation->caveat.empty()) {
    json.Key("caveat").Text(measured.evaluation->caveat);
  }
  if (!measured.reason.empty()) json.Key("reason").Text(measured.reason);
  if (!measured.error.empty()) json.Key("error").Text(measured.error);
}

void WritePeriod(JsonWriter& json, std::string_view key, TimeRange period) {
  json.Key(key).BeginObject().Key("from").Milliseconds(period.start);
  json.Key("to").Milliseconds(period.stop).EndObject();
}

void WriteOwners(JsonWriter& json, const Owners& owners) {
  json.Key("owners").BeginObject();
  const auto write = [&json](std::string_view key, const std::string& who) {
    if (!who.empty()) json.Key(key).Text(who);
  };
  write("business", owners.business);
  write("ot", owners.ot);
  write("it", owners.it);
  write("finance", owners.finance);
  json.EndObject();
}

void WriteDeclaration(JsonWriter& json, const Initiative& initiative) {
  WriteOwners(json, initiative.owners);
  const bool decrease = initiative.kpi.direction == KpiDirection::kDecrease;
  json.Key("kpi").BeginObject().Key("tag").Text(initiative.kpi.tag);
  json.Key("unit").Text(initiative.kpi.unit);
  json.Key("direction").Text(decrease ? "decrease" : "increase");
  json.Key("aggregate").Text(AggregateName(initiative.kpi.aggregate)).EndObject();
  json.Key("unit_value").BeginObject().Key("amount").Number(initiative.unit_value.amount);
  json.Key("currency").Text(initiative.unit_value.currency);
  json.Key("per").Text(initiative.kpi.unit).EndObject();
  json.Key("granularity").Text(FormatDuration(initiative.granularity));
  WritePeriod(json, "baseline", initiative.baseline);
  WritePeriod(json, "reporting", initiative.reporting);
  json.Key("drivers").BeginArray();
  for (const Driver& driver : initiative.drivers) json.Text(DriverLabel(driver));
  json.EndArray();
}

/// What an initiative has cost by `until`, its yearly costs included.
double CostBy(const std::vector<CashFlow>& costs, Timestamp until) {
  double sum = 0;
  for (const CashFlow& cost : costs) {
    if (cost.time <= until) sum -= cost.amount;
  }
  return sum;
}

std::vector<CashFlow> CostsOf(const Initiative& initiative) {
  std::vector<CashFlow> flows = CaseFlows(initiative, 0);
  std::erase_if(flows, [](const CashFlow& flow) { return flow.amount >= 0; });
  return flows;
}

void WriteCost(JsonWriter& json, const Initiative& initiative, double to_date) {
  double once = 0;
  double yearly = 0;
  for (const Cost& cost : initiative.costs) (cost.yearly ? yearly : once) += cost.amount;
  json.Key("cost").BeginObject().Key("once").Number(once).Key("yearly").Number(yearly);
  json.Key("to_date").Number(to_date).EndObject();
}

void WriteFigures(JsonWriter& json, std::string_view key, const CaseFigures& figures) {
  json.Key(key).BeginObject().Key("npv").Number(figures.net_present_value);
  // Of several rates none can be compared with anything.
  json.Key("irr").Number(figures.internal_rates.size() == 1
                             ? std::optional(figures.internal_rates.front())
                             : std::nullopt);
  json.Key("payback_years").Number(figures.payback_years).EndObject();
}

void WriteCase(JsonWriter& json, std::string_view key, const std::optional<BusinessCase>& one) {
  if (!one) return;
  json.Key(key).BeginObject();
  WriteFigures(json, "low", one->low);
  WriteFigures(json, "likely", one->likely);
  WriteFigures(json, "high", one->high);
  json.EndObject();
}

void WriteCashflow(JsonWriter& json, const Initiative& initiative, const Evaluation& evaluation) {
  json.Key("cashflow").BeginObject();
  json.Key("discount_rate").Number(initiative.discount_rate);
  json.Key("horizon_years").Integer(initiative.horizon_years);
  WriteCase(json, "expected", evaluation.expected);
  WriteCase(json, "measured", evaluation.measured);
  json.EndObject();
}

void WriteFitness(JsonWriter& json, const Evaluation& evaluation) {
  json.Key("fitness").BeginObject();
  if (evaluation.fitness) {
    const FitQuality& model = evaluation.fitness->model;
    json.Key("r2").Number(model.r_squared).Key("adjusted_r2").Number(model.adjusted_r_squared);
    json.Key("cv_rmse_percent").Number(kPercent * model.cv_rmse);
    json.Key("nmbe_percent").Number(kPercent * model.nmbe);
    json.Key("n").Unsigned(model.rows).Key("parameters").Unsigned(model.parameters);
    json.Key("autocorrelation").Number(model.autocorrelation);
    json.Key("effective_n").Number(model.effective_rows);
  }
  if (evaluation.effect) {
    json.Key("degrees_of_freedom").Number(evaluation.effect->degrees_of_freedom);
  }
  json.EndObject();
  json.Key("coverage").BeginObject();
  const auto& fitness = evaluation.fitness;
  json.Key("baseline").Number(fitness ? std::optional(fitness->baseline_coverage) : std::nullopt);
  json.Key("reporting").Number(fitness ? std::optional(fitness->reporting_coverage) : std::nullopt);
  json.EndObject();
}

/// A column of something that is kept by rows.
template <typename Row, typename Read>
void WriteColumn(JsonWriter& json, std::string_view key, const std::vector<Row>& rows, Read read) {
  json.Key(key).BeginArray();
  for (const Row& row : rows) json.Number(read(row));
  json.EndArray();
}

template <typename Row, typename Read>
void WriteTimes(JsonWriter& json, std::string_view key, const std::vector<Row>& rows, Read read) {
  json.Key(key).BeginArray();
  for (const Row& row : rows) json.Milliseconds(read(row));
  json.EndArray();
}

void WriteSeries(JsonWriter& json, const std::vector<EffectPoint>& points) {
  json.Key("series").BeginObject();
  WriteTimes(json, "starts", points, [](const EffectPoint& p) { return p.time.start; });
  WriteColumn(json, "actual", points, [](const EffectPoint& p) { return p.actual; });
  WriteColumn(json, "counterfactual", points,
              [](const EffectPoint& p) { return p.counterfactual; });
  WriteColumn(json, "low", points, [](const EffectPoint& p) { return p.low; });
  WriteColumn(json, "high", points, [](const EffectPoint& p) { return p.high; });
  json.EndObject();
}

void WriteCumulated(JsonWriter& json, const std::vector<MoneyPoint>& points,
                    const std::vector<CashFlow>& costs) {
  json.Key("cumulated").BeginObject();
  WriteTimes(json, "starts", points, [](const MoneyPoint& p) { return p.until; });
  WriteColumn(json, "value", points, [](const MoneyPoint& p) { return p.money.middle; });
  WriteColumn(json, "low", points, [](const MoneyPoint& p) { return p.money.low; });
  WriteColumn(json, "high", points, [](const MoneyPoint& p) { return p.money.high; });
  WriteColumn(json, "cost", points,
              [&costs](const MoneyPoint& p) { return CostBy(costs, p.until); });
  json.EndObject();
}

}  // namespace

void WriteProvenValue(JsonWriter& json, const ProvenValue& proven) {
  json.BeginObject().Key("initiatives").Unsigned(proven.initiatives);
  json.Key("per_year").BeginArray();
  for (const auto& [currency, value] : proven.money_per_year) {
    json.BeginObject().Key("currency").Text(currency).Key("value").Number(value).EndObject();
  }
  json.EndArray().EndObject();
}

void WriteInitiativeSummary(JsonWriter& json, const MeasuredInitiative& measured) {
  json.BeginObject();
  WriteSummaryFields(json, measured);
  json.EndObject();
}

void WriteInitiative(JsonWriter& json, const MeasuredInitiative& measured, Timestamp now) {
  static const Evaluation kNothing;
  const Evaluation& evaluation = measured.evaluation ? *measured.evaluation : kNothing;
  const std::vector<CashFlow> costs =
      measured.evaluation ? CostsOf(measured.initiative) : std::vector<CashFlow>();
  json.BeginObject();
  WriteSummaryFields(json, measured);
  WriteDeclaration(json, measured.initiative);
  WriteInterval(json, "effect", PartOf(measured, &Effect::total));
  WriteInterval(json, "effect_percent", PartOf(measured, &Effect::percent));
  WriteInterval(json, "money", PartOf(measured, &Effect::money));
  WriteCost(json, measured.initiative, CostBy(costs, now));
  WriteCashflow(json, measured.initiative, evaluation);
  WriteFitness(json, evaluation);
  json.Key("findings").BeginArray();
  for (const Finding& finding : evaluation.findings) WriteFinding(json, finding);
  json.EndArray();
  WriteSeries(json, evaluation.series);
  WriteCumulated(json, evaluation.cumulated, costs);
  json.Key("yaml").Text(measured.yaml);
  json.EndObject();
}

}  // namespace bedplate

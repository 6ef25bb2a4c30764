#include "value/business_case.h"

#include <algorithm>

namespace bedplate {
namespace {

constexpr int kMonthsPerYear = 12;

Timestamp After(Timestamp start, int months) {
  return start + kCashflowYear / kMonthsPerYear * months;  // in this order it cannot overflow
}

void AddCost(const Cost& cost, Timestamp horizon, std::vector<CashFlow>& flows) {
  for (Timestamp date = cost.date; date < horizon; date = date + kCashflowYear) {
    flows.push_back({date, -cost.amount});
    if (!cost.yearly) return;
  }
}

Timestamp FirstFlow(const std::vector<CashFlow>& flows, Timestamp start) {
  for (const CashFlow& flow : flows) start = std::min(start, flow.time);
  return start;
}

}  // namespace

Timestamp HorizonOf(const Initiative& initiative) {
  return After(initiative.reporting.start, initiative.horizon_years * kMonthsPerYear);
}

std::vector<CashFlow> CaseFlows(const Initiative& initiative, double yearly_benefit) {
  const Timestamp start = initiative.reporting.start;
  const int months = initiative.horizon_years * kMonthsPerYear;
  std::vector<CashFlow> flows;
  for (const Cost& cost : initiative.costs) AddCost(cost, HorizonOf(initiative), flows);
  for (int month = 1; month <= months; ++month) {
    flows.push_back({After(start, month), yearly_benefit / kMonthsPerYear});
  }
  return flows;
}

CaseFigures JudgeCase(const Initiative& initiative, double yearly_benefit) {
  const std::vector<CashFlow> flows = CaseFlows(initiative, yearly_benefit);
  const Timestamp base = FirstFlow(flows, initiative.reporting.start);
  CaseFigures figures;
  figures.yearly_benefit = yearly_benefit;
  figures.net_present_value = NetPresentValue(flows, initiative.discount_rate, base);
  figures.internal_rates = InternalRates(flows);
  if (initiative.costs.empty()) return figures;  // there is nothing to be paid back
  figures.payback_years = PaybackYears(flows, 0, base);
  figures.discounted_payback_years = PaybackYears(flows, initiative.discount_rate, base);
  return figures;
}

BusinessCase MakeBusinessCase(const Initiative& initiative, double low, double likely,
                              double high) {
  return {JudgeCase(initiative, low), JudgeCase(initiative, likely), JudgeCase(initiative, high)};
}

}  // namespace bedplate

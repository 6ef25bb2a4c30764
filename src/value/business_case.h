#pragma once

#include <optional>
#include <string>
#include <vector>

#include "value/cashflow.h"
#include "value/initiative.h"

namespace bedplate {

/// What an investment is worth at one assumed benefit.
struct CaseFigures {
  double yearly_benefit = 0;            // money
  double net_present_value = 0;         // at the first flow, at the initiative's discount rate
  std::vector<double> internal_rates;   // one in the ordinary case; none or several are said so
  std::optional<double> payback_years;  // from the first flow; empty too where nothing is owed
  std::optional<double> discounted_payback_years;  // the same at the discount rate
};

/// The same at three benefits.
struct BusinessCase {
  CaseFigures low;
  CaseFigures likely;
  CaseFigures high;
};

/// Where the business case ends: nothing counts from then on.
Timestamp HorizonOf(const Initiative& initiative);

/// The flows behind a case, in no order: every cost at its date (yearly ones on each anniversary
/// within the horizon), the benefit in monthly parts at the end of each month from the start of the
/// reporting period to the horizon.
std::vector<CashFlow> CaseFlows(const Initiative& initiative, double yearly_benefit);

CaseFigures JudgeCase(const Initiative& initiative, double yearly_benefit);

/// `benefits`: low, likely and high, in money a year.
BusinessCase MakeBusinessCase(const Initiative& initiative, double low, double likely, double high);

}  // namespace bedplate

#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"

namespace bedplate {

/// Money that moves at one time; positive comes in.
struct CashFlow {
  Timestamp time;
  double amount = 0;
};

/// A year of a business case: 365 days, as XNPV and XIRR of the spreadsheets count.
inline constexpr std::chrono::nanoseconds kCashflowYear = std::chrono::hours(24 * 365);

double YearsBetween(Timestamp from, Timestamp to) noexcept;

/// Sum of amount / (1 + rate)^years, years from `base`. `rate` > -1.
double NetPresentValue(std::span<const CashFlow> flows, double rate, Timestamp base);

/// Every rate in (-0.99, 1000) at which the net present value crosses zero, ascending; of two that
/// lie within about 1 % of each other none is found. None when the flows never change sign; several
/// when they change it more than once: then none of them can be used to compare (Lorie and Savage
/// 1955, Journal of Business 28(4), 229-239).
std::vector<double> InternalRates(std::span<const CashFlow> flows);

/// Years from `base` until the cumulated flows, discounted at `rate` (0: simple payback), reach
/// zero and stay there; within a step linear between the flows. Empty when they do not. 0 when
/// nothing is ever owed.
std::optional<double> PaybackYears(std::span<const CashFlow> flows, double rate, Timestamp base);

}  // namespace bedplate

#include "value/cashflow.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bedplate {
namespace {

constexpr double kLowestRate = -0.99;
constexpr double kHighestRate = 1000;
constexpr int kGridSteps = 1000;  // 1.2 % of 1 + rate each
constexpr int kBisections = 100;

struct TimedAmount {
  double years = 0;
  double amount = 0;

  auto operator<=>(const TimedAmount&) const = default;
};

std::vector<TimedAmount> Timed(std::span<const CashFlow> flows, Timestamp base) {
  std::vector<TimedAmount> timed;
  timed.reserve(flows.size());
  for (const CashFlow& flow : flows) {
    timed.push_back({YearsBetween(base, flow.time), flow.amount});
  }
  std::sort(timed.begin(), timed.end());
  return timed;
}

/// Net present value as a function of ln(1 + rate), in which it is well scaled.
double ValueAt(std::span<const TimedAmount> flows, double log_factor) {
  double value = 0;
  for (const TimedAmount& flow : flows) value += flow.amount * std::exp(-log_factor * flow.years);
  return value;
}

/// The root between `low` and `high`, where the value changes sign.
double Bisect(std::span<const TimedAmount> flows, double low, double high) {
  const bool low_positive = ValueAt(flows, low) > 0;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = std::midpoint(low, high);
    ((ValueAt(flows, middle) > 0) == low_positive ? low : high) = middle;
  }
  return std::midpoint(low, high);
}

int SignChanges(std::span<const TimedAmount> flows) {
  int changes = 0;
  double last = 0;
  for (const TimedAmount& flow : flows) {
    if (flow.amount == 0) continue;
    if ((last < 0) != (flow.amount < 0) && last != 0) ++changes;
    last = flow.amount;
  }
  return changes;
}

}  // namespace

double YearsBetween(Timestamp from, Timestamp to) noexcept {
  return static_cast<double>((to - from).count()) / static_cast<double>(kCashflowYear.count());
}

double NetPresentValue(std::span<const CashFlow> flows, double rate, Timestamp base) {
  return ValueAt(Timed(flows, base), std::log1p(rate));
}

std::vector<double> InternalRates(std::span<const CashFlow> flows) {
  std::vector<double> rates;
  if (flows.empty()) return rates;
  const Timestamp base = flows.front().time;  // the roots do not depend on it
  const std::vector<TimedAmount> timed = Timed(flows, base);
  // Descartes' rule, which holds for any real exponents: no more roots than changes of sign.
  const int changes = SignChanges(timed);
  if (changes == 0) return rates;
  const int steps = changes == 1 ? 1 : kGridSteps;
  const double first = std::log1p(kLowestRate);
  const double step = (std::log1p(kHighestRate) - first) / steps;
  double low = first;
  double low_value = ValueAt(timed, low);
  for (int i = 1; i <= steps; ++i) {
    const double high = first + step * i;
    const double high_value = ValueAt(timed, high);
    if ((low_value > 0) != (high_value > 0)) rates.push_back(std::expm1(Bisect(timed, low, high)));
    low = high;
    low_value = high_value;
  }
  return rates;
}

std::optional<double> PaybackYears(std::span<const CashFlow> flows, double rate, Timestamp base) {
  const double log_factor = std::log1p(rate);
  double balance = 0;
  double last_years = 0;
  double paid_back = 0;
  bool owing = false;
  for (const TimedAmount& flow : Timed(flows, base)) {
    const double amount = flow.amount * std::exp(-log_factor * flow.years);
    const double after = balance + amount;
    if (after < 0) owing = true;
    if (owing && after >= 0) {
      paid_back = last_years + (flow.years - last_years) * (-balance / amount);
      owing = false;
    }
    balance = after;
    last_years = flow.years;
  }
  if (owing) return std::nullopt;
  return std::max(0.0, paid_back);
}

}  // namespace bedplate

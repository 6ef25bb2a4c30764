#pragma once

#include <string>

namespace bedplate {

/// An amount in one currency (ISO 4217 code). Amounts are doubles because they are estimates with
/// an interval, not ledger bookings; they are rounded only where they are shown.
struct Money {
  double amount = 0;
  std::string currency;

  bool operator==(const Money&) const = default;
};

}  // namespace bedplate

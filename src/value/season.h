#pragma once

#include <string>

#include "value/design.h"
#include "value/evaluation.h"

namespace bedplate {

/// The part of the reporting period that lies in a season which the baseline does not have.
struct MissingSeason {
  double share = 0;    // of the usable reporting buckets, 0 … 1
  std::string months;  // "July to September, November"; empty when the share is 0
};

/// A reporting bucket is missing from the baseline's season when no usable day of the baseline, in
/// any year, lies within kSeasonDays of its day of the year.
MissingSeason FindMissingSeason(const InitiativeData& data, const Design& design);

}  // namespace bedplate

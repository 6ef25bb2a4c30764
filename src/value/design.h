#pragma once

#include <cstdint>
#include <vector>

#include "analytics/least_squares.h"
#include "model/finding.h"
#include "value/evaluation.h"

namespace bedplate {

/// The usable buckets of one period, ready for a regression.
struct DesignPeriod {
  Regressors regressors;              // one row per usable bucket
  std::vector<double> y;              // the KPI
  std::vector<std::int64_t> buckets;  // per row: its bucket
  std::vector<std::int32_t> periods;  // per row: the local day (or week-long bucket) from 0
  std::size_t period_count = 0;       // days (or weeks) from the first to the last bucket
  std::size_t bucket_count = 0;       // usable or not

  /// Usable buckets / all buckets; 0 when there are none.
  [[nodiscard]] double coverage() const noexcept;
};

/// Both periods with the same columns and groups in the same order, and what was found on the way:
/// values that the baseline never had (their buckets are left out) and numeric drivers beyond what
/// the baseline has shown.
struct Design {
  DesignPeriod baseline;
  DesignPeriod reporting;
  std::vector<Finding> findings;
};

/// `reporting_buckets`: how many buckets of the reporting period have ended.
Design BuildDesign(const Initiative& initiative, const InitiativeData& data,
                   const PlantCalendar& calendar, std::size_t reporting_buckets);

}  // namespace bedplate

#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "catalog/plant_store.h"
#include "historian/historian.h"
#include "model/unit.h"
#include "value/evaluation.h"

namespace bedplate {

/// Fetches from the stores what an initiative is judged by. Arguments must outlive it. Safe for
/// concurrent use.
class InitiativeDataReader {
 public:
  InitiativeDataReader(const PlantStore& plant, const Historian& historian, const UnitSystem& units)
      : plant_(plant), historian_(historian), units_(units) {}

  /// The KPI in its unit and every driver in the buckets of both periods. A tag without samples is
  /// missing in every bucket. Errors: kNotFound for a tag that is neither declared nor written,
  /// kInvalidArgument for one of the wrong type or whose unit does not convert, kResourceExhausted
  /// for a period of too many buckets or texts, kCancelled.
  Result<InitiativeData> Read(const Initiative& initiative, const CancelToken& cancel) const;

 private:
  struct Source;

  Result<Source> Resolve(const std::string& tag) const;
  Result<UnitConversion> KpiConversion(const Kpi& kpi, const Source& source) const;
  /// `baseline` is null when the period is the baseline itself.
  Result<PeriodData> ReadPeriod(const Initiative& initiative, TimeRange period,
                                const PeriodData* baseline, const CancelToken& cancel) const;
  Result<std::vector<double>> ReadNumeric(const Source& source, Aggregate aggregate,
                                          const Buckets& buckets,
                                          std::chrono::nanoseconds granularity,
                                          const CancelToken& cancel) const;
  Result<std::vector<double>> ReadIntegral(const Source& source, const Buckets& buckets,
                                           AggregateRequest request) const;
  Result<DriverData> ReadDriver(const Driver& driver, const Initiative& initiative,
                                const Buckets& buckets,
                                const std::vector<std::string>& known_levels,
                                const CancelToken& cancel) const;
  Result<DriverData> ReadTexts(const Driver& driver, const Source& source, const Buckets& buckets,
                               const std::vector<std::string>& known_levels,
                               const CancelToken& cancel) const;

  const PlantStore& plant_;
  const Historian& historian_;
  const UnitSystem& units_;
};

}  // namespace bedplate

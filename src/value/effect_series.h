#pragma once

#include "value/design.h"
#include "value/effect.h"

namespace bedplate {

/// What the picture of an evaluation is drawn from.
struct FittedDesign {
  const Initiative& initiative;
  const InitiativeData& data;
  const Design& design;
  const LinearModel& model;
  const ErrorModel& error;
  std::vector<double> baseline_fit;    // per baseline row
  std::vector<double> counterfactual;  // per reporting row
  double rmse = 0;
};

/// Actual and counterfactual per local day (or per bucket where buckets are weeks), baseline first.
/// The band says where the KPI of that period would have been in 9 of 10 cases: the spread of the
/// residuals on that weekday in the baseline, plus what the model does not know.
std::vector<EffectPoint> MakeSeries(const FittedDesign& fitted);

/// Money gained until the end of each local day (or week) of the reporting period. The last band
/// is that of the total.
std::vector<MoneyPoint> MakeCumulated(const FittedDesign& fitted);

}  // namespace bedplate

#pragma once

#include "value/design.h"
#include "value/evaluation.h"
#include "value/placebo.h"
#include "value/season.h"

namespace bedplate {

/// Checks of the data alone, before a model is fitted.
std::vector<Finding> CheckData(const Initiative& initiative, const InitiativeData& data,
                               const Design& design, bool running);

/// Checks of the fitted model.
std::vector<Finding> CheckModel(const Fitness& fitness, double degrees_of_freedom);

/// A KPI that never moves in one of the periods, or a model that leaves nothing but rounding, says
/// nothing about chance. Both periods have a row at least.
Finding CheckVariation(const Design& design, double rmse);

/// Whether the baseline has the season of the reporting period, or a driver that can stand for it.
Finding CheckSeason(const Initiative& initiative, const MissingSeason& missing,
                    const Fitness& fitness);

/// Whether the baseline shows more false effects than the method claims; `widening` is the factor
/// that the intervals have grown by.
Finding CheckPlacebo(const Placebo& placebo, double widening);

/// Whether the effect stands out: both rules of significance (docs/methods/savings.md).
Finding CheckEffect(const Effect& effect, const Kpi& kpi);

/// What must be told together with a verdict: "the baseline has no July to September".
std::string CaveatOf(const std::vector<Finding>& findings, const MissingSeason& missing);

/// kNoVerdict when any finding disqualifies; else what the effect says.
Verdict Decide(const std::vector<Finding>& findings, const Effect& effect);

}  // namespace bedplate

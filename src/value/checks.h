#pragma once

#include "value/design.h"
#include "value/evaluation.h"

namespace bedplate {

/// Checks of the data alone, before a model is fitted.
std::vector<Finding> CheckData(const Initiative& initiative, const InitiativeData& data,
                               const Design& design, bool running);

/// Checks of the fitted model.
std::vector<Finding> CheckModel(const Fitness& fitness, double degrees_of_freedom);

/// Whether the effect stands out: both rules of significance (docs/methods/savings.md).
Finding CheckEffect(const Effect& effect, const Kpi& kpi);

/// kNoVerdict when any finding disqualifies; else what the effect says.
Verdict Decide(const std::vector<Finding>& findings, const Effect& effect);

}  // namespace bedplate

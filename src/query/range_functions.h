#pragma once

#include <vector>

#include "historian/historian.h"
#include "query/relation.h"

namespace bedplate {

/// `replaced(…)` and `time_in_state(…)`, read from `historian`, which must outlive them.
std::vector<RangeFunction> HistorianFunctions(const Historian& historian);

}  // namespace bedplate

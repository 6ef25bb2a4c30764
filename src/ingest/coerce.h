#pragma once

#include <optional>
#include <vector>

#include "ingest/refusal.h"
#include "model/sample.h"
#include "model/tag.h"
#include "model/unit.h"

namespace bedplate {

/// What samples must become to be stored under a tag.
struct CoerceTarget {
  ValueType type = ValueType::kDouble;
  bool converts_types = false;  // the tag is declared: equal values of other types are taken
  std::optional<UnitConversion> conversion;  // of numbers, before anything else
};

struct Coerced {
  SampleColumns samples;  // of the target's type, in input order without the refused ones
  std::vector<Refusal> refusals;
};

/// Whether Coerce would give the very same samples back.
bool IsStorableAsItIs(const SampleColumns& samples, const CoerceTarget& target);

/// Checks and converts `samples`, whose columns must have one length (CHECK). Takes the input over
/// without a copy when there is nothing to change.
Coerced Coerce(SampleColumns samples, const CoerceTarget& target);

}  // namespace bedplate

#pragma once

#include "api/json_writer.h"
#include "base/time.h"
#include "services/value_service.h"

namespace bedplate {

/// The schema InitiativeSummary of openapi.yaml.
void WriteInitiativeSummary(JsonWriter& json, const MeasuredInitiative& measured);

/// The schema ProvenValue.
void WriteProvenValue(JsonWriter& json, const ProvenValue& proven);

/// The schema Initiative. `now` is up to when costs have been paid.
void WriteInitiative(JsonWriter& json, const MeasuredInitiative& measured, Timestamp now);

}  // namespace bedplate

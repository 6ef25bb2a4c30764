#pragma once

#include <optional>

#include "api/json_writer.h"
#include "catalog/dead_letter_store.h"
#include "model/asset.h"
#include "model/finding.h"
#include "services/last_values.h"
#include "services/tag_directory.h"

namespace bedplate {

// Each writes one value as the schema of the same name in openapi.yaml says.

void WriteAsset(JsonWriter& json, const Asset& asset);
void WriteTag(JsonWriter& json, const TagView& view,
              std::optional<std::chrono::nanoseconds> interval);
void WriteLastValue(JsonWriter& json, const LastValue& value);
void WriteDeadLetter(JsonWriter& json, const DeadLetter& letter);
void WriteFinding(JsonWriter& json, const Finding& finding);

}  // namespace bedplate

#pragma once

#include <string>
#include <string_view>

#include "connectors/line_protocol/line_parser.h"

namespace bedplate {

// How `m,k=a f=1` becomes the tag `m/a/f` when no rule says otherwise: measurement, tag values in
// the order of their keys, field. Slashes inside a part make levels, so that a measurement
// `acme/leeds/press` lands where the plant model has it; what a path cannot carry is encoded
// (AppendPathPart).

/// `m/a` of `m,k=a`.
std::string PathOfLineKey(const LineKey& key);

/// `m/a/f` from `m/a` and the field `f` (unescaped).
std::string PathOfLineField(std::string_view key_path, std::string_view field);

}  // namespace bedplate

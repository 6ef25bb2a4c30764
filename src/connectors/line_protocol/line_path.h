#pragma once

#include <string>
#include <string_view>

#include "connectors/line_protocol/line_parser.h"

namespace bedplate {

// How `m,k=a f=1` becomes the tag `m/a/f` when no rule says otherwise: measurement, tag values in
// the order of their keys, field. Slashes inside a part make levels, so that a measurement
// `acme/leeds/press` lands where the plant model has it. What a path cannot carry is
// percent-encoded as in a URL: `* ? { }`, control characters, a slash that would leave a segment
// empty, and a `%` that would read as an encoding. Decoding gives the part back, so two different
// parts in one place never become the same path.

/// Appends `part` to `path`, encoded. An empty part adds nothing.
void AppendPathPart(std::string& path, std::string_view part);

/// `m/a` of `m,k=a`.
std::string PathOfLineKey(const LineKey& key);

/// `m/a/f` from `m/a` and the field `f` (unescaped).
std::string PathOfLineField(std::string_view key_path, std::string_view field);

}  // namespace bedplate

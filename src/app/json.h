#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate {

/// Parses an answer of our own API; anything else than JSON is kInternal.
Result<boost::json::value> ParseAnswer(std::string_view text);

/// A member as text, empty when it is absent or null.
std::string JsonText(const boost::json::value& object, std::string_view key);
/// A member as a number, empty when it is absent, null or no number.
std::optional<double> JsonNumber(const boost::json::value& object, std::string_view key);

/// A member that is a list, as texts; empty when it is absent.
std::vector<std::string> JsonTexts(const boost::json::value& object, std::string_view key);

/// A cell of a table: text as it is, null as empty, the rest as JSON.
std::string JsonCell(const boost::json::value& value);

}  // namespace bedplate

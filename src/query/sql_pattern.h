#pragma once

#include <string_view>

#include "base/result.h"
#include "query/sql_functions.h"

namespace bedplate {

/// Whether matching with `pattern` under `rule` stays cheap whatever the text is.
/// LIKE and GLOB: DuckDB's matcher tries every place for every wildcard, so its work grows with
/// the power of their number; a LIKE without `_` is the exception. Allowed are 256 bytes and one
/// wildcard besides a trailing one. Regular expressions are matched in time linear in the text,
/// but counted repetition multiplies the program; allowed are 256 bytes and 10,000 for the length
/// times all repetition counts. Errors: kPermissionDenied with what to write instead.
Status CheckPattern(PatternRule rule, std::string_view function, std::string_view pattern);

}  // namespace bedplate

#pragma once

#include <duckdb.h>

#include <string_view>

#include "base/result.h"

namespace bedplate {

/// An error of DuckDB's as one of ours: its message without "Binder Error: " and the like and
/// without advice about settings that nobody can change here; its code by its type.
Error FromDuckError(duckdb_error_type type, std::string_view message);

/// The same where DuckDB gives no type: it is read from how the message begins.
Error FromDuckMessage(std::string_view message);

}  // namespace bedplate

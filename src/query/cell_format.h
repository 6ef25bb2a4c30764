#pragma once

#include <duckdb.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bedplate {

// Values of DuckDB as text, in the forms that the API promises.

/// `2018-01-01T00:15:00.25Z` from microseconds since 1970, with as many digits as needed; without
/// the `Z` when `utc` is false; `infinity` and `-infinity` as DuckDB has them.
std::string FormatMicroseconds(std::int64_t microseconds, bool utc);
/// The same from nanoseconds (TIMESTAMP_NS), never with a zone.
std::string FormatNanoseconds(std::int64_t nanoseconds);
/// `2018-01-01` from days since 1970.
std::string FormatDate(std::int32_t days);
/// `13:45:00.5` from microseconds since midnight.
std::string FormatTimeOfDay(std::int64_t microseconds);
/// ISO 8601: `P1Y2M3DT4H5M6.5S`; `PT0S` when zero. Each part carries its own sign.
std::string FormatInterval(duckdb_interval interval);
/// The digits of a 128-bit integer with `scale` of them behind the point.
std::string FormatHugeInteger(duckdb_hugeint value, std::uint8_t scale);
std::string FormatUnsignedHugeInteger(duckdb_uhugeint value);
/// 8-4-4-4-12 hexadecimal digits; DuckDB stores the top bit inverted, for its order.
std::string FormatUuid(duckdb_hugeint value);
/// Printable ASCII as it is, any other byte as `\x00`.
std::string FormatBlob(std::string_view bytes);

}  // namespace bedplate

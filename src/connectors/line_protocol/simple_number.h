#pragma once

#include <cstdint>

namespace bedplate {

// Numbers as nearly every line has them, read with integers only. What is not of these forms is no
// error: it goes to the parser that knows all forms. Each returns where the number ends, or null.

/// `-12.34`, without an exponent, as the nearest double. It is exact: the digits make an integer
/// below 2^53, and that divided by a power of ten up to 10^22 is rounded once (D. Clinger, How to
/// read floating point numbers accurately, PLDI 1990, section 3).
const char* ReadSimpleDouble(const char* at, const char* end, double& value) noexcept;

/// `-12i` of at most 18 digits; the end is behind the `i`.
const char* ReadSimpleInteger(const char* at, const char* end, std::int64_t& value) noexcept;

/// Digits of a number from 0 to INT64_MAX.
const char* ReadSimpleCount(const char* at, const char* end, std::int64_t& value) noexcept;

}  // namespace bedplate

#pragma once

// CHECK is for bugs, never for bad input: it prints the place and aborts, in release as well.
// Expected failures return a Result (base/result.h).

namespace bedplate {

/// Prints `CHECK failed: <condition> at <file>:<line>` to standard error and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line) noexcept;

}  // namespace bedplate

#define BEDPLATE_CHECK(condition)                              \
  do {                                                         \
    if (!(condition)) [[unlikely]] {                           \
      ::bedplate::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                          \
  } while (false)

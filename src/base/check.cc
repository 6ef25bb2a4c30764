#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace bedplate {

void CheckFailed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace bedplate

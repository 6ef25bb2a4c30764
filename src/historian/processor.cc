#include "historian/processor.h"

namespace bedplate::historian {

#if defined(__x86_64__)
bool HasAvx2() noexcept {
  static const bool kHas = __builtin_cpu_supports("avx2") != 0;
  return kHas;
}
#else
bool HasAvx2() noexcept { return false; }
#endif

}  // namespace bedplate::historian

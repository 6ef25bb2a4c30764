#include "base/descriptor_limit.h"

#include <sys/resource.h>

#include "base/check.h"

namespace bedplate {

std::uint64_t RaiseDescriptorLimit() noexcept {
  rlimit limit{};
  BEDPLATE_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

}  // namespace bedplate

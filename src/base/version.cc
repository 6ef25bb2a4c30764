#include "base/version.h"

namespace bedplate {

std::string_view Version() noexcept { return BEDPLATE_VERSION; }

}  // namespace bedplate

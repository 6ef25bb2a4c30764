#pragma once

#include <string_view>

namespace bedplate {

/// The version of this build, as CMake's project() says: `0.1.0`.
std::string_view Version() noexcept;

}  // namespace bedplate

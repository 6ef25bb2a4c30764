#pragma once

#include <cstdint>

namespace bedplate {

/// Raises how many descriptors this process may have open from the soft limit to the hard one
/// (setrlimit(2), RLIMIT_NOFILE) and gives what it may have then.
std::uint64_t RaiseDescriptorLimit() noexcept;

}  // namespace bedplate

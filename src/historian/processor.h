#pragma once

namespace bedplate::historian {

/// Whether this processor has AVX2; asked once.
bool HasAvx2() noexcept;

}  // namespace bedplate::historian

#pragma once

#include <cstdint>
#include <vector>

#include "model/sample.h"

namespace bedplate {

/// About how many bytes the samples take in the historian's log; never less than they do.
std::uint64_t LogBytes(const SampleColumns& samples);

/// Cuts samples into runs of at most `max_bytes` as LogBytes counts, but of one sample at least,
/// in their order. Takes the input over without a copy when nothing is to be cut.
std::vector<SampleColumns> CutIntoPieces(SampleColumns samples, std::uint64_t max_bytes);

}  // namespace bedplate

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/sink.h"

namespace bedplate {

// The binary body of POST /api/v1/append (docs/formats/append.md).

inline constexpr std::string_view kBinaryAppendType = "application/vnd.bedplate.append";

/// The blocks of a body, with their places as origin. Errors: kInvalidArgument naming the block,
/// what was expected and what came. Whether samples can be stored is for the trust gate to say.
Result<std::vector<PathBatch>> ParseBinaryAppend(std::string_view body);

/// The same batches as a body; paths and units must be shorter than 64 KiB and columns whole
/// (CHECK). Batches without samples are left out.
std::string FormatBinaryAppend(const std::vector<PathBatch>& batches);

}  // namespace bedplate

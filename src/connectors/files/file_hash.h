#pragma once

#include <string>

#include "base/cancel.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate {

/// SHA-256 (FIPS 180-4) of a file's content in lower-case hexadecimal. Errors: those of reading,
/// kCancelled.
Result<std::string> HashFile(const RandomAccessFile& file, const CancelToken& cancel);

}  // namespace bedplate

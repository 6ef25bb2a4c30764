#pragma once

#include "base/bytes.h"

namespace bedplate::historian {

/// Adds `bytes` as one Zstandard frame (RFC 8878) without checksum.
void CompressZstd(ByteView bytes, Bytes& out);

/// Decompresses the frame that `frame` consists of, of at most `limit_bytes`; allocates no more.
/// False when it is not valid or holds more.
[[nodiscard]] bool DecompressZstd(ByteView frame, std::size_t limit_bytes, Bytes& out);

}  // namespace bedplate::historian

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

/// A whole and valid frame of a WAL file.
struct WalGroup {
  std::uint64_t end = 0;  // offset in the file behind it
  ByteView payload;       // into the bytes that were read
};

struct WalFile {
  WalHeader header;
  std::vector<WalGroup> groups;
  std::uint64_t valid_end = 0;   // behind the last whole group
  std::uint64_t proven_end = 0;  // everything before this is known to have been durable
  std::uint64_t bytes = 0;       // of the file; beyond valid_end is a torn tail
};

/// Reads a WAL file. `counted_bytes` comes from the header of the file that follows: that much must
/// be there and valid, and what is beyond is ignored. Without it this is the last file, whose tail
/// may be torn: bytes that do not form a valid frame are cut off, unless a later frame proves that
/// they were durable once. What the header says was durable must be there in any case. Errors:
/// kCorruption naming the offset; kUnsupported.
Result<WalFile> ReadWal(ByteView bytes, std::optional<std::uint64_t> counted_bytes);

}  // namespace bedplate::historian

#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {

/// Bytes of a log file that form no valid frame.
struct WalGap {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_group = 0;  // the groups that are missing there, as far as their neighbours
  std::uint64_t last_group = 0;   // say; last_group is first_group - 1 when nobody knows
};

struct SalvagedWal {
  WalHeader header;
  std::vector<WalGroup> groups;  // every valid one, in the order of the file
  std::vector<WalGap> gaps;
};

/// Finds every valid frame of a damaged log file, also behind the damage: a frame's header and
/// payload have checksums of their own. `counted_bytes` as for ReadWal. Errors: kCorruption when
/// the file's header is damaged, as then nothing can be told from chance; kUnsupported.
Result<SalvagedWal> SalvageWal(ByteView bytes, std::optional<std::uint64_t> counted_bytes);

}  // namespace bedplate::historian

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {

/// Samples that damaged bytes seem to have held: good enough to tell a person, not to store.
struct SeemingRun {
  TagId tag;
  std::uint64_t samples = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
};

/// Bytes of a log file that form no valid frame.
struct WalGap {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_group = 0;  // the groups that are missing there, as far as their neighbours
  std::uint64_t last_group = 0;   // say; less than first_group when nobody knows
  std::vector<SeemingRun> seems;  // what was in it, as far as it can still be made out
};

struct SalvagedWal {
  std::string header_damage;        // what is wrong with the file's header; empty: nothing
  std::uint64_t published_end = 0;  // as the header says; 0 where it is damaged
  std::vector<WalGroup> groups;     // every valid one, in the order of their numbers
  std::vector<WalGap> gaps;
};

/// Finds every valid frame of the damaged log file number `sequence`, also behind the damage: a
/// frame's header and payload have checksums of their own. Where the file's header is damaged, and
/// with it the salt, the frames count if two of them agree on what the salt was, or one does with
/// what stands in its place. `counted_bytes` as for ReadWal. Errors: kCorruption when the header is
/// that of another file, or when nothing can be proven; kUnsupported.
Result<SalvagedWal> SalvageWal(ByteView bytes, std::uint64_t sequence,
                               std::optional<std::uint64_t> counted_bytes);

}  // namespace bedplate::historian

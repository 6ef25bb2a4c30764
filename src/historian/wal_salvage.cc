#include "historian/wal_salvage.h"

#include <algorithm>
#include <optional>

#include "base/crc32c.h"

namespace bedplate::historian {
namespace {

/// The whole and valid frame at `offset`, whatever its number.
std::optional<FrameHeader> ValidFrame(ByteView bytes, std::uint64_t offset, std::uint64_t salt) {
  const ByteView rest = bytes.subspan(offset);
  if (rest.size() < kFrameHeaderBytes || !LooksLikeFrame(rest)) return std::nullopt;
  const auto frame = ParseFrameHeader(rest, salt);
  if (!frame || frame->payload_bytes > rest.size() - kFrameHeaderBytes) return std::nullopt;
  if (Crc32c(rest.subspan(kFrameHeaderBytes, frame->payload_bytes)) != frame->payload_crc) {
    return std::nullopt;
  }
  return frame;
}

}  // namespace

Result<SalvagedWal> SalvageWal(ByteView bytes, std::optional<std::uint64_t> counted_bytes) {
  SalvagedWal salvaged;
  ASSIGN_OR_RETURN(salvaged.header, ParseWalHeader(bytes));
  if (counted_bytes) bytes = bytes.first(std::min<std::uint64_t>(*counted_bytes, bytes.size()));
  std::uint64_t last_group = 0;
  std::optional<std::uint64_t> gap;
  std::uint64_t at = kWalHeaderBytes;
  while (at < bytes.size()) {
    const auto frame = ValidFrame(bytes, at, salvaged.header.salt);
    // A number that does not grow is a leftover of another time.
    if (!frame || frame->group <= last_group) {
      if (!gap) gap = at;
      ++at;
      continue;
    }
    if (gap) salvaged.gaps.push_back({*gap, at, last_group + 1, frame->group - 1});
    gap.reset();
    last_group = frame->group;
    const std::uint64_t start = at + kFrameHeaderBytes;
    at = start + frame->payload_bytes;
    salvaged.groups.push_back({at, bytes.subspan(start, frame->payload_bytes)});
  }
  if (gap) salvaged.gaps.push_back({*gap, bytes.size(), last_group + 1, last_group});
  return salvaged;
}

}  // namespace bedplate::historian

#include "historian/wal_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crc32c.h"

namespace bedplate::historian {
namespace {

Error DamagedAt(std::uint64_t offset, std::string_view why) {
  return Error(ErrorCode::kCorruption,
               fmt::format("damaged at byte {}: expected a valid frame, {}", offset, why));
}

/// The frame at `offset`, when it is whole, valid and number `group`.
std::optional<FrameHeader> FrameAt(ByteView bytes, std::uint64_t offset, const WalHeader& header,
                                   std::uint64_t group) {
  const ByteView rest = bytes.subspan(offset);
  const auto frame = ParseFrameHeader(rest, header.salt);
  if (!frame || frame->group != group || frame->durable_group >= group) return std::nullopt;
  if (frame->payload_bytes > rest.size() - kFrameHeaderBytes) return std::nullopt;
  const ByteView payload = rest.subspan(kFrameHeaderBytes, frame->payload_bytes);
  if (Crc32c(payload) != frame->payload_crc) return std::nullopt;
  return frame;
}

/// Whether some frame behind `offset` was written when `group` was already durable.
bool LaterFrameProves(ByteView bytes, std::uint64_t offset, const WalHeader& header,
                      std::uint64_t group) {
  for (std::uint64_t at = offset + 1; at + kFrameHeaderBytes <= bytes.size(); ++at) {
    const auto frame = ParseFrameHeader(bytes.subspan(at), header.salt);
    if (frame && frame->durable_group >= group) return true;
  }
  return false;
}

/// Adds the valid frames to `file` and returns the greatest group known to have been durable.
std::uint64_t CollectGroups(ByteView bytes, WalFile& file) {
  std::uint64_t durable_group = 0;
  file.valid_end = kWalHeaderBytes;
  while (file.valid_end < bytes.size()) {
    const auto frame = FrameAt(bytes, file.valid_end, file.header, file.groups.size() + 1);
    if (!frame) break;
    const std::uint64_t start = file.valid_end + kFrameHeaderBytes;
    file.valid_end = start + frame->payload_bytes;
    file.groups.push_back({file.valid_end, bytes.subspan(start, frame->payload_bytes)});
    durable_group = std::max(durable_group, frame->durable_group);
  }
  return durable_group;
}

Status CheckTail(ByteView bytes, const WalFile& file, bool is_last) {
  // Also where the file ends there: what it took over from the one before stands nowhere else.
  if (file.valid_end < file.header.published_end) {
    return DamagedAt(file.valid_end, "as it was durable when the file was made");
  }
  if (file.valid_end == bytes.size()) return {};
  if (!is_last) return DamagedAt(file.valid_end, "as the next WAL file counts on it");
  if (LaterFrameProves(bytes, file.valid_end, file.header, file.groups.size() + 1)) {
    return DamagedAt(file.valid_end, "as a later frame says that it was durable");
  }
  return {};
}

}  // namespace

Result<WalFile> ReadWal(ByteView bytes, std::optional<std::uint64_t> counted_bytes) {
  WalFile file;
  file.bytes = bytes.size();
  ASSIGN_OR_RETURN(file.header, ParseWalHeader(bytes));
  if (counted_bytes) {
    if (*counted_bytes > bytes.size() || *counted_bytes < kWalHeaderBytes) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("file has {} bytes, the next WAL file counts on {}", bytes.size(),
                               *counted_bytes));
    }
    bytes = bytes.first(*counted_bytes);
  }
  const std::uint64_t durable_group = CollectGroups(bytes, file);
  RETURN_IF_ERROR(CheckTail(bytes, file, !counted_bytes.has_value()));
  file.proven_end = std::max<std::uint64_t>(file.header.published_end, kWalHeaderBytes);
  if (durable_group > 0) {
    file.proven_end = std::max(file.proven_end, file.groups[durable_group - 1].end);
  }
  if (counted_bytes) file.proven_end = *counted_bytes;
  return file;
}

}  // namespace bedplate::historian

#include "historian/wal_salvage.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/crc32c.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kSaltOffset = 24;        // in the file's header
constexpr std::size_t kRecordHeadBytes = 5;    // type and length
constexpr std::size_t kMaxSeemingRuns = 1000;  // more of them no person reads

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

/// Whether the payload behind the frame header is there as its checksum says.
bool HasPayload(ByteView rest, const FrameHeader& frame) {
  return frame.payload_bytes <= rest.size() - kFrameHeaderBytes &&
         Crc32c(rest.subspan(kFrameHeaderBytes, frame.payload_bytes)) == frame.payload_crc;
}

/// The whole and valid frame at `offset`, whatever its number.
std::optional<FrameHeader> ValidFrame(ByteView bytes, std::uint64_t offset,
                                      std::uint32_t salt_checksum) {
  const ByteView rest = bytes.subspan(offset);
  const auto frame = ParseSaltedFrameHeader(rest, salt_checksum);
  return frame && HasPayload(rest, *frame) ? frame : std::nullopt;
}

/// What looks like frames with whole payloads, by the salt that each stands for.
std::map<std::uint32_t, std::size_t> CountSalts(ByteView bytes) {
  std::map<std::uint32_t, std::size_t> counts;
  std::uint64_t at = kWalHeaderBytes;
  while (at + kFrameHeaderBytes <= bytes.size()) {
    const ByteView rest = bytes.subspan(at);
    ++at;
    if (!LooksLikeFrame(rest)) continue;
    const std::uint32_t salt_checksum = SaltChecksumOfFrame(rest);
    const auto frame = ParseSaltedFrameHeader(rest, salt_checksum);
    if (!frame || !HasPayload(rest, *frame)) continue;
    ++counts[salt_checksum];
    at += kFrameHeaderBytes - 1 + frame->payload_bytes;
  }
  return counts;
}

/// What the frames say that the salt's checksum is.
Result<std::uint32_t> ProveSalt(ByteView bytes) {
  const auto counts = CountSalts(bytes);
  if (bytes.size() >= kWalHeaderBytes) {
    const std::uint32_t written =
        SaltChecksum(LoadFixed<std::uint64_t>(bytes.data() + kSaltOffset));
    if (counts.count(written) != 0) return written;
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != counts.end() && most->second > 1) return most->first;
  return Damaged(
      fmt::format("{} groups of appends seem to be in it, and nothing proves that they "
                  "are of this file",
                  counts.size()));
}

void AddSeeming(const TagRun& run, std::vector<SeemingRun>& seems) {
  if (run.samples.empty()) return;
  SeemingRun seeming{run.tag, run.samples.count, INT64_MAX, INT64_MIN};
  for (std::size_t i = 0; i < run.samples.count; ++i) {
    seeming.first_time = std::min(seeming.first_time, run.samples.TimeAt(i));
    seeming.last_time = std::max(seeming.last_time, run.samples.TimeAt(i));
  }
  seems.push_back(seeming);
}

/// What can be made out of the records of a payload, up to the first that does not decode.
void ReadSeeming(ByteView payload, std::vector<SeemingRun>& seems) {
  while (payload.size() > kRecordHeadBytes && seems.size() < kMaxSeemingRuns) {
    const auto length = LoadFixed<std::uint32_t>(payload.data() + 1);
    if (length > payload.size() - kRecordHeadBytes) return;
    const auto record = ParseFramePayload(payload.first(kRecordHeadBytes + length));
    if (record.ok()) {
      for (const TagRun& run : record->runs) AddSeeming(run, seems);
    }
    payload = payload.subspan(kRecordHeadBytes + length);
  }
}

/// Frames in a gap whose header is whole, or looks so, and whose payload is not.
std::vector<SeemingRun> ReadGap(ByteView gap) {
  std::vector<SeemingRun> seems;
  std::uint64_t at = 0;
  while (at + kFrameHeaderBytes <= gap.size()) {
    const ByteView rest = gap.subspan(at);
    ++at;
    if (!LooksLikeFrame(rest)) continue;
    const auto frame = ParseSaltedFrameHeader(rest, SaltChecksumOfFrame(rest));
    if (!frame) continue;
    const std::size_t bytes =
        std::min<std::size_t>(frame->payload_bytes, rest.size() - kFrameHeaderBytes);
    ReadSeeming(rest.subspan(kFrameHeaderBytes, bytes), seems);
    at += kFrameHeaderBytes - 1 + bytes;
  }
  return seems;
}

void AddGap(ByteView bytes, WalGap gap, SalvagedWal& salvaged) {
  gap.seems = ReadGap(bytes.subspan(gap.begin, gap.end - gap.begin));
  salvaged.gaps.push_back(std::move(gap));
}

void CollectFrames(ByteView bytes, std::uint32_t salt_checksum, SalvagedWal& salvaged) {
  std::map<std::uint64_t, WalGroup> groups;  // sectors may stand in another order, or twice
  std::uint64_t last_group = 0;
  std::optional<std::uint64_t> gap;
  std::uint64_t at = kWalHeaderBytes;
  while (at < bytes.size()) {
    const auto frame = ValidFrame(bytes, at, salt_checksum);
    if (!frame) {
      if (!gap) gap = at;
      ++at;
      continue;
    }
    if (gap) AddGap(bytes, {*gap, at, last_group + 1, frame->group - 1, {}}, salvaged);
    gap.reset();
    last_group = frame->group;
    const std::uint64_t start = at + kFrameHeaderBytes;
    at = start + frame->payload_bytes;
    groups.emplace(frame->group, WalGroup{at, bytes.subspan(start, frame->payload_bytes)});
  }
  if (gap) AddGap(bytes, {*gap, bytes.size(), last_group + 1, last_group, {}}, salvaged);
  for (const auto& [number, group] : groups) salvaged.groups.push_back(group);
}

}  // namespace

Result<SalvagedWal> SalvageWal(ByteView bytes, std::uint64_t sequence,
                               std::optional<std::uint64_t> counted_bytes) {
  SalvagedWal salvaged;
  const auto header = ParseWalHeader(bytes);
  if (!header.ok() && header.error().code() != ErrorCode::kCorruption) return header.error();
  if (header.ok() && header->sequence != sequence) {
    return Damaged(fmt::format("it holds the log file number {}", header->sequence));
  }
  if (counted_bytes) bytes = bytes.first(std::min<std::uint64_t>(*counted_bytes, bytes.size()));
  std::uint32_t salt_checksum = 0;
  if (header.ok()) {
    salt_checksum = SaltChecksum(header->salt);
    salvaged.published_end = header->published_end;
  } else {
    salvaged.header_damage = header.error().message();
    ASSIGN_OR_RETURN(salt_checksum, ProveSalt(bytes));
  }
  CollectFrames(bytes, salt_checksum, salvaged);
  return salvaged;
}

}  // namespace bedplate::historian

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "base/file_system.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

inline void PutFile(FileSystem& files, const std::string& path, ByteView content) {
  auto file = files.OpenWritable(path, OpenMode::kTruncate);
  BEDPLATE_CHECK(file.ok() && (*file)->Append(content).ok());
}

/// The fuzzer cannot guess checksums: puts frames as it gave them, each a byte that says how many
/// times `unit_bytes` it has and then these, behind `log`, with a valid header in front of each.
inline void PutFrames(Bytes& log, ByteView input, std::size_t unit_bytes, std::uint64_t salt) {
  for (std::uint64_t group = 1; !input.empty(); ++group) {
    const std::size_t wanted = std::to_integer<std::size_t>(input.front()) * unit_bytes;
    const ByteView payload = input.subspan(1, std::min(wanted, input.size() - 1));
    PutFrameHeader(log,
                   {.payload_bytes = static_cast<std::uint32_t>(payload.size()),
                    .payload_crc = Crc32c(payload),
                    .group = group,
                    .durable_group = group - 1},
                   salt);
    PutBytes(log, payload);
    input = input.subspan(1 + payload.size());
  }
}

}  // namespace bedplate::historian

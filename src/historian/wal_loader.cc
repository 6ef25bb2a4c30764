#include "historian/wal_loader.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace bedplate::historian {

WalLoader::WalLoader(FileSystem& files, std::string directory, std::vector<std::uint64_t> sequences)
    : files_(files), directory_(std::move(directory)), sequences_(std::move(sequences)) {}

Result<LoadedWal> WalLoader::Get(std::uint64_t sequence,
                                 std::optional<std::uint64_t> counted_bytes) {
  const bool is_ahead =
      ahead_ && ahead_->sequence == sequence && ahead_->counted_bytes == counted_bytes;
  Result<LoadedWal> loaded = is_ahead ? ahead_->loaded.get() : Load(sequence, counted_bytes);
  BeginAfter(sequence);
  return loaded;
}

std::string WalLoader::PathOf(std::uint64_t sequence) const {
  return JoinPath(directory_, WalFileName(sequence));
}

Result<LoadedWal> WalLoader::Load(std::uint64_t sequence,
                                  std::optional<std::uint64_t> counted_bytes) const {
  LoadedWal loaded;
  ASSIGN_OR_RETURN(loaded.content, files_.ReadFile(PathOf(sequence), kMaxWalFileBytes));
  ASSIGN_OR_RETURN(loaded.file, ReadWal(AsBytes(loaded.content), counted_bytes));
  for (const WalGroup& group : loaded.file.groups) {
    loaded.frames.push_back(ParseFramePayload(group.payload));
    if (!loaded.frames.back().ok()) break;
  }
  return loaded;
}

/// What the successor's header says of the file; empty when there is none that can be read.
std::optional<std::uint64_t> WalLoader::CountedBytes(std::uint64_t sequence) const {
  const auto next = std::upper_bound(sequences_.begin(), sequences_.end(), sequence);
  if (next == sequences_.end()) return std::nullopt;
  const auto file = files_.OpenRandomAccess(PathOf(*next));
  Bytes bytes(kWalHeaderBytes);
  if (!file.ok() || !(*file)->ReadAt(0, bytes).ok()) return std::nullopt;
  const auto header = ParseWalHeader(bytes);
  return header.ok() ? std::optional(header->previous_end) : std::nullopt;
}

void WalLoader::BeginAfter(std::uint64_t sequence) {
  ahead_.reset();
  const auto next = std::upper_bound(sequences_.begin(), sequences_.end(), sequence);
  if (next == sequences_.end()) return;
  Ahead ahead{.sequence = *next, .counted_bytes = CountedBytes(*next), .loaded = {}};
  ahead.loaded = std::async(std::launch::async,
                            [this, sequence = ahead.sequence, counted = ahead.counted_bytes] {
                              return Load(sequence, counted);
                            });
  ahead_ = std::move(ahead);
}

}  // namespace bedplate::historian

#include "historian/wal_loader.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"

namespace bedplate::historian {
namespace {

Status ReadContent(FileSystem& files, const std::string& path, std::string& content) {
  ASSIGN_OR_RETURN(const auto file, files.OpenRandomAccess(path));
  if (file->size() > kMaxWalFileBytes) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("file has {} bytes, at most {} are read", file->size(),
                             kMaxWalFileBytes))
        .At(path);
  }
  content.resize(file->size());
  return file->ReadAt(0, std::as_writable_bytes(std::span(content)));
}

}  // namespace

WalLoader::WalLoader(FileSystem& files, std::string directory, std::vector<std::uint64_t> sequences)
    : files_(files), directory_(std::move(directory)), sequences_(std::move(sequences)) {}

Result<LoadedWal> WalLoader::Get(std::uint64_t sequence,
                                 std::optional<std::uint64_t> counted_bytes) {
  const bool is_ahead =
      ahead_ && ahead_->sequence == sequence && ahead_->counted_bytes == counted_bytes;
  Result<LoadedWal> loaded =
      is_ahead ? ahead_->loaded.get() : Load(sequence, counted_bytes, std::exchange(used_, {}));
  BeginAfter(sequence);
  return loaded;
}

std::string WalLoader::PathOf(std::uint64_t sequence) const {
  return JoinPath(directory_, WalFileName(sequence));
}

Result<LoadedWal> WalLoader::Load(std::uint64_t sequence,
                                  std::optional<std::uint64_t> counted_bytes,
                                  LoadedWal memory) const {
  LoadedWal loaded = std::move(memory);
  RETURN_IF_ERROR(ReadContent(files_, PathOf(sequence), loaded.content));
  ASSIGN_OR_RETURN(loaded.file, ReadWal(AsBytes(loaded.content), counted_bytes));
  loaded.damage.reset();
  loaded.frames.resize(loaded.file.groups.size());
  for (std::size_t i = 0; i < loaded.frames.size(); ++i) {
    const Status parsed = ParseFramePayload(loaded.file.groups[i].payload, loaded.frames[i]);
    if (parsed.ok()) continue;
    loaded.damage = parsed.error();
    loaded.frames.resize(i);
  }
  return loaded;
}

/// What the successor's header says of the file; empty when there is none that can be read.
std::optional<std::uint64_t> WalLoader::CountedBytes(std::uint64_t sequence) const {
  const std::uint64_t next = sequence + 1;
  if (!std::binary_search(sequences_.begin(), sequences_.end(), next)) return std::nullopt;
  const auto file = files_.OpenRandomAccess(PathOf(next));
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
                            [this, sequence = ahead.sequence, counted = ahead.counted_bytes,
                             memory = std::exchange(used_, {})]() mutable {
                              return Load(sequence, counted, std::move(memory));
                            });
  ahead_ = std::move(ahead);
}

}  // namespace bedplate::historian

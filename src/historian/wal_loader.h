#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "historian/wal_format.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {

/// A log file with its frames taken apart. Everything points into `content`.
struct LoadedWal {
  std::string content;
  WalFile file;
  std::vector<FrameContents> frames;  // of the groups, up to the first that is damaged
  std::optional<Error> damage;        // of that one
};

/// Reads the files of a log one ahead of the replay, in a thread of its own: checksums and records
/// of the next file are looked at while this one is applied.
class WalLoader {
 public:
  /// `files` must outlive the loader. `sequences` ascend.
  WalLoader(FileSystem& files, std::string directory, std::vector<std::uint64_t> sequences);

  /// The file of that sequence, whose successor counts on `counted_bytes` of it, and begins with
  /// the one after it. Errors are those of ReadWal and of the file system.
  Result<LoadedWal> Get(std::uint64_t sequence, std::optional<std::uint64_t> counted_bytes);
  /// Takes what Get gave when it is not needed any more, to use its memory for another file: fresh
  /// memory costs more than reading into it.
  void GiveBack(LoadedWal used) { used_ = std::move(used); }

 private:
  struct Ahead {
    std::uint64_t sequence = 0;
    std::optional<std::uint64_t> counted_bytes;
    std::future<Result<LoadedWal>> loaded;
  };

  [[nodiscard]] std::string PathOf(std::uint64_t sequence) const;
  [[nodiscard]] Result<LoadedWal> Load(std::uint64_t sequence,
                                       std::optional<std::uint64_t> counted_bytes,
                                       LoadedWal memory) const;
  [[nodiscard]] std::optional<std::uint64_t> CountedBytes(std::uint64_t sequence) const;
  void BeginAfter(std::uint64_t sequence);

  FileSystem& files_;
  const std::string directory_;
  const std::vector<std::uint64_t> sequences_;
  std::optional<Ahead> ahead_;
  LoadedWal used_;
};

}  // namespace bedplate::historian

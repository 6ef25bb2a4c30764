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
  std::vector<Result<FrameContents>> frames;  // of the groups; the last one may be an error
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

 private:
  struct Ahead {
    std::uint64_t sequence = 0;
    std::optional<std::uint64_t> counted_bytes;
    std::future<Result<LoadedWal>> loaded;
  };

  [[nodiscard]] std::string PathOf(std::uint64_t sequence) const;
  [[nodiscard]] Result<LoadedWal> Load(std::uint64_t sequence,
                                       std::optional<std::uint64_t> counted_bytes) const;
  [[nodiscard]] std::optional<std::uint64_t> CountedBytes(std::uint64_t sequence) const;
  void BeginAfter(std::uint64_t sequence);

  FileSystem& files_;
  const std::string directory_;
  const std::vector<std::uint64_t> sequences_;
  std::optional<Ahead> ahead_;
};

}  // namespace bedplate::historian

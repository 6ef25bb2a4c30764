#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/cut_choices.h"

namespace bedplate {

/// What a disk writes as a whole or not at all.
inline constexpr std::uint64_t kSectorBytes = 512;

/// A file in memory, as the running system sees it and as it may stand on the disk after a power
/// cut: of the sectors that were written since the last sync each is there in any of the states
/// that it went through, and the file has any of the lengths that it went through.
class MemoryFile {
 public:
  MemoryFile() = default;
  /// All of it durable.
  explicit MemoryFile(std::string content);

  /// What the running system reads.
  [[nodiscard]] const std::string& data() const noexcept { return data_; }

  void Append(std::string_view bytes);
  void Resize(std::uint64_t size);
  void Sync();
  /// Some of the sectors that were to be synced are durable now; the others never will be, whatever
  /// is synced later, though the running system goes on reading them.
  void FailSync(CutChoices& choices);
  /// Changes one byte, durably.
  void FlipByte(std::uint64_t offset);

  /// What stands on the disk after a power cut. A sector that has no content of its own reads as
  /// zeros, or as that of `stale`, which used its place before.
  [[nodiscard]] std::string Image(CutChoices& choices, std::string_view stale) const;

 private:
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  [[nodiscard]] std::vector<std::uint64_t> PossibleLengths() const;
  [[nodiscard]] std::set<std::uint64_t> WrittenEnds(std::uint64_t sector) const;
  [[nodiscard]] std::string Written(std::uint64_t begin, std::uint64_t end) const;
  [[nodiscard]] std::uint64_t FirstDirtySector() const noexcept;
  [[nodiscard]] std::uint64_t DirtySectorsEnd() const noexcept;

  std::string data_;
  std::string durable_;
  std::uint64_t dirty_from_ = 0;        // bytes from here on were written since the last sync
  std::vector<std::uint64_t> lengths_;  // that it had since then
  std::vector<Range> lost_;             // of data_; a sync of it failed
};

/// Files and directories in memory with what a power cut may make of them. A name that was made,
/// renamed or removed is durable when its directory was synced; until then each of these changes
/// may survive or not, whatever becomes of the others. Directories are durable at once.
class MemoryDisk {
 public:
  using File = std::shared_ptr<MemoryFile>;

  [[nodiscard]] const std::map<std::string, File>& files() const noexcept { return files_; }
  [[nodiscard]] const std::set<std::string>& directories() const noexcept { return directories_; }
  /// Null when there is none.
  [[nodiscard]] File Find(const std::string& path) const;
  [[nodiscard]] std::uint64_t used_bytes() const;

  void AddDirectory(const std::string& path) { directories_.insert(path); }
  /// A new empty file; the name must be free (CHECK).
  File Create(const std::string& path);
  /// Empties a file in place.
  void Truncate(const std::string& path);
  void Rename(const std::string& from, const std::string& to);
  void Remove(const std::string& path);
  void SyncDirectory(const std::string& path);

  /// The disk after a power cut; all that is on it is durable.
  [[nodiscard]] MemoryDisk Image(CutChoices& choices) const;
  /// The same for the same names with the same content.
  [[nodiscard]] std::uint64_t Fingerprint() const;

 private:
  /// A change of names that is not durable yet.
  struct NameChange {
    std::string removed;  // path, or empty
    std::string added;    // path, or empty
    File file;
  };

  static void Apply(const NameChange& change, std::map<std::string, File>& names);
  [[nodiscard]] std::map<std::string, File> DrawNames(CutChoices& choices) const;
  [[nodiscard]] std::map<File, File> DrawContents(CutChoices& choices) const;
  void KeepStale(const std::string& path);

  std::set<std::string> directories_ = {"/"};
  std::map<std::string, File> files_;
  std::map<std::string, File> durable_files_;
  std::map<std::string, std::vector<NameChange>> pending_;  // by directory
  std::map<std::string, std::string> stale_;  // by suffix, what the last file that went had in it
};

}  // namespace bedplate

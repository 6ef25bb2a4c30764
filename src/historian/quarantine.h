#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// What a repair takes out of a store, and what it says of that: a folder in `quarantine/` with the
/// damaged files and the list LOSSES. Until the repair has reached its end `quarantine/UNFINISHED`
/// names the folder, so that the next one goes on with it and forgets nothing.
class Quarantine {
 public:
  /// `files` and `clock` must outlive this.
  Quarantine(FileSystem& files, const Clock& clock, std::string directory);

  /// Takes up what a repair that ended early has noted, if there is one.
  Status Resume();

  /// A copy of a damaged file.
  struct Copy {
    std::string original;
    std::string path;                    // of the copy; empty: nothing could be copied
    std::uint64_t unreadable_bytes = 0;  // which are zeros in it
  };
  /// Copies what can be read of the file at `path` to `name` in the folder, beside what has that
  /// name already. Errors: those of writing.
  Result<Copy> Keep(const std::string& path, const std::string& name);
  /// Puts the file itself in the place of a copy that is not whole, as far as that can be done: not
  /// before nothing counts on the file any more.
  void TakeOriginal(const Copy& copy);

  /// Adds to what is lost, but for what is noted already. It is durable on return.
  Status Note(const std::vector<std::string>& losses);
  /// The same where a line that goes on from one that is noted takes its place.
  Status NoteMore(const std::vector<std::string>& losses);
  [[nodiscard]] const std::vector<std::string>& losses() const noexcept { return losses_; }

  /// The repair has reached its end.
  Status Finish();

 private:
  Result<bool> FindVersion(const RandomAccessFile& source, const std::string& first,
                           std::string& path) const;
  Status MakeFolder();
  bool Add(const std::string& loss);
  Status WriteLosses();
  [[nodiscard]] std::string UnfinishedPath() const;
  [[nodiscard]] std::string LossesPath() const;

  FileSystem& files_;
  const Clock& clock_;
  const std::string directory_;  // of the store
  std::string folder_;           // empty: there is none yet
  std::vector<std::string> losses_;
  std::set<std::string> noted_;  // all of them
};

}  // namespace bedplate::historian

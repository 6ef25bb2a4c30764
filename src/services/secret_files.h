#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "ingest/source.h"

namespace bedplate {

/// The secrets of a data directory, each a file DIR/secrets/NAME, which only its owner can read as
/// the directory is private. Names are of a-z, 0-9 and `-`; another is kInvalidArgument.
class SecretFiles final : public SecretReader {
 public:
  SecretFiles(FileSystem& files, const std::string& directory);

  /// Without a newline at its end, which editors and `echo` put there.
  [[nodiscard]] Result<std::string> Read(std::string_view name) const override;
  /// Replaces it durably. kNotFound when the directory is no data directory.
  Status Write(std::string_view name, std::string_view text);
  /// Sorted.
  [[nodiscard]] Result<std::vector<std::string>> List() const;
  /// kNotFound when there is none.
  Status Remove(std::string_view name);

 private:
  [[nodiscard]] Result<std::string> PathOf(std::string_view name) const;

  FileSystem& files_;
  const std::string directory_;  // of the data
  const std::string folder_;
};

}  // namespace bedplate

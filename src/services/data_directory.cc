#include "services/data_directory.h"

#include <utility>

#include "base/yaml.h"

namespace bedplate {

Result<DirectoryFormat> ReadDirectoryFormat(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kSmallFileLimitBytes));
  // JSON is YAML, so the reader of the plant files reads our small JSON files too.
  YamlFaults faults(path);
  const YamlValue root = ParseYaml(text, faults);
  YamlMapReader reader(root, "", faults);
  const auto version = reader.Integer("format");
  auto id = reader.String("id");
  if (!version && faults.empty()) reader.Fault("format", "a whole number");
  if (!faults.empty()) return Error(ErrorCode::kCorruption, faults.list().front().ToString());
  return DirectoryFormat{*version, std::move(id).value_or("")};
}

}  // namespace bedplate

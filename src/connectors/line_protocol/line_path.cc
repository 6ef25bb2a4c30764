#include "connectors/line_protocol/line_path.h"

#include "model/path_part.h"

namespace bedplate {
std::string PathOfLineKey(const LineKey& key) {
  std::string path;
  AppendPathPart(path, key.measurement);
  for (const LineTag& tag : key.tags) {
    path += '/';
    AppendPathPart(path, tag.value);
  }
  return path;
}

std::string PathOfLineField(std::string_view key_path, std::string_view field) {
  std::string path(key_path);
  path += '/';
  AppendPathPart(path, field);
  return path;
}

}  // namespace bedplate

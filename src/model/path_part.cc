#include "model/path_part.h"

#include <fmt/format.h>

#include <cctype>

#include "model/path.h"

namespace bedplate {
namespace {

bool IsHex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

bool ReadsAsEncoding(std::string_view part, std::size_t at) {
  return part[at] == '%' && at + 2 < part.size() && IsHex(part[at + 1]) && IsHex(part[at + 2]);
}

/// Whether the slash at `at` would leave the segment before or after it empty. The slash before it
/// counts only if it was itself kept as a slash, which `segment_empty` says.
bool MakesEmptySegment(std::string_view part, std::size_t at, bool segment_empty) {
  return part[at] == '/' && (segment_empty || at + 1 == part.size());
}

}  // namespace

void AppendPathPart(std::string& path, std::string_view part) {
  bool segment_empty = true;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool encode = !IsPathCharacter(part[i]) || ReadsAsEncoding(part, i) ||
                        MakesEmptySegment(part, i, segment_empty);
    if (encode) {
      path += fmt::format("%{:02X}", static_cast<unsigned char>(part[i]));
    } else {
      path += part[i];
    }
    segment_empty = part[i] == '/' && !encode;
  }
}

}  // namespace bedplate

#include "ingest/sink.h"

#include <fmt/format.h>

namespace bedplate {

std::string Origin::PlaceOf(std::size_t index) const {
  return lines.empty() ? prefix + suffix : fmt::format("{}{}{}", prefix, lines[index], suffix);
}

std::string Origin::KeyOf(std::size_t index) const {
  if (key.empty()) return {};
  return lines.empty() ? key + suffix : fmt::format("{}:{}{}", key, lines[index], suffix);
}

}  // namespace bedplate

#include "connectors/mqtt/json_place.h"

#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/parse_number.h"

namespace bedplate::mqtt {
namespace {

/// RFC 6901, 4: `~1` is a slash, `~0` a tilde.
std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') {
      out += text[i];
    } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
      out += text[++i] == '1' ? '/' : '~';
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

bool SeekField(JsonReader& json, std::string_view name) {
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == name) return true;
    json.Skip();
  }
  return false;
}

bool SeekItem(JsonReader& json, std::string_view level) {
  auto index = ParseNumber<std::uint64_t>(level);
  if (!index) return false;
  json.EnterArray();
  while (json.NextItem()) {
    if ((*index)-- == 0) return true;
    json.Skip();
  }
  return false;
}

}  // namespace

Result<JsonPlace> JsonPlace::Parse(std::string_view text) {
  const auto bad = [&] {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is no JSON pointer, as in /temperature/value", text));
  };
  std::string_view rest = text == "." || text.starts_with("./") ? text.substr(1) : text;
  JsonPlace place;
  while (!rest.empty()) {
    if (rest.front() != '/') return bad();
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    auto level = Unescape(rest.substr(0, end));
    if (!level) return bad();
    place.levels_.push_back(*std::move(level));
    rest.remove_prefix(end);
  }
  return place;
}

bool JsonPlace::Seek(JsonReader& json) const {
  for (const std::string& level : levels_) {
    const JsonKind kind = json.Peek();
    const bool is_there = kind == JsonKind::kObject  ? SeekField(json, level)
                          : kind == JsonKind::kArray ? SeekItem(json, level)
                                                     : false;
    if (!is_there || json.failed()) return false;
  }
  return true;
}

std::string JsonPlace::ToString() const {
  std::string text;
  for (const std::string& level : levels_) text += "/" + Escape(level);
  return text;
}

}  // namespace bedplate::mqtt

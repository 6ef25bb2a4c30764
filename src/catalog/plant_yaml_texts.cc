#include "catalog/plant_yaml_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kNameLimitBytes = 64;

bool IsKebabCase(std::string_view name) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kNameLimitBytes) return false;
  if (!is_word(name.front()) || !is_word(name.back())) return false;
  return name.find("--") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_word(c) || c == '-'; });
}

/// Without the carriage returns that Windows puts before the newlines.
std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t Indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool IsBlank(std::string_view line) { return Indentation(line) == line.size(); }

bool IsBlankOrComment(std::string_view line) {
  return IsBlank(line) || line[Indentation(line)] == '#';
}

/// Lines [first, last) of a file, counted from 0.
struct LineRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The lines of a map in block style: comments between its key and its first line, then everything
/// that is indented as far. Empty when its first key does not start a line.
std::optional<LineRange> FindBlock(const std::vector<std::string_view>& lines,
                                   const YamlValue& map) {
  const auto start = static_cast<std::size_t>(map.line - 1);
  const auto indentation = static_cast<std::size_t>(map.column - 1);
  if (start >= lines.size() || Indentation(lines[start]) != indentation) return std::nullopt;
  LineRange range{start, start + 1};
  const auto key_line = static_cast<std::size_t>(map.key_line);
  for (std::size_t i = start; i > key_line && IsBlankOrComment(lines[i - 1]); --i) {
    if (!IsBlank(lines[i - 1])) range.first = i - 1;
  }
  for (std::size_t i = start + 1; i < lines.size(); ++i) {
    const bool inside = Indentation(lines[i]) >= indentation;
    if (inside && !IsBlank(lines[i])) range.last = i + 1;
    if (!inside && !IsBlankOrComment(lines[i])) break;
  }
  return range;
}

/// The lines with `margin` blanks in place of the `indentation` that they have.
std::string CutOut(const std::vector<std::string_view>& lines, LineRange range,
                   std::size_t indentation, std::size_t margin) {
  std::string text;
  for (std::size_t i = range.first; i < range.last; ++i) {
    if (!IsBlank(lines[i])) text.append(margin, ' ');
    text += lines[i].substr(std::min(indentation, Indentation(lines[i])));
    text += '\n';
  }
  return text;
}

bool SameContent(const YamlValue& a, const YamlValue& b) {
  const auto same_field = [](const auto& x, const auto& y) {
    return x.first == y.first && SameContent(x.second, y.second);
  };
  return a.kind == b.kind && a.scalar == b.scalar &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), SameContent) &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), same_field);
}

/// Whether lines that stood at the end of their file mean the same where another key follows them,
/// as it does when the plant is written.
bool ReadsBackAs(const std::vector<std::string_view>& lines, LineRange range,
                 std::size_t indentation, const YamlValue& map) {
  const std::string text = "a:\n" + CutOut(lines, range, indentation, 2) + "b: c\n";
  YamlFaults faults("");
  const YamlValue parsed = ParseYaml(text, faults);
  return faults.empty() && parsed.kind == YamlKind::kMap && parsed.fields.size() == 2 &&
         SameContent(parsed.fields.front().second, map);
}

std::string ScalarText(const YamlValue& value) {
  const auto is_number_character = [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e';
  };
  const std::string& text = value.scalar;
  // Numbers and bools that stood plain stay what they were to other readers.
  const bool number = !text.empty() && text.front() >= '0' && text.front() <= '9' &&
                      std::all_of(text.begin(), text.end(), is_number_character);
  if (!value.quoted && (number || text == "true" || text == "false")) return text;
  return QuoteYaml(text);
}

/// Writes `value` after a key or a dash; `indentation` is that of the lines that follow.
void WriteTree(const YamlValue& value, std::size_t indentation, std::string& out) {
  const std::string margin(indentation, ' ');
  switch (value.kind) {
    case YamlKind::kNull: out += " null\n"; return;
    case YamlKind::kScalar: out += fmt::format(" {}\n", ScalarText(value)); return;
    case YamlKind::kList:
      out += value.items.empty() ? " []\n" : "\n";
      for (const YamlValue& item : value.items) {
        out += margin + "-";
        WriteTree(item, indentation + 2, out);
      }
      return;
    case YamlKind::kMap:
      out += value.fields.empty() ? " {}\n" : "\n";
      for (const auto& [key, field] : value.fields) {
        out += YamlKeyLine(indentation, key);
        WriteTree(field, indentation + 2, out);
      }
      return;
  }
}

DeclaredText ReadOne(const std::vector<std::string_view>& lines, const std::string& name,
                     const YamlValue& map) {
  if (const auto block = FindBlock(lines, map)) {
    const auto indentation = static_cast<std::size_t>(map.column - 1);
    if (ReadsBackAs(lines, *block, indentation, map)) {
      return {name, CutOut(lines, *block, indentation, 0), static_cast<int>(block->first) + 1};
    }
  }
  std::string text;
  WriteTree(map, 0, text);
  return {name, text.substr(1), map.line};
}

}  // namespace

std::vector<DeclaredText> ReadDeclaredTexts(std::string_view text, std::string_view section,
                                            const YamlValue& map, YamlFaults& faults) {
  const std::vector<std::string_view> lines = SplitLines(text);
  std::vector<DeclaredText> texts;
  for (const auto& [name, value] : map.fields) {
    if (!IsKebabCase(name)) {
      faults.AddAtKey(value, section, "a name of up to 64 letters a-z, digits and single -",
                      fmt::format("'{}'", ToValidUtf8(name, 80)));
    } else if (value.kind != YamlKind::kMap) {
      faults.Add(value, fmt::format("{}.{}", section, name), "a map");
    } else {
      texts.push_back(ReadOne(lines, name, value));
    }
  }
  std::sort(texts.begin(), texts.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return texts;
}

}  // namespace bedplate

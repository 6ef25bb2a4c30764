#include "app/text_table.h"

#include <algorithm>

#include "base/printable.h"

namespace bedplate {
namespace {

/// Code points, which is what a terminal shows for the scripts that plants use in tag names.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

void AppendCell(std::string& line, const std::string& text, std::size_t width, bool right,
                bool last) {
  const std::string padding(width - Width(text), ' ');
  if (right) line += padding;
  line += text;
  if (!right && !last) line += padding;
  if (!last) line += "  ";
}

std::string QuoteCsv(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += '"';
  }
  return quoted + '"';
}

}  // namespace

std::string FormatAligned(const TextTable& table) {
  std::vector<std::vector<std::string>> lines{{}};
  for (const std::string& cell : table.header) lines.back().push_back(Printable(cell));
  for (const auto& row : table.rows) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(Printable(cell));
  }
  std::vector<std::size_t> widths(table.header.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  }
  std::string out;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool right = i < table.right_aligned.size() && table.right_aligned[i];
      AppendCell(out, lines[row][i], widths[i], right, i + 1 == widths.size());
    }
    out += '\n';
    if (row > 0) continue;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      out += std::string(widths[i], '-') + (i + 1 == widths.size() ? "\n" : "  ");
    }
  }
  return out;
}

std::string FormatCsv(const TextTable& table) {
  std::string out;
  const auto append = [&out](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ',';
      out += QuoteCsv(row[i]);
    }
    out += '\n';
  };
  append(table.header);
  for (const auto& row : table.rows) append(row);
  return out;
}

}  // namespace bedplate

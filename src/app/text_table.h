#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bedplate {

/// A table of text. Every row has as many cells as `header`.
struct TextTable {
  std::vector<std::string> header;
  std::vector<bool> right_aligned;  // by column; numbers stand to the right
  std::vector<std::vector<std::string>> rows;
};

/// Columns padded with spaces, a rule under the header; widths count code points.
std::string FormatAligned(const TextTable& table);

/// RFC 4180 with a header row and LF line ends.
std::string FormatCsv(const TextTable& table);

}  // namespace bedplate

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/files/csv_reader.h"
#include "connectors/files/import_map.h"

namespace bedplate {

/// A tag of a wide file and where its values stand in a row.
struct PlannedTag {
  std::size_t index = 0;  // of the field, from 0
  std::string column;
  std::string tag;
  std::string unit;
  ValueType type = ValueType::kDouble;
};

/// Where the parts of a sample stand in a row of a long file.
struct PlannedLong {
  std::size_t tag = 0;
  std::size_t value = 0;
  std::optional<std::size_t> quality;
  std::optional<std::size_t> unit;
};

/// An import map applied to the header of one file.
struct ImportPlan {
  std::size_t fields = 0;  // of every row
  std::size_t time = 0;
  std::vector<PlannedTag> wide;
  std::optional<PlannedLong> long_layout;
};

/// Finds every column that `map` names in `first_row`: the header, or the first data row of a file
/// without one, whose columns are called 1, 2, … Errors: kInvalidArgument naming each column that
/// is not there with its place in the map, and what the header has instead.
Result<ImportPlan> PlanImport(const ImportMap& map, const CsvRow& first_row);

/// A cell as UTF-8; empty when the file says UTF-8 and the cell is not.
std::optional<std::string> DecodeText(std::string_view text, TextEncoding encoding);

}  // namespace bedplate

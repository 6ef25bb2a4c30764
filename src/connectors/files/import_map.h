#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "connectors/files/cell.h"
#include "connectors/files/csv_reader.h"
#include "connectors/files/time_reader.h"
#include "model/sample.h"
#include "model/unit.h"

namespace bedplate {

/// A column of the file by its name in the header, or by its number from 1 in a file without one.
struct ColumnName {
  std::string name;
  int line = 0;  // of the map, for errors

  bool operator==(const ColumnName& other) const { return name == other.name; }
};

enum class TextEncoding { kUtf8, kLatin1, kWindows1252 };

struct CsvFileOptions {
  CsvOptions csv;
  NumberStyle numbers;
  bool header = true;
  TextEncoding encoding = TextEncoding::kUtf8;
  std::uint64_t skip_rows = 0;                         // lines before the header
  std::set<std::string, std::less<>> null_values{""};  // cells that hold no value, when trimmed
};

/// One column that becomes one tag.
struct WideColumn {
  ColumnName column;
  std::string tag;
  std::string unit;
  int unit_line = 0;  // of the map, for errors
  int unit_column = 0;
  ValueType type = ValueType::kDouble;
};

/// One row is one time; columns are tags.
struct WideLayout {
  std::vector<WideColumn> columns;
  // Every other column of the header, when set: `prefix/column`.
  std::string tag_prefix;
  std::vector<ColumnName> skip;
  ValueType type = ValueType::kDouble;  // of those
};

struct QualityColumn {
  ColumnName column;
  std::set<std::string, std::less<>> good;
  std::set<std::string, std::less<>> uncertain;  // anything else is bad
};

/// One row is one sample.
struct LongLayout {
  ColumnName tag;
  std::string tag_prefix;  // before the cell, as it is
  ColumnName value;
  ValueType type = ValueType::kDouble;
  std::optional<QualityColumn> quality;
  std::optional<ColumnName> unit;
};

/// How a CSV file becomes samples (docs/formats/import-map.md).
struct ImportMap {
  std::string file;  // where it was read from, for errors
  CsvFileOptions csv;
  ColumnName time_column;
  TimeOptions time;
  /// How much later than its own time a row is stamped: the length of the interval where the stamp
  /// is its end, as samples are stamped at its start.
  std::chrono::nanoseconds stamped_late{0};
  std::optional<WideLayout> wide;  // one of the two
  std::optional<LongLayout> long_layout;
};

/// A map read from YAML, or every fault found in it.
struct ImportMapYaml {
  ImportMap map;
  std::vector<YamlFault> faults;
};

/// Reads an import map. Never throws.
ImportMapYaml ParseImportMap(std::string_view file_name, std::string_view text,
                             const UnitSystem& units);

}  // namespace bedplate

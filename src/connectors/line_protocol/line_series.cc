#include "connectors/line_protocol/line_series.h"

#include <fmt/format.h>

#include <utility>

#include "connectors/line_protocol/line_path.h"

namespace bedplate {
namespace {

/// Up to here looking at all columns is cheaper than a map of them.
constexpr std::size_t kFewColumns = 8;
constexpr std::size_t kMostIdle = 4;

/// No field key has a newline.
std::string ColumnName(std::string_view key, ValueType type) {
  return fmt::format("{}\n{}", key, ValueTypeName(type));
}

bool IsPlain(std::string_view key) { return key.find('\\') == std::string_view::npos; }

}  // namespace

LineSeries* LineSeriesTable::Find(std::string_view key) {
  const auto known = series_.find(key);
  return known == series_.end() ? nullptr : &known->second;
}

LineSeries& LineSeriesTable::Add(std::string_view key, std::string path) {
  const auto entry = series_.try_emplace(std::string(key)).first;
  LineSeries& series = entry->second;
  series.key = entry->first;
  series.path = std::move(path);
  series.plain = IsPlain(key);
  return series;
}

LineColumn& LineSeriesTable::ColumnOf(LineSeries& series, std::string_view key, ValueType type,
                                      std::size_t hint) {
  const auto is_it = [&](std::uint32_t index) {
    return columns_[index].type == type && columns_[index].key == key;
  };
  if (hint < series.columns.size() && is_it(series.columns[hint])) {
    return columns_[series.columns[hint]];
  }
  if (series.column_of.empty()) {
    for (const std::uint32_t index : series.columns) {
      if (is_it(index)) return columns_[index];
    }
  } else if (const auto known = series.column_of.find(ColumnName(key, type));
             known != series.column_of.end()) {
    return columns_[known->second];
  }
  return AddColumn(series, key, type);
}

LineColumn& LineSeriesTable::AddColumn(LineSeries& series, std::string_view key, ValueType type) {
  const auto index = static_cast<std::uint32_t>(columns_.size());
  LineColumn& column = columns_.emplace_back();
  column.key = key;
  column.path = PathOfLineField(series.path, UnescapeLineKey(key));
  column.type = type;
  column.plain = IsPlain(key);
  column.target = &column;
  // Two keys can mean one path, as when a client changes the order of its tags.
  std::vector<std::uint32_t>& same_path = by_path_[column.path];
  bool is_first = true;
  for (const std::uint32_t other : same_path) {
    if (columns_[other].type != type) continue;
    column.target = &columns_[other];
    is_first = false;
  }
  if (is_first) same_path.push_back(index);
  series.columns.push_back(index);
  if (series.columns.size() == 1) series.first = &column;
  if (series.columns.size() > kFewColumns) {
    for (const std::uint32_t known : series.columns) {
      series.column_of.try_emplace(ColumnName(columns_[known].key, columns_[known].type), known);
    }
  }
  return column;
}

void LineSeriesTable::Clear() {
  by_path_.clear();
  series_.clear();
  columns_.clear();
}

std::unique_ptr<LineSeriesTable> LineSeriesPool::Take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<LineSeriesTable>();
  std::unique_ptr<LineSeriesTable> table = std::move(idle_.back());
  idle_.pop_back();
  return table;
}

void LineSeriesPool::GiveBack(std::unique_ptr<LineSeriesTable> table) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(table));
}

}  // namespace bedplate

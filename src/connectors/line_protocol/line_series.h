#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text_hash.h"
#include "connectors/line_protocol/line_parser.h"
#include "ingest/sink.h"
#include "model/sample.h"

namespace bedplate {

/// One field of a series: what it is written as, and the tag that it means. What each line needs
/// stands first.
struct LineColumn {
  std::string key;  // as written
  ValueType type = ValueType::kDouble;
  bool plain = false;       // the key has no backslash
  std::uint32_t batch = 0;  // where the target's samples go, in the generation
  std::uint64_t generation = 0;
  LineColumn* target = nullptr;  // the first column of the same path and type, mostly this one
  std::string path;
  RouteMemo memo;  // of the target's path
};

/// A measurement with its tags.
struct LineSeries {
  std::string_view key;        // as written
  LineSeries* next = nullptr;  // the series of the line after this one's, last time
  LineColumn* first = nullptr;
  bool plain = false;                  // the key has no backslash
  std::vector<std::uint32_t> columns;  // in the order in which the first line brought them
  std::string path;
  /// By ColumnName, for series of many fields and lines that change their order.
  std::unordered_map<std::string, std::uint32_t> column_of;
};

/// The series that lines had so far: what a line of a known one means costs a look-up at most. All
/// of it follows from the keys alone, so it is good for any body and any plant. Not safe for
/// concurrent use.
class LineSeriesTable {
 public:
  /// Null when it is not known. The pointer is good until Clear.
  [[nodiscard]] LineSeries* Find(std::string_view key);
  LineSeries& Add(std::string_view key, std::string path);
  /// The column of a field; looks at the one at `hint` first.
  LineColumn& ColumnOf(LineSeries& series, std::string_view key, ValueType type, std::size_t hint);
  [[nodiscard]] LineColumn& column(std::uint32_t index) { return columns_[index]; }

  /// Series and columns.
  [[nodiscard]] std::size_t size() const { return series_.size() + columns_.size(); }
  void Clear();
  /// Batches that were sent, whose memory is used again for the next ones.
  [[nodiscard]] std::vector<PathBatch>& used_batches() { return used_batches_; }
  /// Of the batches that `LineColumn::batch` means; grows with each.
  std::uint64_t NextGeneration() { return ++generation_; }

 private:
  LineColumn& AddColumn(LineSeries& series, std::string_view key, ValueType type);

  ByText<LineSeries> series_;
  std::deque<LineColumn> columns_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_path_;  // targets
  std::uint64_t generation_ = 0;
  std::vector<PathBatch> used_batches_;
};

/// Keeps tables between bodies. Safe for concurrent use.
class LineSeriesPool {
 public:
  std::unique_ptr<LineSeriesTable> Take();
  void GiveBack(std::unique_ptr<LineSeriesTable> table);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<LineSeriesTable>> idle_;  // at most kMostIdle
};

}  // namespace bedplate

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/line_protocol/line_parser.h"
#include "connectors/line_protocol/line_splitter.h"
#include "ingest/sink.h"

namespace bedplate {

/// Turns lines into one PathBatch per path and type, and into dead letters with `line N`. Knows
/// the keys it has seen, so that a line of a known series costs a hash look-up and its numbers.
class LineBatcher {
 public:
  /// `received` is the time of lines without a timestamp, cut to the precision as InfluxDB does.
  LineBatcher(LinePrecision precision, Timestamp received, std::size_t max_line_bytes);

  /// Adds one line; blank lines and comments add nothing. Returns whether it held a point.
  bool Add(const LineSplitter::Line& line);

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t letters() const { return letters_.size(); }
  [[nodiscard]] bool empty() const { return samples_ == 0 && letters_.empty(); }

  struct Taken {
    std::vector<PathBatch> batches;
    std::vector<DeadLetter> letters;
  };
  /// What was added since the last call.
  Taken Take();

 private:
  /// One field of a series, and which batch its samples go to.
  struct Column {
    std::string key;  // as written
    ValueType type = ValueType::kDouble;
    std::string path;
    std::uint64_t generation = 0;  // the Take after which `batch` was looked up
    std::size_t batch = 0;
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename Value>
  using ByText = std::unordered_map<std::string, Value, KeyHash, std::equal_to<>>;
  struct Series {
    std::string path;
    std::vector<Column> columns;    // in the order in which the first line brought them
    ByText<std::size_t> column_of;  // for lines with another order; key and type as in ColumnName
  };

  void Reject(const LineSplitter::Line& line, const LineFault& fault, std::string tag);
  Series* SeriesOf(std::string_view key_text);
  Column& ColumnOf(Series& series, std::string_view key, ValueType type, std::size_t hint);
  PathBatch& BatchOf(Column& column);
  void AddField(Series& series, std::size_t index, Timestamp time, const LineSplitter::Line& line);

  LineParser parser_;
  Timestamp default_time_;
  std::size_t max_line_bytes_;
  ByText<Series> series_;
  std::size_t known_ = 0;  // series and their columns
  std::uint64_t generation_ = 1;
  ByText<std::size_t> batch_of_path_;  // of this generation
  std::vector<PathBatch> batches_;
  std::vector<DeadLetter> letters_;
  std::uint64_t samples_ = 0;
};

}  // namespace bedplate

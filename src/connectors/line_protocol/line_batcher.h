#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "connectors/line_protocol/line_parser.h"
#include "connectors/line_protocol/line_series.h"
#include "connectors/line_protocol/line_splitter.h"
#include "ingest/sink.h"

namespace bedplate {

/// Turns lines into one PathBatch per path and type, and into dead letters with `line N`. Knows
/// the keys it has seen, and which series came after which, so that a simple line of a known series
/// costs a comparison of its key and its numbers.
class LineBatcher {
 public:
  /// `received` is the time of lines without a timestamp, cut to the precision as InfluxDB does.
  /// `pool` lends the memory of the keys and must outlive the batcher; null: one of its own.
  LineBatcher(LinePrecision precision, Timestamp received, std::size_t max_line_bytes,
              LineSeriesPool* pool);
  ~LineBatcher();
  LineBatcher(const LineBatcher&) = delete;
  LineBatcher& operator=(const LineBatcher&) = delete;

  /// Adds one line; blank lines and comments add nothing. Returns whether it held a point.
  bool Add(const LineSplitter::Line& line);
  /// Adds the line at the start of `text` if it is one of a known series with its fields in their
  /// order, numbers in plain form and a timestamp. Returns how long it is with its newline, or 0:
  /// then nothing was added, and the line is one for Add.
  std::size_t AddSimple(std::string_view text, std::uint64_t number);

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t letters() const { return letters_.size(); }
  [[nodiscard]] bool empty() const { return samples_ == 0 && letters_.empty(); }

  struct Taken {
    std::span<PathBatch> batches;  // of the batcher, until the next line is added
    std::vector<DeadLetter> letters;
  };
  /// What was added since the last call.
  Taken Take();

 private:
  /// A value of a simple line, as the column's type has it.
  union SimpleValue {
    double number;
    std::int64_t integer;
  };
  static constexpr std::size_t kMostSimpleFields = 32;

  void Reject(const LineSplitter::Line& line, const LineFault& fault, std::string tag);
  LineSeries* SeriesOf(std::string_view key_text);
  LineSeries* SimpleSeries(std::string_view text);
  void PrefetchAfter(const LineSeries& series) const;
  const char* ReadSimpleField(LineColumn& column, const char* at, const char* end,
                              SimpleValue& value) const;
  void AddSimpleValue(LineColumn& column, SimpleValue value, std::int64_t time,
                      std::uint64_t number);
  PathBatch& BatchOf(LineColumn& column);
  PathBatch& NextBatch();
  void BoundMemory();
  void AddField(LineSeries& series, std::size_t index, Timestamp time,
                const LineSplitter::Line& line);

  LineParser parser_;
  Timestamp default_time_;
  std::int64_t time_unit_;  // ns
  std::size_t max_line_bytes_;
  LineSeriesPool* const pool_;
  std::unique_ptr<LineSeriesTable> table_;
  LineSeries* last_ = nullptr;  // of the line before
  std::uint64_t generation_;
  std::vector<PathBatch> batches_;  // the others behind the used ones are memory for later
  std::size_t used_batches_ = 0;
  std::vector<DeadLetter> letters_;
  std::uint64_t samples_ = 0;
};

}  // namespace bedplate

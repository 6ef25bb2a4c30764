#include "connectors/line_protocol/line_batcher.h"

#include <fmt/format.h>

#include <limits>

#include "base/utf8.h"
#include "connectors/line_protocol/line_path.h"

namespace bedplate {
namespace {

// Beyond this many keys and fields the memory of them is dropped: a client that never repeats one
// gains nothing from it.
constexpr std::size_t kMaxKnown = 200'000;

struct StoredType {
  ValueType operator()(double /*value*/) const { return ValueType::kDouble; }
  ValueType operator()(std::int64_t /*value*/) const { return ValueType::kInt64; }
  ValueType operator()(std::uint64_t /*value*/) const { return ValueType::kInt64; }
  ValueType operator()(bool /*value*/) const { return ValueType::kBool; }
  ValueType operator()(std::string_view /*value*/) const { return ValueType::kString; }
};

struct PushValue {
  SampleColumns& samples;
  void operator()(double value) const { samples.doubles.push_back(value); }
  void operator()(std::int64_t value) const { samples.int64s.push_back(value); }
  void operator()(std::uint64_t value) const {
    samples.int64s.push_back(static_cast<std::int64_t>(value));
  }
  void operator()(bool value) const { samples.bools.push_back(value ? 1 : 0); }
  void operator()(std::string_view value) const { samples.strings.emplace_back(value); }
};

/// Text and type as one key; no path and no field key has a newline.
std::string ColumnName(std::string_view text, ValueType type) {
  return fmt::format("{}\n{}", text, ValueTypeName(type));
}

bool FitsInt64(const LineValue& value) {
  const auto* number = std::get_if<std::uint64_t>(&value);
  return number == nullptr ||
         *number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

}  // namespace

LineBatcher::LineBatcher(LinePrecision precision, Timestamp received, std::size_t max_line_bytes)
    : parser_(precision),
      default_time_(received.nanoseconds() - received.nanoseconds() % NanosecondsPer(precision)),
      max_line_bytes_(max_line_bytes) {}

bool LineBatcher::Add(const LineSplitter::Line& line) {
  if (line.too_long) {
    Reject(line,
           {.code = "line-too-long",
            .column = 0,
            .message = fmt::format("the line has more than {} bytes", max_line_bytes_)},
           {});
    return true;
  }
  if (known_ > kMaxKnown) {
    series_.clear();
    known_ = 0;
  }
  const LineParser::Outcome outcome = parser_.Parse(line.text);
  if (outcome == LineParser::Outcome::kNothing) return false;
  Series* series = outcome == LineParser::Outcome::kPoint ? SeriesOf(parser_.key_text()) : nullptr;
  if (series == nullptr) {
    Reject(line, parser_.fault(), {});
    return true;
  }
  const auto written = parser_.time();
  const Timestamp time = written ? Timestamp(*written) : default_time_;
  for (std::size_t i = 0; i < parser_.fields().size(); ++i) AddField(*series, i, time, line);
  return true;
}

void LineBatcher::AddField(Series& series, std::size_t index, Timestamp time,
                           const LineSplitter::Line& line) {
  const LineField& field = parser_.fields()[index];
  Column& column = ColumnOf(series, field.key, std::visit(StoredType{}, field.value), index);
  if (!FitsInt64(field.value)) {
    Reject(
        line,
        {.code = "bad-number",
         .column = 0,
         .message = fmt::format("field '{}': expected an integer of at most "
                                "9223372036854775807, got {}",
                                UnescapeLineKey(field.key), std::get<std::uint64_t>(field.value))},
        column.path);
    return;
  }
  PathBatch& batch = BatchOf(column);
  batch.samples.times.push_back(time.nanoseconds());
  std::visit(PushValue{batch.samples}, field.value);
  batch.origin.lines.push_back(line.number);
  ++samples_;
}

void LineBatcher::Reject(const LineSplitter::Line& line, const LineFault& fault, std::string tag) {
  DeadLetter letter;
  letter.place = fmt::format("line {}", line.number);
  letter.tag = std::move(tag);
  letter.code = fault.code;
  letter.reason = fault.ToString();
  letter.payload = ToValidUtf8(line.text, kDeadLetterTextBytes);
  letters_.push_back(std::move(letter));
}

LineBatcher::Series* LineBatcher::SeriesOf(std::string_view key_text) {
  if (const auto known = series_.find(key_text); known != series_.end()) return &known->second;
  const LineKey* key = parser_.ParseKey();
  if (key == nullptr) return nullptr;
  ++known_;
  Series series{.path = PathOfLineKey(*key), .columns = {}, .column_of = {}};
  return &series_.emplace(key_text, std::move(series)).first->second;
}

LineBatcher::Column& LineBatcher::ColumnOf(Series& series, std::string_view key, ValueType type,
                                           std::size_t hint) {
  if (hint < series.columns.size()) {
    Column& guess = series.columns[hint];
    if (guess.type == type && guess.key == key) return guess;
  }
  const auto [entry, is_new] =
      series.column_of.try_emplace(ColumnName(key, type), series.columns.size());
  if (!is_new) return series.columns[entry->second];
  ++known_;
  Column column;
  column.key = key;
  column.type = type;
  column.path = PathOfLineField(series.path, UnescapeLineKey(key));
  return series.columns.emplace_back(std::move(column));
}

PathBatch& LineBatcher::BatchOf(Column& column) {
  if (column.generation == generation_) return batches_[column.batch];
  // Two keys can mean one path, as when a client changes the order of its tags.
  const auto [entry, is_new] =
      batch_of_path_.try_emplace(ColumnName(column.path, column.type), batches_.size());
  if (is_new) {
    PathBatch& batch = batches_.emplace_back();
    batch.path = column.path;
    batch.samples.type = column.type;
    batch.origin.prefix = "line ";
  }
  column.generation = generation_;
  column.batch = entry->second;
  return batches_[column.batch];
}

LineBatcher::Taken LineBatcher::Take() {
  Taken taken{.batches = std::move(batches_), .letters = std::move(letters_)};
  batches_.clear();
  letters_.clear();
  batch_of_path_.clear();
  samples_ = 0;
  ++generation_;
  return taken;
}

}  // namespace bedplate

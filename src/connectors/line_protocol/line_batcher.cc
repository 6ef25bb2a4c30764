#include "connectors/line_protocol/line_batcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "base/utf8.h"
#include "connectors/line_protocol/line_path.h"
#include "connectors/line_protocol/simple_number.h"

namespace bedplate {
namespace {

// Beyond this many keys and fields the memory of them is dropped: a client that never repeats one
// gains nothing from it.
constexpr std::size_t kMaxKnown = 500'000;
// What is kept of batches for the next ones, about 15 MB: enough for bodies of very many tags with
// a sample each and for those of few tags with many.
constexpr std::size_t kMostKeptBatches = 16'384;
constexpr std::size_t kMostKeptSamples = 524'288;

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

/// As a == b for views of one size; quicker for the few bytes that keys have.
bool HasSameBytes(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size >= sizeof(std::uint64_t) && size <= 2 * sizeof(std::uint64_t)) {
    const auto load = [](std::string_view from, std::size_t at) {
      std::uint64_t word = 0;
      std::memcpy(&word, from.data() + at, sizeof(word));
      return word;
    };
    const std::size_t last = size - sizeof(std::uint64_t);
    return load(a, 0) == load(b, 0) && load(a, last) == load(b, last);
  }
  if (size < sizeof(std::uint64_t)) return std::equal(a.begin(), a.end(), b.begin());
  return std::memcmp(a.data(), b.data(), size) == 0;
}

bool FitsInt64(const LineValue& value) {
  const auto* number = std::get_if<std::uint64_t>(&value);
  return number == nullptr ||
         *number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

}  // namespace

LineBatcher::LineBatcher(LinePrecision precision, Timestamp received, std::size_t max_line_bytes,
                         LineSeriesPool* pool)
    : parser_(precision),
      default_time_(received.nanoseconds() - received.nanoseconds() % NanosecondsPer(precision)),
      time_unit_(NanosecondsPer(precision)),
      max_line_bytes_(max_line_bytes),
      pool_(pool),
      table_(pool == nullptr ? std::make_unique<LineSeriesTable>() : pool->Take()),
      generation_(table_->NextGeneration()),
      batches_(std::exchange(table_->used_batches(), {})) {}

LineBatcher::~LineBatcher() {
  used_batches_ = 0;
  BoundMemory();
  table_->used_batches() = std::move(batches_);
  if (pool_ != nullptr) pool_->GiveBack(std::move(table_));
}

bool LineBatcher::Add(const LineSplitter::Line& line) {
  if (line.too_long) {
    Reject(line,
           {.code = "line-too-long",
            .column = 0,
            .message = fmt::format("the line has more than {} bytes", max_line_bytes_)},
           {});
    return true;
  }
  const LineParser::Outcome outcome = parser_.Parse(line.text);
  if (outcome == LineParser::Outcome::kNothing) return false;
  LineSeries* const series =
      outcome == LineParser::Outcome::kPoint ? SeriesOf(parser_.key_text()) : nullptr;
  if (series == nullptr) {
    Reject(line, parser_.fault(), {});
    return true;
  }
  if (last_ != nullptr) last_->next = series;
  last_ = series;
  const auto written = parser_.time();
  const Timestamp time = written ? Timestamp(*written) : default_time_;
  for (std::size_t i = 0; i < parser_.fields().size(); ++i) AddField(*series, i, time, line);
  return true;
}

std::size_t LineBatcher::AddSimple(std::string_view text, std::uint64_t number) {
  LineSeries* const series = SimpleSeries(text);
  if (series == nullptr) return 0;
  const char* const end = text.data() + text.size();
  const char* at = text.data() + series->key.size();
  std::array<SimpleValue, kMostSimpleFields> values;
  std::size_t count = 0;
  do {
    ++at;  // the space or comma before the field
    if (count == std::min(kMostSimpleFields, series->columns.size())) return 0;
    at = ReadSimpleField(table_->column(series->columns[count]), at, end, values[count]);
    if (at == nullptr || at == end) return 0;
    ++count;
  } while (*at == ',');
  if (*at != ' ') return 0;
  std::int64_t time = 0;
  at = ReadSimpleCount(at + 1, end, time);
  if (at == nullptr || at == end || *at != '\n') return 0;
  const auto bytes = static_cast<std::size_t>(at + 1 - text.data());
  if (bytes > max_line_bytes_ || __builtin_mul_overflow(time, time_unit_, &time)) return 0;
  if (last_ != nullptr) last_->next = series;
  last_ = series;
  PrefetchAfter(*series);
  for (std::size_t i = 0; i < count; ++i) {
    AddSimpleValue(table_->column(series->columns[i]), values[i], time, number);
  }
  return bytes;
}

/// The series of the line that `text` begins with, if it is known and has no escapes.
LineSeries* LineBatcher::SimpleSeries(std::string_view text) {
  // In most bodies series follow each other in the same order again and again.
  if (LineSeries* const next = last_ == nullptr ? nullptr : last_->next; next != nullptr) {
    const std::size_t size = next->key.size();
    if (next->plain && text.size() > size && text[size] == ' ' &&
        HasSameBytes(text.substr(0, size), next->key)) {
      return next;
    }
  }
  const void* const space = std::memchr(text.data(), ' ', text.size());
  if (space == nullptr) return nullptr;
  const auto size = static_cast<std::size_t>(static_cast<const char*>(space) - text.data());
  LineSeries* const series = table_->Find(text.substr(0, size));
  return series != nullptr && series->plain ? series : nullptr;
}

/// Asks the processor for what the next lines will most likely need, as a hint: with many series
/// none of it is near, and what one line needs is known from the line before only.
void LineBatcher::PrefetchAfter(const LineSeries& series) const {
  const LineSeries* const one = series.next;
  const LineSeries* const two = one == nullptr ? nullptr : one->next;
  if (two == nullptr || two->next == nullptr) return;
  __builtin_prefetch(two->next->key.data());
  __builtin_prefetch(two->next);
  if (two->first != nullptr) __builtin_prefetch(two->first);
  if (one->first == nullptr || one->first->target->generation != generation_) return;
  const PathBatch& batch = batches_[one->first->target->batch];
  __builtin_prefetch(&batch.samples.times);
  __builtin_prefetch(&batch.samples.doubles);
  __builtin_prefetch(&batch.origin.lines);
}

const char* LineBatcher::ReadSimpleField(LineColumn& column, const char* at, const char* end,
                                         SimpleValue& value) const {
  const std::size_t size = column.key.size();
  const bool is_it = column.plain && static_cast<std::size_t>(end - at) > size && at[size] == '=' &&
                     HasSameBytes({at, size}, column.key);
  if (!is_it) return nullptr;
  at += size + 1;
  switch (column.type) {
    case ValueType::kDouble: return ReadSimpleDouble(at, end, value.number);
    case ValueType::kInt64: return ReadSimpleInteger(at, end, value.integer);
    case ValueType::kBool:
    case ValueType::kString: break;
  }
  return nullptr;
}

void LineBatcher::AddSimpleValue(LineColumn& column, SimpleValue value, std::int64_t time,
                                 std::uint64_t number) {
  PathBatch& batch = BatchOf(column);
  batch.samples.times.push_back(time);
  if (column.type == ValueType::kDouble) {
    batch.samples.doubles.push_back(value.number);
  } else {
    batch.samples.int64s.push_back(value.integer);
  }
  batch.origin.lines.push_back(number);
  ++samples_;
}

void LineBatcher::AddField(LineSeries& series, std::size_t index, Timestamp time,
                           const LineSplitter::Line& line) {
  const LineField& field = parser_.fields()[index];
  LineColumn& column =
      table_->ColumnOf(series, field.key, std::visit(StoredType{}, field.value), index);
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

LineSeries* LineBatcher::SeriesOf(std::string_view key_text) {
  if (LineSeries* const known = table_->Find(key_text)) return known;
  const LineKey* const key = parser_.ParseKey();
  if (key == nullptr) return nullptr;
  return &table_->Add(key_text, PathOfLineKey(*key));
}

PathBatch& LineBatcher::BatchOf(LineColumn& column) {
  LineColumn& target = *column.target;
  if (target.generation == generation_) return batches_[target.batch];
  target.generation = generation_;
  target.batch = static_cast<std::uint32_t>(used_batches_);
  PathBatch& batch = NextBatch();
  batch.path = target.path;
  batch.memo = &target.memo;
  batch.samples.type = target.type;
  return batch;
}

/// An empty batch, in the memory of an earlier one if there is any.
PathBatch& LineBatcher::NextBatch() {
  if (used_batches_ == 0) BoundMemory();
  if (used_batches_ == batches_.size()) batches_.emplace_back().origin.prefix = "line ";
  PathBatch& batch = batches_[used_batches_++];
  batch.samples.Clear();
  batch.origin.lines.clear();
  batch.origin.key.clear();
  return batch;
}

void LineBatcher::BoundMemory() {
  if (batches_.size() > kMostKeptBatches) batches_.resize(kMostKeptBatches);
  std::size_t samples = 0;
  for (const PathBatch& batch : batches_) samples += batch.origin.lines.capacity();
  if (samples > kMostKeptSamples) batches_.clear();
}

LineBatcher::Taken LineBatcher::Take() {
  Taken taken{.batches = std::span(batches_).first(used_batches_), .letters = std::move(letters_)};
  used_batches_ = 0;
  letters_.clear();
  samples_ = 0;
  generation_ = table_->NextGeneration();
  if (table_->size() > kMaxKnown) {
    for (PathBatch& batch : taken.batches) batch.memo = nullptr;
    table_->Clear();
    last_ = nullptr;
  }
  return taken;
}

}  // namespace bedplate

#include "connectors/files/row_batcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"

namespace bedplate {
namespace {

// Beyond this many tags in one file the readings before are forgotten.
constexpr std::size_t kMaxOrderedTags = 1'000'000;

// Beyond this many tags in one file the steps of their times are not watched.
constexpr std::size_t kMaxWatchedTags = 1'000;

constexpr const char* kNotUtf8 =
    "the cell is not valid UTF-8; a file in another encoding needs csv: {encoding: latin1} or "
    "windows-1252 in the map";

}  // namespace

RowBatcher::RowBatcher(const ImportMap& map, const ImportPlan& plan, TimeReader times,
                       std::string file_name, std::string content_hash)
    : map_(map),
      plan_(plan),
      times_(std::move(times)),
      file_name_(std::move(file_name)),
      content_hash_(std::move(content_hash)),
      batch_of_column_(plan.wide.size(), kNoBatch) {}

void RowBatcher::Add(const CsvRow& row) {
  if (!row.fault.empty()) {
    Refuse(row, "bad-row", row.fault, {}, {});
  } else if (row.fields.size() != plan_.fields) {
    // Which cells are missing or too many cannot be told, so none is trusted.
    Refuse(row, "bad-row",
           fmt::format("expected {} fields, got {}", plan_.fields, row.fields.size()), {}, {});
  } else if (plan_.long_layout) {
    AddLong(row);
  } else {
    AddWide(row);
  }
}

void RowBatcher::AddWide(const CsvRow& row) {
  const auto time = ReadTime(row, previous_);
  if (!time) return;
  WatchSteps("", *time);
  for (std::size_t i = 0; i < plan_.wide.size(); ++i) {
    AddCell(row, plan_.wide[i], *time, kGood, batch_of_column_[i]);
  }
}

void RowBatcher::AddLong(const CsvRow& row) {
  const LongLayout& layout = *map_.long_layout;
  PlannedTag tag{.index = plan_.long_layout->value,
                 .column = layout.value.name,
                 .tag = {},
                 .unit = {},
                 .type = layout.type};
  const auto name = DecodeText(Trim(row.fields[plan_.long_layout->tag]), map_.csv.encoding);
  if (!name) return Refuse(row, "bad-text", kNotUtf8, layout.tag.name, {});
  tag.tag = layout.tag_prefix + *name;
  if (plan_.long_layout->unit) {
    const std::string_view unit = Trim(row.fields[*plan_.long_layout->unit]);
    tag.unit = DecodeText(unit, map_.csv.encoding).value_or(ToValidUtf8(unit, unit.size() * 3));
  }
  if (previous_of_tag_.size() > kMaxOrderedTags) previous_of_tag_.clear();
  const bool keeps_order = map_.time.ambiguous == AmbiguousTime::kSequence;
  const auto time = ReadTime(row, keeps_order ? previous_of_tag_[tag.tag] : previous_);
  if (!time) return;
  WatchSteps(tag.tag, *time);
  const auto batch =
      batch_of_tag_.try_emplace(fmt::format("{}\n{}", tag.tag, tag.unit), kNoBatch).first;
  AddCell(row, tag, *time, QualityOf(row), batch->second);
}

std::optional<Timestamp> RowBatcher::ReadTime(const CsvRow& row,
                                              std::optional<Timestamp>& previous) {
  auto time = times_.Read(Trim(row.fields[plan_.time]), previous);
  if (!time.ok()) {
    Refuse(row, "bad-time", time.error().message(), map_.time_column.name, {});
    return std::nullopt;
  }
  const Timestamp stamp = *time;
  *time = *time - map_.stamped_late;
  if (!IsStorable(*time)) {
    Refuse(row, "bad-time",
           fmt::format("expected a time from 1970 to 2199, got {}", FormatTimestamp(*time)),
           map_.time_column.name, {});
    return std::nullopt;
  }
  previous = stamp;
  return *time;
}

void RowBatcher::WatchSteps(const std::string& series, Timestamp time) {
  auto watch = steps_.find(series);
  if (watch == steps_.end()) {
    if (steps_.size() >= kMaxWatchedTags) return;
    watch = steps_.try_emplace(series).first;
  }
  watch->second.Add(time);
}

std::optional<TimeJumps> RowBatcher::FindJumps() const {
  for (const auto& [series, watch] : steps_) {
    if (auto jumps = watch.Find()) return jumps;
  }
  return std::nullopt;
}

void RowBatcher::AddCell(const CsvRow& row, const PlannedTag& tag, Timestamp time, Quality quality,
                         std::size_t& batch_index) {
  if (IsNull(row.fields[tag.index])) {
    ++empty_cells_;
    return;
  }
  auto value = ReadValue(row, tag);
  if (!value) return;
  PathBatch& batch = BatchOf(tag, batch_index);
  batch.samples.Push({time, *std::move(value), quality});
  batch.origin.lines.push_back(row.line);
  ++samples_;
  first_ = std::min(first_.value_or(time), time);
  last_ = std::max(last_.value_or(time), time);
}

std::optional<Value> RowBatcher::ReadValue(const CsvRow& row, const PlannedTag& tag) {
  const std::string_view cell = row.fields[tag.index];
  if (tag.type == ValueType::kString) {
    auto text = DecodeText(cell, map_.csv.encoding);
    if (text) return Value(*std::move(text));
    Refuse(row, "bad-text", kNotUtf8, tag.column, tag.tag);
    return std::nullopt;
  }
  auto value = ReadCell(cell, tag.type, map_.csv.numbers);
  if (value.ok()) return *std::move(value);
  Refuse(row, "bad-number", value.error().message(), tag.column, tag.tag);
  return std::nullopt;
}

Quality RowBatcher::QualityOf(const CsvRow& row) const {
  if (!plan_.long_layout->quality) return kGood;
  const QualityColumn& column = *map_.long_layout->quality;
  const std::string_view text = Trim(row.fields[*plan_.long_layout->quality]);
  if (column.good.contains(text)) return kGood;
  return column.uncertain.contains(text) ? kUncertain : kBad;
}

bool RowBatcher::IsNull(std::string_view cell) const {
  return map_.csv.null_values.contains(Trim(cell));
}

PathBatch& RowBatcher::BatchOf(const PlannedTag& tag, std::size_t& batch) {
  if (batch != kNoBatch) return batches_[batch];
  batch = batches_.size();
  PathBatch& made = batches_.emplace_back();
  made.path = tag.tag;
  made.unit = tag.unit;
  made.samples.type = tag.type;
  made.origin = OriginOf(tag.column);
  return made;
}

Origin RowBatcher::OriginOf(std::string_view column) const {
  Origin origin;
  origin.prefix = file_name_ + ":";
  if (!column.empty()) origin.suffix = fmt::format(" column {}", column);
  origin.key = content_hash_;
  return origin;
}

void RowBatcher::Refuse(const CsvRow& row, const char* code, std::string reason,
                        std::string_view column, std::string tag) {
  Origin origin = OriginOf(column);
  origin.lines.push_back(row.line);
  DeadLetter letter;
  letter.place = origin.PlaceOf(0);
  letter.key = origin.KeyOf(0);
  letter.tag = std::move(tag);
  letter.code = code;
  letter.reason = std::move(reason);
  const std::string_view text = row.text.substr(0, kDeadLetterTextBytes);
  letter.payload = ToValidUtf8(DecodeText(text, map_.csv.encoding).value_or(std::string(text)),
                               kDeadLetterTextBytes);
  letters_.push_back(std::move(letter));
}

RowBatcher::Taken RowBatcher::Take() {
  Taken taken{.batches = std::move(batches_), .letters = std::move(letters_), .samples = samples_};
  batches_.clear();
  letters_.clear();
  batch_of_tag_.clear();
  std::fill(batch_of_column_.begin(), batch_of_column_.end(), kNoBatch);
  samples_ = 0;
  return taken;
}

}  // namespace bedplate

#include "api/append_format.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>

#include "api/json_views.h"
#include "api/json_writer.h"
#include "base/json_reader.h"

namespace bedplate {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

/// JSON has no NaN and infinity, but the gate must see them to make dead letters of them.
double ReadDouble(JsonReader& json) {
  if (json.Peek() != JsonKind::kText) return json.Number();
  const std::string text = json.Text();
  if (text == "NaN") return kNotANumber;
  if (text == "Infinity") return kInfinity;
  if (text == "-Infinity") return -kInfinity;
  json.RefuseLast("a number");
  return 0;
}

void WriteDouble(std::string& out, double number) {
  if (std::isfinite(number)) {
    AppendNumber(out, number);
  } else if (std::isnan(number)) {
    out += "\"NaN\"";
  } else {
    out += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }
}

void ReadValues(JsonReader& json, SampleColumns& samples) {
  json.EnterArray();
  while (json.NextItem()) {
    switch (samples.type) {
      case ValueType::kDouble: samples.doubles.push_back(ReadDouble(json)); break;
      case ValueType::kInt64: samples.int64s.push_back(json.Integer()); break;
      case ValueType::kBool: samples.bools.push_back(json.Bool() ? 1 : 0); break;
      case ValueType::kString: samples.strings.push_back(json.Text()); break;
    }
  }
}

void ReadTimes(JsonReader& json, std::vector<std::int64_t>& times) {
  json.EnterArray();
  while (json.NextItem()) times.push_back(json.Integer());
}

void ReadQualities(JsonReader& json, std::vector<std::uint32_t>& qualities) {
  json.EnterArray();
  while (json.NextItem()) {
    const std::uint64_t code = json.Unsigned();
    if (code > std::numeric_limits<std::uint32_t>::max()) {
      json.RefuseLast("a status code of 32 bits");
    }
    qualities.push_back(static_cast<std::uint32_t>(code));
  }
}

Origin ReadOrigin(JsonReader& json) {
  Origin origin;
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "prefix") {
      origin.prefix = json.Text();
    } else if (json.field() == "suffix") {
      origin.suffix = json.Text();
    } else if (json.field() == "key") {
      origin.key = json.Text();
    } else if (json.field() == "lines") {
      json.EnterArray();
      while (json.NextItem()) origin.lines.push_back(json.Unsigned());
    } else {
      json.RefuseField({"prefix", "suffix", "key", "lines"});
    }
  }
  return origin;
}

std::optional<ValueType> ReadType(JsonReader& json) {
  const auto type = ParseValueType(json.Text());
  if (!type) json.RefuseLast("one of double, int64, bool, string");
  return type;
}

void CheckLength(JsonReader& json, std::string_view field, std::size_t length, std::size_t times) {
  if (length == times) return;
  json.Fault(field, fmt::format("expected as many items as times_ns, {}, got {}", times, length));
}

/// Checks what only the whole batch shows.
void CheckBatch(JsonReader& json, const PathBatch& batch, std::optional<ValueType> type,
                bool has_values) {
  if (batch.path.empty()) json.Fault("tag", "expected a path, got nothing");
  if (!type) json.Fault("type", "expected one of double, int64, bool, string, got nothing");
  if (!has_values) json.Fault("values", "expected an array, got nothing");
  const std::size_t times = batch.samples.times.size();
  CheckLength(json, "values", batch.samples.value_count(), times);
  const std::size_t qualities = batch.samples.qualities.size();
  if (qualities != 0) CheckLength(json, "qualities", qualities, times);
  const std::size_t lines = batch.origin.lines.size();
  if (lines != 0) CheckLength(json, "origin.lines", lines, times);
}

/// Values that come before the type that says how to read them wait, as a bookmark.
PathBatch ReadBatch(JsonReader& json) {
  PathBatch batch;
  std::optional<ValueType> type;
  std::optional<JsonReader> early_values;
  bool has_values = false;
  json.EnterObject();
  while (json.NextField()) {
    const std::string& field = json.field();
    if (field == "tag") {
      batch.path = json.Text();
    } else if (field == "type") {
      type = ReadType(json);
      batch.samples.type = type.value_or(ValueType::kDouble);
    } else if (field == "unit") {
      batch.unit = json.Text();
    } else if (field == "times_ns") {
      ReadTimes(json, batch.samples.times);
    } else if (field == "values") {
      has_values = true;
      if (type) {
        ReadValues(json, batch.samples);
      } else {
        early_values = json;
        json.Skip();
      }
    } else if (field == "qualities") {
      ReadQualities(json, batch.samples.qualities);
    } else if (field == "origin") {
      batch.origin = ReadOrigin(json);
    } else {
      json.RefuseField({"tag", "type", "unit", "times_ns", "values", "qualities", "origin"});
    }
  }
  if (early_values && type && !json.failed()) {
    ReadValues(*early_values, batch.samples);
    if (early_values->failed()) json = *early_values;
  }
  CheckBatch(json, batch, type, has_values);
  return batch;
}

Timestamp ReadReceived(JsonReader& json) {
  const double ms = json.Number();
  if (ms >= 0 && ms < static_cast<double>(kMaxTimestamp.milliseconds())) {
    return Timestamp(static_cast<std::int64_t>(ms * 1e6));
  }
  json.RefuseLast("milliseconds from 1970 to 2200");
  return {};
}

DeadLetter ReadLetter(JsonReader& json) {
  constexpr std::array<std::string_view, 4> kNeeded = {"source", "place", "code", "reason"};
  DeadLetter letter;
  std::set<std::string, std::less<>> seen;
  json.EnterObject();
  while (json.NextField()) {
    const std::string& field = json.field();
    seen.insert(field);
    if (field == "id") {
      letter.id = json.Unsigned();
    } else if (field == "received") {
      letter.received = ReadReceived(json);
    } else if (field == "source") {
      letter.source = json.Text();
    } else if (field == "place") {
      letter.place = json.Text();
    } else if (field == "tag") {
      letter.tag = json.Text();
    } else if (field == "code") {
      letter.code = json.Text();
    } else if (field == "reason") {
      letter.reason = json.Text();
    } else if (field == "payload") {
      letter.payload = json.Text();
    } else if (field == "key") {
      letter.key = json.Text();
    } else {
      json.RefuseField(
          {"id", "received", "source", "place", "tag", "code", "reason", "payload", "key"});
    }
  }
  for (const std::string_view name : kNeeded) {
    if (!seen.contains(name)) json.Fault(name, "expected a text, got nothing");
  }
  return letter;
}

void ReadLetters(JsonReader& json, std::vector<DeadLetter>& letters) {
  json.EnterArray();
  while (json.NextItem()) letters.push_back(ReadLetter(json));
}

void WriteValue(std::string& out, const SampleColumns& samples, std::size_t index) {
  switch (samples.type) {
    case ValueType::kDouble: WriteDouble(out, samples.doubles[index]); return;
    case ValueType::kInt64: AppendInteger(out, samples.int64s[index]); return;
    case ValueType::kBool: out += samples.bools[index] != 0 ? "true" : "false"; return;
    case ValueType::kString: JsonWriter(out).Text(samples.strings[index]); return;
  }
}

/// `[` the items of [begin, end) `]`.
template <typename Write>
void WriteItems(std::string& out, std::size_t begin, std::size_t end, Write write) {
  out += '[';
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) out += ',';
    write(i);
  }
  out += ']';
}

void WriteOrigin(JsonWriter& json, const Origin& origin, std::size_t begin, std::size_t end) {
  json.BeginObject();
  json.Key("prefix").Text(origin.prefix).Key("suffix").Text(origin.suffix);
  json.Key("key").Text(origin.key).Key("lines");
  const std::span<const std::uint64_t> lines(origin.lines);
  json.Unsigneds(lines.empty() ? lines : lines.subspan(begin, end - begin));
  json.EndObject();
}

void WritePreview(JsonWriter& json, const TagPreview& preview) {
  json.BeginObject().Key("tag").Text(preview.path).Key("unit").Text(preview.unit);
  json.Key("is_new").Bool(preview.is_new).Key("stored").Unsigned(preview.stored);
  json.Key("duplicates").Unsigned(preview.duplicates);
  json.Key("conflicts").Unsigned(preview.conflicts).Key("refused").Unsigned(preview.refused);
  // Nanoseconds, so that what comes back is what was sent.
  if (preview.first) json.Key("first_ns").Integer(preview.first->nanoseconds());
  if (preview.last) json.Key("last_ns").Integer(preview.last->nanoseconds());
  if (preview.min) json.Key("min").Number(*preview.min);
  if (preview.max) json.Key("max").Number(*preview.max);
  json.EndObject();
}

TagPreview ReadPreview(JsonReader& json) {
  TagPreview preview;
  json.EnterObject();
  while (json.NextField()) {
    const std::string& field = json.field();
    if (field == "tag") {
      preview.path = json.Text();
    } else if (field == "unit") {
      preview.unit = json.Text();
    } else if (field == "is_new") {
      preview.is_new = json.Bool();
    } else if (field == "stored") {
      preview.stored = json.Unsigned();
    } else if (field == "duplicates") {
      preview.duplicates = json.Unsigned();
    } else if (field == "conflicts") {
      preview.conflicts = json.Unsigned();
    } else if (field == "refused") {
      preview.refused = json.Unsigned();
    } else if (field == "first_ns") {
      preview.first = Timestamp(json.Integer());
    } else if (field == "last_ns") {
      preview.last = Timestamp(json.Integer());
    } else if (field == "min") {
      preview.min = json.Number();
    } else if (field == "max") {
      preview.max = json.Number();
    } else {
      json.Skip();
    }
  }
  return preview;
}

}  // namespace

Result<AppendBody> ParseAppend(std::string_view text) {
  AppendBody body;
  bool has_source = false;
  bool has_batches = false;
  JsonReader json(text);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "source") {
      body.source = json.Text();
      has_source = true;
    } else if (json.field() == "batches") {
      json.EnterArray();
      while (json.NextItem()) body.batches.push_back(ReadBatch(json));
      has_batches = true;
    } else if (json.field() == "letters") {
      ReadLetters(json, body.letters);
    } else {
      json.RefuseField({"source", "batches", "letters"});
    }
  }
  if (!has_source) json.Fault("source", "expected a name, got nothing");
  if (!has_batches) json.Fault("batches", "expected an array, got nothing");
  RETURN_IF_ERROR(json.Finish());
  return body;
}

AppendWriter::AppendWriter(std::string_view source) {
  JsonWriter(text_).BeginObject().Key("source").Text(source).Key("batches").BeginArray();
}

void AppendWriter::StartItem() {
  if (!first_) text_ += ',';
  first_ = false;
  any_ = true;
}

void AppendWriter::AddSamples(const PathBatch& batch, std::size_t begin, std::size_t end) {
  BEDPLATE_CHECK(!in_letters_);
  BEDPLATE_CHECK(begin <= end);
  BEDPLATE_CHECK(end <= batch.samples.size());
  StartItem();
  const SampleColumns& samples = batch.samples;
  JsonWriter json(text_);
  json.BeginObject().Key("tag").Text(batch.path);
  json.Key("type").Text(ValueTypeName(samples.type)).Key("unit").Text(batch.unit);
  json.Key("times_ns");
  WriteItems(text_, begin, end, [&](std::size_t i) { AppendInteger(text_, samples.times[i]); });
  text_ += ",\"values\":";
  WriteItems(text_, begin, end, [&](std::size_t i) { WriteValue(text_, samples, i); });
  if (!samples.qualities.empty()) {
    text_ += ",\"qualities\":";
    WriteItems(text_, begin, end,
               [&](std::size_t i) { AppendInteger(text_, samples.qualities[i]); });
  }
  text_ += ",\"origin\":";
  JsonWriter origin(text_);
  WriteOrigin(origin, batch.origin, begin, end);
  text_ += '}';
}

void AppendWriter::AddLetter(const DeadLetter& letter) {
  if (!in_letters_) {
    text_ += "],\"letters\":[";
    in_letters_ = true;
    first_ = true;
  }
  StartItem();
  JsonWriter json(text_);
  WriteDeadLetter(json, letter);
}

std::string AppendWriter::Finish() {
  text_ += "]}";
  return std::move(text_);
}

std::string FormatIngestReport(const IngestReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("repeated").Bool(report.repeated);
  json.Key("stored").Unsigned(report.stored);
  json.Key("duplicates").Unsigned(report.duplicates).Key("conflicts").Unsigned(report.conflicts);
  json.Key("letters").BeginArray();
  for (const DeadLetter& letter : report.letters) WriteDeadLetter(json, letter);
  json.EndArray().Key("new_tags").BeginArray();
  for (const std::string& path : report.new_tags) json.Text(path);
  json.EndArray();
  if (!report.preview.empty()) {
    json.Key("preview").BeginArray();
    for (const TagPreview& preview : report.preview) WritePreview(json, preview);
    json.EndArray();
  }
  json.EndObject();
  return text;
}

Result<IngestReport> ParseIngestReport(std::string_view text) {
  IngestReport report;
  JsonReader json(text);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "repeated") {
      report.repeated = json.Bool();
    } else if (json.field() == "stored") {
      report.stored = json.Unsigned();
    } else if (json.field() == "duplicates") {
      report.duplicates = json.Unsigned();
    } else if (json.field() == "conflicts") {
      report.conflicts = json.Unsigned();
    } else if (json.field() == "letters") {
      ReadLetters(json, report.letters);
    } else if (json.field() == "preview") {
      json.EnterArray();
      while (json.NextItem()) report.preview.push_back(ReadPreview(json));
    } else if (json.field() == "new_tags") {
      json.EnterArray();
      while (json.NextItem()) report.new_tags.push_back(json.Text());
    } else {
      json.Skip();
    }
  }
  if (const Status status = json.Finish(); !status.ok()) {
    return Error(ErrorCode::kInternal,
                 "the server's answer is not an append report: " + status.error().ToString());
  }
  return report;
}

}  // namespace bedplate

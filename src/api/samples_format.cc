#include "api/samples_format.h"

#include <algorithm>

#include "api/json_writer.h"

namespace bedplate {
namespace {

constexpr std::int64_t kNanosecondsInMillisecond = 1'000'000;

void AppendTime(std::string& out, std::int64_t time, TimeFormat format) {
  switch (format) {
    case TimeFormat::kMilliseconds: AppendMilliseconds(out, time); return;
    case TimeFormat::kNanoseconds: AppendInteger(out, time); return;
    case TimeFormat::kRfc3339: out += FormatTimestamp(Timestamp(time)); return;
  }
}

void AppendJsonTime(std::string& out, std::int64_t time, TimeFormat format) {
  const bool quoted = format == TimeFormat::kRfc3339;
  if (quoted) out += '"';
  AppendTime(out, time, format);
  if (quoted) out += '"';
}

/// Calls `write(i)` for each of `count` items, with a comma before all but the first of the array.
template <typename Write>
void AppendItems(std::string& out, std::size_t count, Write write) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!out.empty()) out += ',';
    write(i);
  }
}

void AppendValues(std::string& out, const SampleColumns& block, std::size_t count) {
  switch (block.type) {
    case ValueType::kDouble:
      AppendItems(out, count, [&](std::size_t i) { AppendNumber(out, block.doubles[i]); });
      return;
    case ValueType::kInt64:
      AppendItems(out, count, [&](std::size_t i) { AppendInteger(out, block.int64s[i]); });
      return;
    case ValueType::kBool:
      AppendItems(out, count,
                  [&](std::size_t i) { out += block.bools[i] != 0 ? "true" : "false"; });
      return;
    case ValueType::kString:
      AppendItems(out, count, [&](std::size_t i) { JsonWriter(out).Text(block.strings[i]); });
      return;
  }
}

/// A field is quoted where it must be, and where a spreadsheet would else take it for two.
void AppendCsvText(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void AppendCsvValue(std::string& out, const SampleColumns& block, std::size_t index) {
  switch (block.type) {
    case ValueType::kDouble: AppendNumber(out, block.doubles[index]); return;
    case ValueType::kInt64: AppendInteger(out, block.int64s[index]); return;
    case ValueType::kBool: out += block.bools[index] != 0 ? "true" : "false"; return;
    case ValueType::kString: AppendCsvText(out, block.strings[index]); return;
  }
}

}  // namespace

std::string FormatNext(Timestamp next) {
  std::string text;
  if (next.nanoseconds() % kNanosecondsInMillisecond == 0) {
    AppendInteger(text, next.milliseconds());
  } else {
    text = FormatTimestamp(next);
  }
  return text;
}

void SamplesJson::Add(const SampleColumns& block, std::size_t count) {
  AppendItems(times_, count,
              [&](std::size_t i) { AppendJsonTime(times_, block.times[i], time_format_); });
  AppendValues(values_, block, count);
  AddQualities(block, count);
  samples_ += count;
}

void SamplesJson::AddQualities(const SampleColumns& block, std::size_t count) {
  const auto end = block.qualities.begin() +
                   static_cast<std::ptrdiff_t>(std::min(count, block.qualities.size()));
  const bool plain = std::all_of(block.qualities.begin(), end,
                                 [](std::uint32_t code) { return code == kGood.status_code(); });
  if (plain && qualities_.empty()) return;
  qualities_.resize(samples_, kGood.status_code());
  qualities_.insert(qualities_.end(), block.qualities.begin(), end);
  qualities_.resize(samples_ + count, kGood.status_code());
}

std::string SamplesJson::Finish(const TagView& view, std::optional<Timestamp> next) {
  std::string body;
  body.reserve(times_.size() + values_.size() + 12 * qualities_.size() + 512);
  JsonWriter json(body);
  json.BeginObject().Key("tag").Text(view.tag.path);
  json.Key("type").Text(ValueTypeName(view.tag.type)).Key("unit").Text(view.tag.unit);
  body.append(",\"times\":[").append(times_);
  body.append("],\"values\":[").append(values_).append("]");
  json.Key("qualities");
  if (qualities_.empty()) {
    json.Null();
  } else {
    json.BeginArray();
    for (const std::uint32_t code : qualities_) json.Unsigned(code);
    json.EndArray();
  }
  json.Key("next");
  if (!next) {
    json.Null();
  } else if (next->nanoseconds() % kNanosecondsInMillisecond == 0) {
    json.Milliseconds(*next);
  } else {
    json.Text(FormatNext(*next));
  }
  json.EndObject();
  return body;
}

void SamplesCsv::Add(const SampleColumns& block, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    AppendTime(text_, block.times[i], time_format_);
    text_ += ',';
    AppendCsvValue(text_, block, i);
    text_ += ',';
    AppendInteger(text_, block.QualityAt(i).status_code());
    text_ += "\r\n";
  }
}

}  // namespace bedplate

#include "api/json_views.h"

namespace bedplate {
namespace {

void WriteLimits(JsonWriter& json, const TagLimits& limits) {
  const auto write = [&json](std::string_view name, const std::optional<double>& limit) {
    if (limit) json.Key(name).Number(*limit);
  };
  json.BeginObject();
  write("low_low", limits.low_low);
  write("low", limits.low);
  write("high", limits.high);
  write("high_high", limits.high_high);
  json.EndObject();
}

std::string_view QualityName(const std::optional<Sample>& sample) {
  return sample ? SeverityName(sample->quality) : "none";
}

}  // namespace

void WriteAsset(JsonWriter& json, const Asset& asset) {
  json.BeginObject();
  json.Key("path").Text(asset.path).Key("name").Text(LastSegment(asset.path));
  json.Key("level").Text(AssetLevelName(asset.level));
  json.Key("description").Text(asset.description);
  json.Key("template").Text(asset.template_name);
  json.Key("time_zone").Text(asset.time_zone).Key("currency").Text(asset.currency);
  json.EndObject();
}

void WriteTag(JsonWriter& json, const TagView& view,
              std::optional<std::chrono::nanoseconds> interval) {
  const SeriesInfo series = view.series.value_or(SeriesInfo{});
  json.BeginObject();
  json.Key("path").Text(view.tag.path).Key("type").Text(ValueTypeName(view.tag.type));
  json.Key("unit").Text(view.tag.unit).Key("description").Text(view.tag.description);
  json.Key("source").Text(view.tag.source).Key("declared").Bool(view.tag.declared);
  if (view.tag.limits != TagLimits{}) WriteLimits(json.Key("limits"), view.tag.limits);
  json.Key("interval_ms").Milliseconds(interval);
  json.Key("on_change").Bool(view.tag.on_change);
  json.Key("samples").Unsigned(series.samples);
  json.Key("first").Milliseconds(series.first).Key("last").Milliseconds(series.last);
  json.Key("conflicts").Unsigned(series.conflicts);
  json.EndObject();
}

void WriteLastValue(JsonWriter& json, const LastValue& value) {
  json.BeginObject();
  json.Key("tag").Text(value.view.tag.path);
  json.Key("type").Text(ValueTypeName(value.view.tag.type));
  json.Key("unit").Text(value.view.tag.unit);
  if (value.sample) {
    json.Key("time").Milliseconds(value.sample->time).Key("value").Value(value.sample->value);
  } else {
    json.Key("time").Null().Key("value").Null();
  }
  json.Key("quality").Text(QualityName(value.sample));
  json.Key("state").Text(LivenessName(value.state));
  json.Key("interval_ms").Milliseconds(value.interval);
  json.Key("on_change").Bool(value.view.tag.on_change);
  json.EndObject();
}

void WriteDeadLetter(JsonWriter& json, const DeadLetter& letter) {
  json.BeginObject();
  json.Key("id").Unsigned(letter.id).Key("received").Milliseconds(letter.received);
  json.Key("source").Text(letter.source).Key("place").Text(letter.place);
  json.Key("tag").Text(letter.tag).Key("code").Text(letter.code);
  json.Key("reason").Text(letter.reason).Key("payload").Text(letter.payload);
  json.Key("key").Text(letter.key);
  json.EndObject();
}

void WriteFinding(JsonWriter& json, const Finding& finding) {
  json.BeginObject();
  json.Key("code").Text(finding.code).Key("severity").Text(SeverityLabel(finding.severity));
  json.Key("message").Text(finding.message);
  json.Key("measured").Number(finding.measured).Key("threshold").Number(finding.threshold);
  json.EndObject();
}

}  // namespace bedplate

#include "catalog/plant_yaml_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/utf8.h"
#include "model/path.h"

namespace bedplate {
namespace {

constexpr std::size_t kTextLimitBytes = 500;
constexpr double kIntervalLimitSeconds = 100.0 * 86'400;

void CheckLength(YamlMapReader& reader, std::string_view field,
                 const std::optional<std::string>& text) {
  if (text && text->size() > kTextLimitBytes) {
    reader.Fault(field, fmt::format("at most {} bytes", kTextLimitBytes));
  }
}

void ReadText(YamlMapReader& reader, std::string_view field, std::string& out) {
  const auto text = reader.String(field);
  CheckLength(reader, field, text);
  if (text) out = *text;
}

void ReadType(YamlMapReader& reader, ValueType& out) {
  const auto name = reader.Choice("type", {"double", "int64", "bool", "string"});
  if (name) out = ParseValueType(*name).value_or(out);
}

void ReadUnit(PlantReadContext& context, YamlMapReader& reader, std::string& out) {
  const auto unit = reader.String("unit");
  if (!unit || context.faults.full()) return;
  out = *unit;
  const auto [known, is_new] = context.unit_faults.try_emplace(*unit);
  if (is_new) {
    const Status status = context.units.Check(*unit);
    if (!status.ok()) known->second = status.error().message();
  }
  if (known->second.empty()) return;
  context.faults.Add(*reader.Child("unit"), reader.KeyOf("unit"), "a unit", known->second);
}

constexpr const char* kLimits[] = {"low_low", "low", "high", "high_high"};

/// Each limit must be at least the one before it, as far as they are given.
void CheckOrder(YamlMapReader& limits, std::string_view key) {
  const char* last = nullptr;
  for (const char* name : kLimits) {
    if (!limits.Number(name)) continue;
    if (last != nullptr && *limits.Number(name) < *limits.Number(last)) {
      const YamlValue& node = limits.node();
      limits.faults().Add(node, key, "low_low <= low <= high <= high_high",
                          fmt::format("{} {}, which is above {} {}", last, node.Find(last)->scalar,
                                      name, node.Find(name)->scalar));
      return;
    }
    last = name;
  }
}

void ReadLimits(PlantReadContext& context, YamlMapReader& reader, TagLimits& out) {
  const YamlValue* node = reader.ChildMap("limits");
  if (node == nullptr) return;
  YamlMapReader limits(*node, reader.KeyOf("limits"), context.faults);
  out.low_low = limits.Number("low_low");
  out.low = limits.Number("low");
  out.high = limits.Number("high");
  out.high_high = limits.Number("high_high");
  limits.RefuseUnknown();
  CheckOrder(limits, reader.KeyOf("limits"));
}

void ReadInterval(PlantReadContext& context, YamlMapReader& reader, Tag& out) {
  const auto text = reader.String("interval");
  if (!text) return;
  out.interval_seconds.reset();
  out.on_change = *text == kOnChangeInterval;
  if (out.on_change || *text == kLearnedInterval) return;
  const auto interval = ParseDuration(*text);
  if (interval.ok()) out.interval_seconds = std::chrono::duration<double>(*interval).count();
  if (interval.ok() && *out.interval_seconds <= kIntervalLimitSeconds) return;
  context.faults.Add(*reader.Child("interval"), reader.KeyOf("interval"),
                     fmt::format("a duration up to 100d, as 250ms, 1s or 15m, or '{}' or '{}'",
                                 kLearnedInterval, kOnChangeInterval));
}

/// Limits and units are about numbers.
void CheckFitsType(YamlMapReader& reader, const Tag& tag) {
  if (tag.type == ValueType::kDouble || tag.type == ValueType::kInt64) return;
  if (tag.limits != TagLimits{}) {
    reader.Fault("limits", fmt::format("no limits on a {}", ValueTypeName(tag.type)));
  }
  if (!tag.unit.empty()) {
    reader.Fault("unit", fmt::format("no unit on a {}", ValueTypeName(tag.type)));
  }
}

/// `tag` with the fields that `node` gives.
Tag ReadTag(PlantReadContext& context, const YamlValue& node, const std::string& key, Tag tag,
            bool is_new) {
  YamlMapReader reader(node, key, context.faults);
  if (is_new) (void)reader.RequiredChild("type", "one of double, int64, bool, string");
  ReadType(reader, tag.type);
  ReadUnit(context, reader, tag.unit);
  ReadLimits(context, reader, tag.limits);
  ReadText(reader, "description", tag.description);
  ReadText(reader, "source", tag.source);
  ReadInterval(context, reader, tag);
  reader.RefuseUnknown();
  if (node.kind == YamlKind::kMap) CheckFitsType(reader, tag);
  tag.declared = true;
  return tag;
}

}  // namespace

std::string IntervalText(const Tag& tag) {
  if (tag.on_change) return std::string(kOnChangeInterval);
  if (!tag.interval_seconds) return std::string(kLearnedInterval);
  return FormatDuration(std::chrono::nanoseconds(std::llround(*tag.interval_seconds * 1e9)));
}

std::vector<std::string> ExpandKey(PlantReadContext& context, std::string_view pattern,
                                   const YamlValue& node, std::string_view parent_key,
                                   Allowance& allowance) {
  if (allowance.exceeded) return {};
  const auto refuse = [&](std::string_view expected) {
    const std::string shown = ToValidUtf8(pattern, 80);
    context.faults.AddAtKey(node, parent_key, expected, fmt::format("'{}'", shown));
    return std::vector<std::string>();
  };
  if (pattern.size() > kMaxPathBytes) return refuse("a name of at most 1024 bytes");
  auto names = ExpandNames(pattern, allowance.left);
  if (!names.ok() && names.error().code() == ErrorCode::kResourceExhausted) {
    allowance.exceeded = true;
    return refuse(kPlantLimitText);
  }
  if (!names.ok()) return refuse(names.error().message());
  const auto is_path = [](const std::string& name) { return CheckPath(name).ok(); };
  if (!std::all_of(names->begin(), names->end(), is_path)) {
    return refuse("a name without * ? { }, control characters or empty parts");
  }
  allowance.left -= names->size();
  return std::move(names).value();
}

PlacedTags ReadTags(PlantReadContext& context, const YamlValue& map, const std::string& key,
                    PlacedTags inherited) {
  PlacedTags tags = std::move(inherited);
  std::set<std::string> seen;
  for (const auto& [pattern, node] : map.fields) {
    const auto names = ExpandKey(context, pattern, node, key, context.tags);
    if (names.empty()) continue;
    const std::string tag_key = fmt::format("{}.{}", key, pattern);
    for (const std::string& name : names) {
      const auto known = tags.find(name);
      if (!seen.insert(name).second) {
        context.faults.AddAtKey(node, key, "each tag once", fmt::format("'{}' again", name));
        break;
      }
      Tag base;
      if (known != tags.end()) base = known->second.tag;
      base.path = name;
      Tag tag = ReadTag(context, node, tag_key, std::move(base), known == tags.end());
      tags.insert_or_assign(name, PlacedTag{std::move(tag), &node, tag_key});
    }
  }
  return tags;
}

}  // namespace bedplate

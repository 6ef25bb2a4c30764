#include "catalog/plant_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/utf8.h"

namespace bedplate {
namespace {

/// What a thing consists of, as (field, text) in a fixed order; empty texts are left out.
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kShownLimitBytes = 120;

void AddField(Fields& fields, std::string name, std::string text) {
  if (!text.empty()) fields.emplace_back(std::move(name), std::move(text));
}

std::string NumberText(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : std::string();
}

std::string ShownInterval(const Tag& tag) {
  if (tag.on_change) return "on change";
  return tag.interval_seconds ? fmt::format("{} s", *tag.interval_seconds) : std::string();
}

Fields TagFields(const Tag& tag, std::string_view prefix) {
  Fields fields;
  const auto add = [&](std::string_view name, std::string text) {
    AddField(fields, fmt::format("{}{}", prefix, name), std::move(text));
  };
  add("type", std::string(ValueTypeName(tag.type)));
  add("unit", tag.unit);
  add("low_low", NumberText(tag.limits.low_low));
  add("low", NumberText(tag.limits.low));
  add("high", NumberText(tag.limits.high));
  add("high_high", NumberText(tag.limits.high_high));
  add("description", tag.description);
  add("source", tag.source);
  add("interval", ShownInterval(tag));
  return fields;
}

const std::string& NameOf(const Tag& tag) { return tag.path; }
const std::string& NameOf(const Asset& asset) { return asset.path; }
const std::string& NameOf(const AssetTemplate& asset_template) { return asset_template.name; }
const std::string& NameOf(const DeclaredText& text) { return text.name; }

Fields FieldsOf(const Tag& tag) { return TagFields(tag, ""); }

Fields FieldsOf(const Asset& asset) {
  Fields fields;
  AddField(fields, "level", std::string(AssetLevelName(asset.level)));
  AddField(fields, "description", asset.description);
  AddField(fields, "template", asset.template_name);
  AddField(fields, "time_zone", asset.time_zone);
  AddField(fields, "currency", asset.currency);
  return fields;
}

Fields FieldsOf(const AssetTemplate& asset_template) {
  Fields fields;
  AddField(fields, "description", asset_template.description);
  for (const Tag& tag : asset_template.tags) {
    Fields of_tag = TagFields(tag, tag.path + ".");
    std::move(of_tag.begin(), of_tag.end(), std::back_inserter(fields));
  }
  return fields;
}

std::string Shown(std::string_view text) {
  if (text.empty()) return "(none)";
  const std::string cut = ToValidUtf8(text, kShownLimitBytes);
  return cut.size() < text.size() ? cut + "…" : cut;
}

std::string DescribeFields(const Fields& fields) {
  std::vector<std::string> parts;
  parts.reserve(fields.size());
  for (const auto& [name, text] : fields) parts.push_back(fmt::format("{}: {}", name, Shown(text)));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string DescribeChange(const Fields& before, const Fields& after) {
  const std::map<std::string, std::string> old_texts(before.begin(), before.end());
  const std::map<std::string, std::string> new_texts(after.begin(), after.end());
  std::vector<std::string> parts;
  for (const auto& [name, text] : before) {
    if (!new_texts.contains(name)) {
      parts.push_back(fmt::format("{}: {} -> (none)", name, Shown(text)));
    }
  }
  for (const auto& [name, text] : after) {
    const auto old = old_texts.find(name);
    const std::string_view old_text = old == old_texts.end() ? "" : std::string_view(old->second);
    if (old_text != text) {
      parts.push_back(fmt::format("{}: {} -> {}", name, Shown(old_text), Shown(text)));
    }
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// The first line that differs; a whole comparison is what version control is for.
std::string DescribeChange(const DeclaredText& before, const DeclaredText& after) {
  std::string_view old_rest = before.yaml;
  std::string_view new_rest = after.yaml;
  for (int line = 1;; ++line) {
    const std::string_view old_line = TakeLine(old_rest);
    const std::string_view new_line = TakeLine(new_rest);
    if (old_line != new_line || (old_rest.empty() && new_rest.empty())) {
      return fmt::format("from line {}: {} -> {}", line, Shown(old_line), Shown(new_line));
    }
  }
}

std::string DescribeNew(const DeclaredText& text) {
  const auto lines = std::count(text.yaml.begin(), text.yaml.end(), '\n');
  return fmt::format("{} line{}", lines, lines == 1 ? "" : "s");
}

template <typename T>
std::string DescribeNew(const T& thing) {
  return DescribeFields(FieldsOf(thing));
}

template <typename T>
std::string DescribeChange(const T& before, const T& after) {
  return DescribeChange(FieldsOf(before), FieldsOf(after));
}

template <typename T>
std::map<std::string_view, const T*> ByName(const std::vector<T>& things) {
  std::map<std::string_view, const T*> named;
  for (const T& thing : things) named.emplace(NameOf(thing), &thing);
  return named;
}

template <typename T>
Difference<T> Compare(std::string_view what, const std::vector<T>& before,
                      const std::vector<T>& after, std::vector<Change>& changes) {
  Difference<T> difference;
  std::map<std::string_view, std::pair<const T*, const T*>> pairs;
  for (const auto& [name, thing] : ByName(before)) pairs[name].first = thing;
  for (const auto& [name, thing] : ByName(after)) pairs[name].second = thing;
  const auto note = [&](ChangeKind kind, std::string_view name, std::string detail) {
    changes.push_back({kind, std::string(what), std::string(name), std::move(detail)});
  };
  for (const auto& [name, pair] : pairs) {
    const auto [old_thing, new_thing] = pair;
    if (new_thing == nullptr) {
      difference.removed.push_back(old_thing);
      note(ChangeKind::kRemoved, name, "");
    } else if (old_thing == nullptr) {
      difference.put.push_back(new_thing);
      note(ChangeKind::kAdded, name, DescribeNew(*new_thing));
    } else if (!(*old_thing == *new_thing)) {
      difference.put.push_back(new_thing);
      note(ChangeKind::kChanged, name, DescribeChange(*old_thing, *new_thing));
    }
  }
  return difference;
}

}  // namespace

PlantDifference ComparePlants(const Plant& before, const Plant& after) {
  PlantDifference result;
  if (after.declares_assets) {
    result.templates = Compare("template", before.templates, after.templates, result.changes);
    result.assets = Compare("asset", before.assets, after.assets, result.changes);
    result.tags = Compare("tag", before.tags, after.tags, result.changes);
  }
  if (after.declares_initiatives) {
    result.initiatives =
        Compare("initiative", before.initiatives, after.initiatives, result.changes);
  }
  if (after.declares_sources) {
    result.sources = Compare("source", before.sources, after.sources, result.changes);
  }
  return result;
}

}  // namespace bedplate

#pragma once

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catalog/plant_store.h"

namespace bedplate {

/// Makes valid plants of every shape that a plant file can say, from a seed: odd names, tags that
/// change their template's, tags outside the tree, initiatives with comments.
class RandomPlant {
 public:
  explicit RandomPlant(unsigned seed) : random_(seed) {}

  Plant Make() {
    plant_ = Plant();
    paths_.clear();
    for (int i = Below(4); i > 0; --i) plant_.templates.push_back(MakeTemplate(i));
    for (int i = Below(3); i > 0; --i) AddAsset("", static_cast<AssetLevel>(1 + Below(5)), 0);
    for (int i = Below(4); i > 0; --i) AddTag(MakeTag("loose " + Name() + "/" + Name()));
    for (int i = Below(3); i > 0; --i) {
      plant_.initiatives.push_back({"case-" + std::to_string(i), MakeText(), 1});
      if (i % 2 == 0) plant_.sources.push_back({"source-" + std::to_string(i), MakeText(), 1});
    }
    Sort();
    return plant_;
  }

 private:
  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool OneIn(int odds) { return Below(odds) == 0; }

  std::string Name() {
    static const std::vector<std::string> kNames{
        "a",    "filler",  "line-1", "true",      "null",   "~",  "1",    "1e3",  "- x",
        "a: b", "#c",      "x #y",   "'q'",       "\"q\"",  "ü",  "日本", " sp ", "a,b",
        "[z]",  "&anchor", "!t",     "|",         ">",      "%p", "@at",  "`b`",  "a\\b",
        "---",  "...",     "\u2028", "\uFEFFbom", "\u0085", "=",  "<<"};
    return kNames[static_cast<std::size_t>(Below(static_cast<int>(kNames.size())))];
  }

  std::string Text() { return OneIn(2) ? std::string() : Name() + "\n" + Name() + "\t* ? { }"; }

  Tag MakeTag(const std::string& path) {
    static const std::vector<std::string> kUnits{"", "degC", "%", "kW.h", "m3/h", "1/min"};
    Tag tag;
    tag.path = path;
    tag.type = static_cast<ValueType>(1 + Below(4));
    tag.declared = true;
    tag.description = Text();
    tag.source = Text();
    if (OneIn(2)) tag.interval_seconds = (1 + Below(1'000'000)) / 1e3;
    tag.on_change = !tag.interval_seconds && OneIn(2);
    if (tag.type == ValueType::kDouble || tag.type == ValueType::kInt64) {
      tag.unit = kUnits[static_cast<std::size_t>(Below(6))];
      double last = Below(1000) * -1.1;
      for (auto* limit :
           {&tag.limits.low_low, &tag.limits.low, &tag.limits.high, &tag.limits.high_high}) {
        if (OneIn(2)) *limit = last += Below(50) / 3.0 * 1e-7;
      }
    }
    return tag;
  }

  AssetTemplate MakeTemplate(int number) {
    AssetTemplate made{"template " + std::to_string(number), Text(), {}};
    std::set<std::string> names;
    for (int i = Below(4); i > 0; --i) {
      const std::string name = OneIn(3) ? Name() + "/" + Name() : Name();
      if (names.insert(name).second) made.tags.push_back(MakeTag(name));
    }
    return made;
  }

  void AddTag(Tag tag) {
    if (paths_.insert(tag.path).second) plant_.tags.push_back(std::move(tag));
  }

  void AddAsset(const std::string& parent, AssetLevel level, int depth) {
    Asset asset;
    asset.path = parent.empty() ? Name() : parent + "/" + Name();
    if (!paths_.insert(asset.path).second) return;
    asset.level = level;
    asset.description = Text();
    if (OneIn(3)) asset.time_zone = "Europe/London";
    if (OneIn(3)) asset.currency = "EUR";
    if (!plant_.templates.empty() && OneIn(2)) TakeTemplate(asset);
    plant_.assets.push_back(asset);
    for (int i = Below(3); i > 0; --i) {
      AddTag(MakeTag(asset.path + "/" + (OneIn(3) ? Name() + "/own" : Name())));
    }
    if (depth >= 5) return;
    for (int i = Below(4); i > 0; --i) {
      const int next = std::min(5, static_cast<int>(level) + 1 + Below(2));
      AddAsset(asset.path, static_cast<AssetLevel>(next), depth + 1);
    }
  }

  /// Only when every tag of the template still has a free path.
  void TakeTemplate(Asset& asset) {
    const auto choice = static_cast<std::size_t>(Below(static_cast<int>(plant_.templates.size())));
    const AssetTemplate& chosen = plant_.templates[choice];
    for (const Tag& tag : chosen.tags) {
      if (paths_.contains(asset.path + "/" + tag.path)) return;
    }
    asset.template_name = chosen.name;
    for (const Tag& tag : chosen.tags) {
      Tag own = OneIn(3) ? MakeTag(tag.path) : tag;
      own.path = asset.path + "/" + tag.path;
      AddTag(std::move(own));
    }
  }

  std::string MakeText() {
    std::string text = OneIn(2) ? "# why\ntitle: A case\n" : "title: \"x: y\"\n";
    if (OneIn(2)) text += "\nscope:\n  - a\n  # inside\n  - {b: 1, c: [2, 3]}\n";
    if (OneIn(2)) text += "notes: |\n  first\n\n    deeper\n  # no comment\n";
    if (OneIn(2)) text += "# the end\n";
    return text;
  }

  void Sort() {
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(plant_.assets.begin(), plant_.assets.end(), by_path);
    std::sort(plant_.tags.begin(), plant_.tags.end(), by_path);
    std::sort(plant_.templates.begin(), plant_.templates.end(), by_name);
    std::sort(plant_.initiatives.begin(), plant_.initiatives.end(), by_name);
    std::sort(plant_.sources.begin(), plant_.sources.end(), by_name);
    for (AssetTemplate& one : plant_.templates) {
      std::sort(one.tags.begin(), one.tags.end(), by_path);
    }
  }

  std::mt19937 random_;
  Plant plant_;
  std::set<std::string> paths_;  // of assets and tags
};

}  // namespace bedplate

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "catalog/plant_yaml.h"
#include "catalog/plant_yaml_tags.h"

namespace bedplate {
namespace {

std::string Margin(std::size_t levels) { return std::string(2 * levels, ' '); }

std::string KeyLine(std::size_t levels, std::string_view key) {
  return YamlKeyLine(2 * levels, key);
}

void AddText(std::vector<std::string>& fields, std::string_view name, const std::string& text,
             const std::string& base) {
  if (text != base) fields.push_back(fmt::format("{}: {}", name, QuoteYaml(text)));
}

std::string LimitsText(const TagLimits& limits) {
  std::vector<std::string> fields;
  const auto add = [&](std::string_view name, const std::optional<double>& limit) {
    if (limit) fields.push_back(fmt::format("{}: {}", name, *limit));
  };
  add("low_low", limits.low_low);
  add("low", limits.low);
  add("high", limits.high);
  add("high_high", limits.high_high);
  return fmt::format("{{{}}}", fmt::join(fields, ", "));
}

/// The fields in which `tag` differs from `base`, as a map in flow style; with its type in any case
/// when it is `new_tag`.
std::string TagText(const Tag& tag, const Tag& base, bool new_tag) {
  std::vector<std::string> fields;
  if (new_tag || tag.type != base.type) {
    fields.push_back(fmt::format("type: {}", ValueTypeName(tag.type)));
  }
  AddText(fields, "unit", tag.unit, base.unit);
  if (tag.limits != base.limits) {
    fields.push_back(fmt::format("limits: {}", LimitsText(tag.limits)));
  }
  AddText(fields, "description", tag.description, base.description);
  AddText(fields, "source", tag.source, base.source);
  if (tag.interval_seconds != base.interval_seconds || tag.on_change != base.on_change) {
    fields.push_back(fmt::format("interval: {}", IntervalText(tag)));
  }
  return fmt::format("{{{}}}", fmt::join(fields, ", "));
}

using TagsByPath = std::map<std::string_view, const Tag*>;

/// Writes one plant; each tag is taken out of `loose_` by the asset that it belongs to.
class PlantWriter {
 public:
  explicit PlantWriter(const Plant& plant) : plant_(plant) {
    for (const AssetTemplate& one : plant.templates) templates_[one.name] = &one;
    for (const Asset& asset : plant.assets) assets_[asset.path] = &asset;
    for (const Tag& tag : plant.tags) loose_[tag.path] = &tag;
    TakeTemplateTags();
    TakeOwnTags();
  }

  std::string Write() {
    out_ = fmt::format("format: {}\n", kPlantFormat);
    if (plant_.declares_assets) {
      WriteTemplates();
      WriteAssets();
      WriteTags("tags", loose_, 0);
    }
    if (plant_.declares_initiatives) WriteTexts("initiatives", plant_.initiatives);
    if (plant_.declares_sources) WriteTexts("sources", plant_.sources);
    return std::move(out_);
  }

 private:
  /// What a template gives to an asset is the asset's, even where a deeper asset has the path.
  void TakeTemplateTags() {
    for (const Asset& asset : plant_.assets) {
      for (const Tag& tag : TemplateTags(asset)) {
        const auto found = loose_.find(asset.path + "/" + tag.path);
        if (found == loose_.end()) continue;
        if (const std::string text = TagText(*found->second, tag, false); text != "{}") {
          changed_[asset.path][tag.path] = text;
        }
        loose_.erase(found);
      }
    }
  }

  /// Every other tag goes to the deepest asset above it.
  void TakeOwnTags() {
    for (auto it = loose_.begin(); it != loose_.end();) {
      const std::string_view owner = DeepestAssetAbove(it->first);
      if (owner.empty()) {
        ++it;
        continue;
      }
      const std::string name(it->first.substr(owner.size() + 1));
      changed_[owner][name] = TagText(*it->second, Tag{}, true);
      it = loose_.erase(it);
    }
  }

  [[nodiscard]] std::string_view DeepestAssetAbove(std::string_view path) const {
    for (path = ParentPath(path); !path.empty(); path = ParentPath(path)) {
      if (assets_.contains(path)) return path;
    }
    return {};
  }

  [[nodiscard]] const std::vector<Tag>& TemplateTags(const Asset& asset) const {
    static const std::vector<Tag> none;
    const auto found = templates_.find(asset.template_name);
    return found == templates_.end() ? none : found->second->tags;
  }

  void WriteField(std::size_t levels, std::string_view name, const std::string& text) {
    if (!text.empty()) out_ += fmt::format("{}{}: {}\n", Margin(levels), name, QuoteYaml(text));
  }

  void WriteTags(std::string_view key, const TagsByPath& tags, std::size_t levels) {
    if (tags.empty()) return;
    out_ += fmt::format("{}{}:\n", Margin(levels), key);
    for (const auto& [path, tag] : tags) {
      out_ += fmt::format("{} {}\n", KeyLine(levels + 1, path), TagText(*tag, Tag{}, true));
    }
  }

  void WriteTemplates() {
    if (templates_.empty()) return;
    out_ += "templates:\n";
    for (const auto& [name, one] : templates_) {
      TagsByPath tags;
      for (const Tag& tag : one->tags) tags[tag.path] = &tag;
      out_ += KeyLine(1, name);
      out_ += tags.empty() && one->description.empty() ? " {}\n" : "\n";
      WriteField(2, "description", one->description);
      WriteTags("tags", tags, 2);
    }
  }

  void WriteAssets() {
    out_ += assets_.empty() ? "assets: {}\n" : "assets:\n";
    children_ = ChildrenByParent();
    for (const Asset* asset : children_[""]) WriteAsset(*asset, 1);
  }

  /// Assets whose parent is not in the plant cannot be; they would be lost here.
  [[nodiscard]] std::map<std::string_view, std::vector<const Asset*>> ChildrenByParent() const {
    std::map<std::string_view, std::vector<const Asset*>> children;
    for (const auto& [path, asset] : assets_) {
      BEDPLATE_CHECK(ParentPath(path).empty() || assets_.contains(ParentPath(path)));
      children[ParentPath(path)].push_back(asset);
    }
    return children;
  }

  void WriteAsset(const Asset& asset, std::size_t levels) {
    out_ += KeyLine(levels, LastSegment(asset.path)) + "\n";
    WriteField(levels + 1, "level", std::string(AssetLevelName(asset.level)));
    WriteField(levels + 1, "description", asset.description);
    WriteField(levels + 1, "template", asset.template_name);
    WriteField(levels + 1, "time_zone", asset.time_zone);
    WriteField(levels + 1, "currency", asset.currency);
    if (const auto tags = changed_.find(asset.path); tags != changed_.end()) {
      out_ += Margin(levels + 1) + "tags:\n";
      for (const auto& [name, text] : tags->second) {
        out_ += fmt::format("{} {}\n", KeyLine(levels + 2, name), text);
      }
    }
    const auto children = children_.find(asset.path);
    if (children == children_.end()) return;
    out_ += Margin(levels + 1) + "assets:\n";
    for (const Asset* child : children->second) WriteAsset(*child, levels + 2);
  }

  void WriteTexts(std::string_view section, const std::vector<DeclaredText>& texts) {
    out_ += fmt::format("{}:{}\n", section, texts.empty() ? " {}" : "");
    for (const DeclaredText& text : texts) {
      out_ += KeyLine(1, text.name) + "\n";
      std::string_view rest = text.yaml;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        if (end > 0) out_ += Margin(2) + std::string(rest.substr(0, end));
        out_ += '\n';
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  const Plant& plant_;
  std::map<std::string_view, const AssetTemplate*> templates_;
  std::map<std::string_view, const Asset*> assets_;
  std::map<std::string_view, std::vector<const Asset*>> children_;
  TagsByPath loose_;  // in the end those that stand outside the tree
  std::map<std::string_view, std::map<std::string, std::string>> changed_;  // by asset
  std::string out_;
};

}  // namespace

std::string FormatPlantYaml(const Plant& plant) { return PlantWriter(plant).Write(); }

}  // namespace bedplate

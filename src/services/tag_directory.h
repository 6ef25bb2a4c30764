#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/plant_store.h"
#include "historian/historian.h"
#include "model/path.h"
#include "model/tag.h"

namespace bedplate {

/// A tag as a reader sees it: what is declared or noted of it, and what is stored.
struct TagView {
  Tag tag;                           // its type is the stored one when there are samples
  std::optional<SeriesInfo> series;  // empty: never written

  [[nodiscard]] bool HasSamples() const { return series && series->samples > 0; }
};

struct TagFilter {
  Glob glob;
  std::string words;  // separated by spaces; each must stand in path or description, any case
  std::uint64_t limit = UINT64_MAX;
};

struct TagList {
  std::vector<TagView> tags;  // by path
  bool truncated = false;     // the limit cut it
};

/// Joins the catalog's tags with the historian's series. Arguments must outlive it. Safe for
/// concurrent use.
class TagDirectory {
 public:
  TagDirectory(const PlantStore& plant, const Historian& historian)
      : plant_(plant), historian_(historian) {}

  [[nodiscard]] Result<TagList> List(const TagFilter& filter) const;
  /// Every tag that one of `globs` matches, each once, by path.
  [[nodiscard]] Result<std::vector<TagView>> Match(std::span<const Glob> globs) const;
  /// kNotFound naming the path, and the nearest way to find the right one.
  [[nodiscard]] Result<TagView> Find(std::string_view path) const;

 private:
  [[nodiscard]] Result<std::vector<TagView>> MatchOne(const Glob& glob) const;
  [[nodiscard]] Result<std::optional<TagView>> Lookup(std::string_view path) const;

  const PlantStore& plant_;
  const Historian& historian_;
};

}  // namespace bedplate

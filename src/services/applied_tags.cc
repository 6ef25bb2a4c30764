#include "services/applied_tags.h"

#include <algorithm>

#include "model/nearest_path.h"

namespace bedplate {

Result<std::optional<ValueType>> AppliedTags::TypeOf(std::string_view path) const {
  const std::optional<SeriesInfo> series = historian_.Find(path);
  if (series && series->samples > 0) return std::optional(series->type);
  const auto declared = std::ranges::lower_bound(file_.tags, path, {}, &Tag::path);
  if (declared != file_.tags.end() && declared->path == path) return std::optional(declared->type);
  ASSIGN_OR_RETURN(const std::optional<Tag> stored, stored_.FindTag(path));
  return stored && Stays(*stored) ? std::optional(stored->type) : std::nullopt;
}

Result<std::optional<std::string>> AppliedTags::Nearest(std::string_view path) {
  if (suggestions_ >= kMaxSuggestions) return std::optional<std::string>();
  ++suggestions_;
  if (!paths_) {
    ASSIGN_OR_RETURN(paths_, ListPaths());
  }
  ASSIGN_OR_RETURN(const Glob pattern, Glob::Parse(path));
  return NearestPath(pattern, *paths_);
}

Result<std::vector<std::string>> AppliedTags::ListPaths() const {
  ASSIGN_OR_RETURN(const Glob all, Glob::Parse("**"));
  ASSIGN_OR_RETURN(const std::vector<Tag> stored, stored_.ListTags(all));
  std::vector<std::string> paths;
  for (const Tag& tag : file_.tags) paths.push_back(tag.path);
  for (const Tag& tag : stored) {
    if (Stays(tag)) paths.push_back(tag.path);
  }
  for (SeriesInfo& series : historian_.List(all)) {
    if (series.samples > 0) paths.push_back(std::move(series.path));
  }
  std::ranges::sort(paths);
  const auto repeated = std::ranges::unique(paths);
  paths.erase(repeated.begin(), repeated.end());
  return paths;
}

}  // namespace bedplate

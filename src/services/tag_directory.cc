#include "services/tag_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"

namespace bedplate {
namespace {

TagView Join(Tag tag, std::optional<SeriesInfo> series) {
  if (series) tag.type = series->type;
  return {std::move(tag), std::move(series)};
}

/// A series that the catalog does not know yet: a crash came between the two writes.
TagView FromSeries(SeriesInfo series) {
  Tag tag;
  tag.path = series.path;
  return Join(std::move(tag), std::move(series));
}

/// Merges two lists that are sorted by path.
std::vector<TagView> Merge(std::vector<Tag> tags, std::vector<SeriesInfo> series) {
  std::vector<TagView> views;
  views.reserve(std::max(tags.size(), series.size()));
  auto next = series.begin();
  for (Tag& tag : tags) {
    for (; next != series.end() && next->path < tag.path; ++next) {
      views.push_back(FromSeries(std::move(*next)));
    }
    const bool stored = next != series.end() && next->path == tag.path;
    views.push_back(Join(std::move(tag), stored ? std::optional(std::move(*next)) : std::nullopt));
    if (stored) ++next;
  }
  for (; next != series.end(); ++next) views.push_back(FromSeries(std::move(*next)));
  return views;
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t begin = text.find_first_not_of(' '); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(LowerAscii(text.substr(begin, end - begin)));
    begin = text.find_first_not_of(' ', end);
  }
  return words;
}

bool HoldsAll(const Tag& tag, const std::vector<std::string>& words) {
  if (words.empty()) return true;
  const std::string text = LowerAscii(tag.path) + '\n' + LowerAscii(tag.description);
  return std::all_of(words.begin(), words.end(), [&text](const std::string& word) {
    return text.find(word) != std::string::npos;
  });
}

}  // namespace

Result<TagList> TagDirectory::List(const TagFilter& filter) const {
  ASSIGN_OR_RETURN(std::vector<TagView> views, MatchOne(filter.glob));
  const std::vector<std::string> words = SplitWords(filter.words);
  TagList list;
  for (TagView& view : views) {
    if (!HoldsAll(view.tag, words)) continue;
    if (list.tags.size() >= filter.limit) {
      list.truncated = true;
      break;
    }
    list.tags.push_back(std::move(view));
  }
  return list;
}

Result<std::vector<TagView>> TagDirectory::Match(std::span<const Glob> globs) const {
  std::vector<TagView> all;
  for (const Glob& glob : globs) {
    ASSIGN_OR_RETURN(std::vector<TagView> views, MatchOne(glob));
    std::move(views.begin(), views.end(), std::back_inserter(all));
  }
  const auto path_of = [](const TagView& view) -> const std::string& { return view.tag.path; };
  std::ranges::sort(all, {}, path_of);
  const auto repeated = std::ranges::unique(all, {}, path_of);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

Result<TagView> TagDirectory::Find(std::string_view path) const {
  RETURN_IF_ERROR(CheckPath(path));
  ASSIGN_OR_RETURN(std::optional<TagView> view, Lookup(path));
  if (view) return std::move(*view);
  return Error(ErrorCode::kNotFound,
               fmt::format("there is no tag '{}', neither declared nor written", path));
}

Result<std::vector<TagView>> TagDirectory::MatchOne(const Glob& glob) const {
  if (glob.IsExact()) {
    ASSIGN_OR_RETURN(std::optional<TagView> view, Lookup(glob.pattern()));
    std::vector<TagView> views;
    if (view) views.push_back(std::move(*view));
    return views;
  }
  ASSIGN_OR_RETURN(std::vector<Tag> tags, plant_.ListTags(glob));
  return Merge(std::move(tags), historian_.List(glob));
}

Result<std::optional<TagView>> TagDirectory::Lookup(std::string_view path) const {
  ASSIGN_OR_RETURN(std::optional<Tag> tag, plant_.FindTag(path));
  std::optional<SeriesInfo> series = historian_.Find(path);
  if (tag) return std::optional(Join(std::move(*tag), std::move(series)));
  if (series) return std::optional(FromSeries(std::move(*series)));
  return std::optional<TagView>();
}

}  // namespace bedplate

#include "model/nearest_path.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"

namespace bedplate {
namespace {

constexpr std::size_t kDistanceLimit = 2;

/// How many letters of `path` to put in, take out or replace until `glob`, a pattern without
/// braces, matches it; some number above the limit when more than that.
std::size_t Distance(std::string_view glob, std::string_view path) {
  std::vector<std::size_t> last(path.size() + 1);
  std::vector<std::size_t> row(path.size() + 1);
  for (std::size_t j = 0; j <= path.size(); ++j) last[j] = j;
  for (const char c : glob) {
    row[0] = last[0] + (c == '*' ? 0 : 1);
    for (std::size_t j = 1; j <= path.size(); ++j) {
      const bool fits = c == path[j - 1] || c == '?';
      row[j] = c == '*' ? std::min(last[j], row[j - 1])
                        : std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (fits ? 0 : 1)});
    }
    if (*std::min_element(row.begin(), row.end()) > kDistanceLimit) return kDistanceLimit + 1;
    last.swap(row);
  }
  return last[path.size()];
}

std::size_t LettersOf(std::string_view glob) {
  return static_cast<std::size_t>(
      std::count_if(glob.begin(), glob.end(), [](char c) { return c != '*' && c != '?'; }));
}

}  // namespace

std::optional<std::string> NearestPath(const Glob& pattern, std::span<const std::string> paths) {
  const std::string* nearest = nullptr;
  std::size_t nearest_distance = kDistanceLimit + 1;
  for (const std::string& alternative : pattern.alternatives()) {
    const std::string glob = LowerAscii(alternative);
    const std::size_t allowed = LettersOf(glob) / 3;
    for (const std::string& path : paths) {
      const std::size_t distance = Distance(glob, LowerAscii(path));
      if (distance >= nearest_distance || distance > allowed) continue;
      nearest = &path;
      nearest_distance = distance;
    }
  }
  return nearest == nullptr ? std::nullopt : std::optional(*nearest);
}

}  // namespace bedplate

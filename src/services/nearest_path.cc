#include "services/nearest_path.h"

#include <algorithm>
#include <vector>

#include "base/spelling.h"

namespace bedplate {
namespace {

/// The segments in which two paths differ.
struct SegmentDifference {
  std::string_view segment;
  std::string_view other;
};

/// Empty when they differ in more than one segment.
std::optional<SegmentDifference> CompareSegments(std::string_view path, std::string_view other) {
  const auto [in_path, in_other] = std::ranges::mismatch(path, other);
  const auto same = static_cast<std::size_t>(in_path - path.begin());
  const std::size_t begin = path.substr(0, same).rfind('/') + 1;
  const std::size_t end = std::min(path.find('/', begin), path.size());
  const std::size_t other_end = std::min(other.find('/', begin), other.size());
  if (path.substr(end) != other.substr(other_end)) return std::nullopt;
  return SegmentDifference{path.substr(begin, end - begin), other.substr(begin, other_end - begin)};
}

/// Of the paths that differ in one segment, the one whose segment is spelled nearest.
std::optional<std::string> NearestInOneSegment(std::string_view path,
                                               std::span<const std::string> candidates) {
  std::optional<std::string> nearest;
  std::size_t nearest_distance = 0;
  for (const std::string& candidate : candidates) {
    const auto difference = CompareSegments(path, candidate);
    if (!difference) continue;
    const std::string other[] = {std::string(difference->other)};
    if (!NearestSpelling(difference->segment, other)) continue;
    const std::size_t distance = EditDistance(difference->segment, difference->other);
    if (nearest && distance >= nearest_distance) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  return nearest;
}

std::optional<std::string> OnlyPathThatEndsWith(std::string_view path,
                                                std::span<const std::string> candidates) {
  const std::string end = "/" + std::string(path);
  const auto ends = [&end](const std::string& candidate) { return candidate.ends_with(end); };
  const auto found = std::ranges::find_if(candidates, ends);
  if (found == candidates.end() ||
      std::find_if(found + 1, candidates.end(), ends) != candidates.end()) {
    return std::nullopt;
  }
  return *found;
}

}  // namespace

std::optional<std::string> NearestPath(std::string_view path,
                                       std::span<const std::string> candidates) {
  if (auto nearest = NearestInOneSegment(path, candidates)) return nearest;
  return OnlyPathThatEndsWith(path, candidates);
}

}  // namespace bedplate

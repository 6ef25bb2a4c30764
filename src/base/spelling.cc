#include "base/spelling.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"

namespace bedplate {
namespace {

constexpr std::size_t kTextLimitBytes = 64;
constexpr std::size_t kDistanceLimit = 2;

/// The only candidate that goes on with an underscore after `lower`.
std::optional<std::string> Completion(const std::string& lower,
                                      std::span<const std::string> candidates) {
  const auto completes = [start = lower + '_'](const std::string& candidate) {
    return LowerAscii(candidate).starts_with(start);
  };
  const auto found = std::ranges::find_if(candidates, completes);
  if (found == candidates.end()) return std::nullopt;
  return std::ranges::count_if(candidates, completes) == 1 ? std::optional(*found) : std::nullopt;
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Rows i-2, i-1 and i of the table of distances between the prefixes of a and b.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::optional<std::string> NearestSpelling(std::string_view text,
                                           std::span<const std::string> candidates) {
  if (text.empty() || text.size() > kTextLimitBytes) return std::nullopt;
  const std::string lower = LowerAscii(text);
  const std::string* nearest = nullptr;
  std::size_t nearest_distance = kDistanceLimit + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kTextLimitBytes) continue;
    if (LowerAscii(candidate) == lower) return candidate;
    const std::size_t distance = EditDistance(lower, LowerAscii(candidate));
    if (distance >= nearest_distance || 3 * distance > candidate.size()) continue;
    nearest = &candidate;
    nearest_distance = distance;
  }
  return nearest == nullptr ? Completion(lower, candidates) : std::optional(*nearest);
}

}  // namespace bedplate

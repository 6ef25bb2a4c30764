#include "query/sql_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "query/sql_measure.h"

namespace bedplate {
namespace {

/// Wildcards of any length that are not the pattern's last character.
std::size_t FreeWildcards(std::string_view pattern, char wildcard) {
  while (!pattern.empty() && pattern.back() == wildcard) pattern.remove_suffix(1);
  return static_cast<std::size_t>(std::ranges::count(pattern, wildcard));
}

/// The pattern's length times every count in braces; of `{2,5}` both, which is more than enough.
std::uint64_t RegexWork(std::string_view pattern) {
  std::uint64_t work = pattern.size();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{' && pattern[i] != ',') continue;
    std::uint32_t count = 0;
    const char* const end = pattern.data() + pattern.size();
    const auto [stop, code] = std::from_chars(pattern.data() + i + 1, end, count);
    if (code == std::errc::result_out_of_range) return kMeasureLimit;
    const bool counts = code == std::errc() && stop != end && (*stop == '}' || *stop == ',');
    if (counts) work = BoundedProduct(work, std::max<std::uint32_t>(count, 1));
  }
  return work;
}

}  // namespace

Result<std::uint64_t> PatternWork(PatternRule rule, std::string_view function,
                                  std::string_view pattern) {
  if (rule == PatternRule::kNone) return std::uint64_t{0};
  if (rule == PatternRule::kRegex) return RegexWork(pattern);
  const bool is_glob = rule == PatternRule::kGlob;
  const bool goes_back =
      is_glob || function.ends_with("~~*") || pattern.find('_') != std::string_view::npos;
  if (goes_back && FreeWildcards(pattern, is_glob ? '*' : '%') > 1) {
    return Error(ErrorCode::kPermissionDenied,
                 is_glob ? "a GLOB may have one * besides one at its end; samples(…) takes any glob"
                         : "ILIKE, and LIKE with _, may have one % besides one at the end; use "
                           "lower(…) LIKE or regexp_matches");
  }
  return std::uint64_t{pattern.size()};
}

}  // namespace bedplate

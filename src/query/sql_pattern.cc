#include "query/sql_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace bedplate {
namespace {

constexpr std::size_t kMaxPatternBytes = 256;
constexpr std::uint64_t kMaxRegexWork = 10'000;

/// Wildcards of any length that are not the pattern's last character.
std::size_t FreeWildcards(std::string_view pattern, char wildcard) {
  while (!pattern.empty() && pattern.back() == wildcard) pattern.remove_suffix(1);
  return static_cast<std::size_t>(std::ranges::count(pattern, wildcard));
}

/// The pattern's length times every count in braces, the greater one of `{2,5}`.
std::uint64_t RegexWork(std::string_view pattern) {
  std::uint64_t work = std::max<std::size_t>(pattern.size(), 1);
  for (std::size_t i = 0; i < pattern.size() && work <= kMaxRegexWork; ++i) {
    if (pattern[i] != '{' && pattern[i] != ',') continue;
    std::uint32_t count = 0;
    const char* const end = pattern.data() + pattern.size();
    const auto [stop, code] = std::from_chars(pattern.data() + i + 1, end, count);
    const bool counts = code == std::errc() && stop != end && (*stop == '}' || *stop == ',');
    if (code == std::errc::result_out_of_range) return kMaxRegexWork + 1;
    if (counts) work *= std::max<std::uint32_t>(count, 1);
  }
  return work;
}

Error Refused(std::string_view function, std::string_view why) {
  return {ErrorCode::kPermissionDenied, fmt::format("the pattern of {} {}", function, why)};
}

}  // namespace

Status CheckPattern(PatternRule rule, std::string_view function, std::string_view pattern) {
  if (rule == PatternRule::kNone) return {};
  if (pattern.size() > kMaxPatternBytes) {
    return Refused(function, fmt::format("has {} bytes; at most {} are allowed", pattern.size(),
                                         kMaxPatternBytes));
  }
  if (rule == PatternRule::kRegex) {
    if (RegexWork(pattern) <= kMaxRegexWork) return {};
    return Refused(function, "repeats too much; its length times all counts in {} may be 10000");
  }
  const bool is_glob = rule == PatternRule::kGlob;
  const bool is_fast = !is_glob && function.find('*') == std::string_view::npos &&
                       pattern.find('_') == std::string_view::npos;
  if (is_fast || FreeWildcards(pattern, is_glob ? '*' : '%') <= 1) return {};
  return Refused(function,
                 is_glob ? "may have one * besides one at its end; samples(…) takes any glob"
                         : "may have one % besides one at its end when it has _ or is ILIKE; use "
                           "lower(…) LIKE or regexp_matches");
}

}  // namespace bedplate

#include "catalog/plant_yaml_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace bedplate {
namespace {

Error TooMany(std::size_t limit) {
  return {ErrorCode::kResourceExhausted, fmt::format("at most {} names", limit)};
}

std::optional<std::uint32_t> ReadNumber(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The width that a number is padded to: its own when it starts with a zero.
std::size_t PaddedWidth(std::string_view number) {
  return number.size() > 1 && number.front() == '0' ? number.size() : 0;
}

/// `1..4`; empty when it is no range.
std::optional<std::vector<std::string>> ExpandRange(std::string_view text, std::size_t limit) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const std::string_view first_text = text.substr(0, dots);
  const std::string_view last_text = text.substr(dots + 2);
  const auto first = ReadNumber(first_text);
  const auto last = ReadNumber(last_text);
  if (!first || !last || *first > *last) return std::nullopt;
  const std::size_t width = std::max(PaddedWidth(first_text), PaddedWidth(last_text));
  if (width > std::max(first_text.size(), last_text.size())) return std::nullopt;
  std::vector<std::string> names;
  // One beyond the limit is enough for the caller to see that it is too many.
  for (std::uint64_t i = *first; i <= *last && names.size() <= limit; ++i) {
    names.push_back(fmt::format("{:0{}}", i, width));
  }
  return names;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

Result<std::vector<std::string>> ExpandBraces(std::string_view inside, std::size_t limit) {
  if (inside.find('{') == std::string_view::npos) {
    if (auto range = ExpandRange(inside, limit)) return *std::move(range);
    if (inside.find(',') != std::string_view::npos) return SplitList(inside);
  }
  return Error(ErrorCode::kInvalidArgument, "a range {1..4} or a list {a,b} in the braces");
}

}  // namespace

Result<std::vector<std::string>> ExpandNames(std::string_view pattern, std::size_t limit) {
  std::vector<std::string> names{""};
  while (true) {
    const std::size_t open = pattern.find('{');
    for (std::string& name : names) name += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) {
      return Error(ErrorCode::kInvalidArgument, "a '}' for each '{'");
    }
    ASSIGN_OR_RETURN(const auto choices,
                     ExpandBraces(pattern.substr(open + 1, close - open - 1), limit));
    if (choices.size() > limit || names.size() * choices.size() > limit) return TooMany(limit);
    std::vector<std::string> longer;
    longer.reserve(names.size() * choices.size());
    for (const std::string& name : names) {
      for (const std::string& choice : choices) longer.push_back(name + choice);
    }
    names = std::move(longer);
    pattern.remove_prefix(close + 1);
  }
  if (names.size() > limit) return TooMany(limit);
  return names;
}

}  // namespace bedplate

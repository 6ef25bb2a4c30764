#include "historian/numbered_file.h"

#include <charconv>

#include <fmt/format.h>

namespace bedplate::historian {

std::string NumberedFileName(std::uint64_t number, std::string_view suffix) {
  return fmt::format("{:010}{}", number, suffix);
}

std::uint64_t ParseNumberedFileName(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return 0;
  const std::string_view digits = name.substr(0, name.size() - suffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return 0;
  return NumberedFileName(number, suffix) == name ? number : 0;
}

}  // namespace bedplate::historian

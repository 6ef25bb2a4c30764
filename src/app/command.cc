#include "app/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

namespace bedplate {

void AddDataOption(CLI::App& verb, std::string& directory) {
  verb.add_option("--data", directory, "The data directory")
      ->required()
      ->envname("BEDPLATE_DATA_DIR")
      ->type_name("DIR");
}

void PrintOut(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return;
  }
  // Nobody reads any more, or the disk is full: what was to be said can't be said.
  std::_Exit(static_cast<int>(ExitCode::kFailed));
}

void PrintNote(std::string_view line) {
  std::string text;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = (byte < 0x20 && c != '\n') || byte == 0x7F;
    text += control ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

Status CheckName(std::string_view what, std::string_view name) {
  if (!name.empty() && name.find('/') == std::string_view::npos) return {};
  return Error(ErrorCode::kNotFound, fmt::format("there is no {} '{}'", what, name));
}

std::string ShellWord(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./:=@%,";
  if (!text.empty() && text.find_first_not_of(kPlain) == text.npos) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

std::string GroupDigits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

}  // namespace bedplate

#include "app/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/printable.h"

namespace bedplate {

void AddDataOption(CLI::App& verb, std::string& directory) {
  verb.add_option("--data", directory, "The data directory")
      ->required()
      ->envname("BEDPLATE_DATA_DIR")
      ->type_name("DIR");
}

namespace {

/// What a line of text may hold besides what is printable.
constexpr std::string_view kLayout = "\n\t";

}  // namespace

void PrintOut(std::string_view text) {
  static const bool kTerminal = ::isatty(STDOUT_FILENO) == 1;
  const std::string shown = kTerminal ? Printable(text, kLayout) : std::string();
  if (kTerminal) text = shown;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return;
  }
  // Nobody reads any more, or the disk is full: what was to be said can't be said.
  std::_Exit(static_cast<int>(ExitCode::kFailed));
}

void PrintNote(std::string_view line) {
  const std::string text = Printable(line, kLayout) + '\n';
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

std::string Count(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", GroupDigits(number), noun, number == 1 ? "" : "s");
}

}  // namespace bedplate

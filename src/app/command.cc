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
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

std::string GroupDigits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

}  // namespace bedplate

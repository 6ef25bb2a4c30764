// `init`: makes a data directory.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/command.h"
#include "services/workspace.h"

namespace bedplate {
namespace {

Result<ExitCode> RunInit(CommandContext& context, const std::string& directory) {
  const Result<std::string> token = Workspace::Init(context.files, context.clock, directory);
  if (!token.ok()) return token.error();
  PrintOut(fmt::format("made {0}; the admin token is in {0}/admin.token\n", directory));
  PrintNote(fmt::format("next: bedplate serve --data {}", ShellWord(directory)));
  return ExitCode::kOk;
}

}  // namespace

void AddInit(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = root.add_subcommand(
      "init", "Makes a data directory, with an admin token in DIR/admin.token (mode 0600)");
  verb->add_option("DIR", *directory, "A new or empty directory")->required();
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunInit(context, *directory); }; });
}

}  // namespace bedplate

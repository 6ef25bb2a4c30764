// `sources`: how the sources of a running server are. `secret set | list | remove`: passwords and
// keys that sources name.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/text_table.h"
#include "base/time.h"
#include "services/source_service.h"
#include "services/workspace.h"

namespace bedplate {
namespace {

constexpr std::size_t kMostSecretBytes = 64UL << 10U;

std::string LagCell(const boost::json::value& source) {
  const auto lag_s = JsonNumber(source, "lag_s");
  return lag_s ? fmt::format("{:.3g} s", *lag_s) : "";
}

std::string CountCell(const boost::json::value& source, const char* name) {
  return GroupDigits(source.at("counts").at(name).to_number<std::uint64_t>());
}

Result<ExitCode> RunSources(CommandContext& context, const std::string& directory) {
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, directory, {.path = "/api/v1/sources"}));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  TextTable table{
      .header = {"name", "kind", "state", "samples/s", "lag", "stored", "refused", "why"},
      .right_aligned = {false, false, false, true, true, true, true, false},
      .rows = {}};
  for (const auto& source : answer.at("sources").as_array()) {
    table.rows.push_back(
        {JsonText(source, "name"), JsonText(source, "kind"), JsonText(source, "state"),
         fmt::format("{:.4g}", *JsonNumber(source, "samples_per_second")), LagCell(source),
         CountCell(source, "stored"), CountCell(source, "refused"), JsonText(source, "why")});
  }
  if (table.rows.empty()) {
    PrintNote("no source runs: `bedplate serve` runs those that a plant file declares");
    return ExitCode::kOk;
  }
  PrintOut(FormatAligned(table));
  return ExitCode::kOk;
}

struct SecretOptions {
  std::string directory;
  std::string name;
};

Result<ExitCode> SetSecret(CommandContext& context, const SecretOptions& options) {
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (text.empty() || text.size() > kMostSecretBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected a secret of 1 to {} bytes on standard input, got {}",
                             kMostSecretBytes, text.size()));
  }
  RETURN_IF_ERROR(SecretFiles(context.files, options.directory).Write(options.name, text));
  PrintNote("secret " + options.name + " is set; a source that waits to try again finds it then");
  return ExitCode::kOk;
}

Result<ExitCode> ListSecrets(CommandContext& context, const SecretOptions& options) {
  ASSIGN_OR_RETURN(const auto names, SecretFiles(context.files, options.directory).List());
  for (const std::string& name : names) PrintOut(name + "\n");
  return ExitCode::kOk;
}

Result<ExitCode> RemoveSecret(CommandContext& context, const SecretOptions& options) {
  RETURN_IF_ERROR(SecretFiles(context.files, options.directory).Remove(options.name));
  PrintNote("removed " + options.name);
  return ExitCode::kOk;
}

using SecretAction = Result<ExitCode> (*)(CommandContext&, const SecretOptions&);

void OnCall(CLI::App& verb, SecretAction action, const std::shared_ptr<SecretOptions>& options,
            CommandContext& context, Verb& chosen) {
  verb.fallthrough();  // --data may stand behind it
  verb.callback(
      [=, &context, &chosen] { chosen = [=, &context] { return action(context, *options); }; });
}

}  // namespace

void AddSources(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = root.add_subcommand(
      "sources", "Shows how the sources are: what flows, what is refused, and why one fails");
  AddDataOption(*verb, *directory);
  verb->callback([=, &context, &chosen] {
    chosen = [=, &context] { return RunSources(context, *directory); };
  });
}

void AddSecret(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<SecretOptions>();
  CLI::App* verb =
      root.add_subcommand("secret", "Keeps passwords and keys that sources name; never shows one");
  AddDataOption(*verb, options->directory);
  verb->require_subcommand(1);
  CLI::App* set = verb->add_subcommand("set", "Takes a secret from standard input");
  set->add_option("NAME", options->name, "As in {secret: NAME}; a-z, 0-9 and -")->required();
  CLI::App* list = verb->add_subcommand("list", "Lists the names");
  CLI::App* remove = verb->add_subcommand("remove", "Removes a secret");
  remove->add_option("NAME", options->name, "As list prints it")->required();
  OnCall(*set, SetSecret, options, context, chosen);
  OnCall(*list, ListSecrets, options, context, chosen);
  OnCall(*remove, RemoveSecret, options, context, chosen);
}

}  // namespace bedplate

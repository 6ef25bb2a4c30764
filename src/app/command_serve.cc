// `serve`: the server on a data directory.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/command.h"
#include "app/plant_runtime.h"
#include "app/plant_server.h"
#include "app/stop_signal.h"

namespace bedplate {
namespace {

struct ServeOptions {
  std::string directory;
  PlantServerOptions server;
  RuntimeOptions runtime;
};

Result<ExitCode> RunServe(CommandContext& context, const ServeOptions& options) {
  const StopSignal stop;
  ASSIGN_OR_RETURN(const auto runtime,
                   PlantRuntime::Open(context, options.directory, options.runtime));
  ASSIGN_OR_RETURN(const auto server, PlantServer::Start(context, *runtime, options.server));
  for (const std::string& url : server->urls()) PrintOut("listening on " + url + "\n");
  PrintNote(fmt::format("log in with the token in {}/admin.token", options.directory));
  stop.Wait();
  PrintNote("stopping");
  return ExitCode::kOk;
}

}  // namespace

void AddServe(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* verb = root.add_subcommand(
      "serve", "Serves the directory over HTTP until SIGINT or SIGTERM; on loopback unless TLS");
  AddDataOption(*verb, options->directory);
  AddServerOptions(*verb, options->server);
  HistorianOptions& historian = options->runtime.workspace.historian;
  verb->add_option("--head-bytes", historian.head_limit_bytes,
                   "Memory for the newest samples; beyond it they are written to segments")
      ->type_name("BYTES")
      ->capture_default_str();
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunServe(context, *options); }; });
}

}  // namespace bedplate

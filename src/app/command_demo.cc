// `demo`: the example plant, loaded and live.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/command.h"
#include "app/example_plant.h"
#include "app/plant_runtime.h"
#include "app/plant_server.h"
#include "app/stop_signal.h"

namespace bedplate {
namespace {

struct DemoOptions {
  std::string directory = "bedplate-demo";
  PlantServerOptions server;
};

Status EnsureDirectory(CommandContext& context, const std::string& directory) {
  const auto made = Workspace::Init(context.files, context.clock, directory);
  if (made.ok() || made.error().code() == ErrorCode::kAlreadyExists) return {};
  return made.error();
}

Result<ExitCode> RunDemo(CommandContext& context, const DemoOptions& options) {
  const StopSignal stop;
  RETURN_IF_ERROR(EnsureDirectory(context, options.directory));
  ASSIGN_OR_RETURN(const auto runtime,
                   PlantRuntime::Open(context, options.directory, {.demo = true}));
  PrintNote("the example plant is being made ready in " + options.directory);
  ASSIGN_OR_RETURN(const auto plant, ExamplePlant::Prepare(context, *runtime));
  ASSIGN_OR_RETURN(const auto server, PlantServer::Start(context, *runtime, options.server));
  plant->GoLive();
  PrintOut(
      fmt::format("listening on {}\nlog in (once, within ten minutes): {}\n"
                  "log in later with the token in {}/admin.token\n",
                  server->urls().front(), server->MakeLoginLink(), options.directory));
  stop.Wait();
  PrintNote("stopping");
  return ExitCode::kOk;
}

}  // namespace

void AddDemo(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* verb = root.add_subcommand(
      "demo", "Serves an example plant: a year of a steel mill, live, with one use case");
  verb->add_option("DIR", options->directory, "Where its data are kept; made when it is not there")
      ->capture_default_str();
  AddServerOptions(*verb, options->server);
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunDemo(context, *options); }; });
}

}  // namespace bedplate

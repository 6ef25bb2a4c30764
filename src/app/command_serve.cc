// `serve`: the server on a data directory.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/command.h"
#include "app/plant_runtime.h"
#include "app/plant_server.h"
#include "app/stop_signal.h"
#include "services/own_metrics.h"
#include "services/retention_service.h"
#include "services/workspace.h"

namespace bedplate {
namespace {

struct ServeOptions {
  std::string directory;
  PlantServerOptions server;
  RuntimeOptions runtime;
  std::vector<std::string> keep;  // retention rules
  bool repair = false;            // a store that does not open otherwise
  std::string own_metrics = "on";
};

Result<std::vector<RetentionRule>> ParseRules(const std::vector<std::string>& texts) {
  std::vector<RetentionRule> rules;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(RetentionRule rule, ParseRetentionRule(text));
    rules.push_back(std::move(rule));
  }
  return rules;
}

/// Damage keeps a store closed; who cannot wait for a person has it repaired first.
Result<std::unique_ptr<PlantRuntime>> OpenRuntime(CommandContext& context,
                                                  const ServeOptions& options) {
  auto opened = PlantRuntime::Open(context, options.directory, options.runtime);
  const bool is_damaged = !opened.ok() && opened.error().code() == ErrorCode::kCorruption;
  if (is_damaged && !options.repair) {
    PrintNote(
        "`bedplate check` says what is damaged and what that costs; `bedplate check --repair` "
        "or `bedplate serve --repair` goes on without it, and where both copies of the manifest "
        "are damaged or the historian is gone `bedplate restore` is what is left");
  }
  if (!is_damaged || !options.repair) return opened;
  PrintNote("damaged: " + opened.error().ToString());
  ASSIGN_OR_RETURN(const auto losses,
                   Workspace::Repair(context.files, context.clock, options.directory, {}));
  for (const std::string& loss : losses) PrintNote("repair: " + loss);
  return PlantRuntime::Open(context, options.directory, options.runtime);
}

Result<ExitCode> RunServe(CommandContext& context, const ServeOptions& options) {
  const StopSignal stop;
  ASSIGN_OR_RETURN(std::vector<RetentionRule> rules, ParseRules(options.keep));
  ASSIGN_OR_RETURN(const auto runtime, OpenRuntime(context, options));
  for (const std::string& finding : runtime->workspace().historian().Findings()) {
    PrintNote("historian: " + finding);
  }
  Workspace& workspace = runtime->workspace();
  const RetentionService retention(
      workspace.historian(), workspace.catalog(), context.clock, std::move(rules),
      [&workspace](const Status& round) { workspace.NoteRetention(round); });
  OwnMetrics metrics(runtime->workspace(), context.clock, NodeName());
  if (options.own_metrics == "on") metrics.Start();
  ASSIGN_OR_RETURN(const auto server, PlantServer::Start(context, *runtime, options.server));
  RETURN_IF_ERROR(runtime->services().sources().Start());
  for (const std::string& url : server->urls()) PrintOut("listening on " + url + "\n");
  PrintNote(fmt::format("log in with the token in {}/admin.token", options.directory));
  stop.Wait();
  PrintNote("stopping");
  runtime->services().sources().Stop();
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
  verb->add_option("--reserve-bytes", historian.reserve_bytes,
                   "Room on the disk that is kept free for merges, backups and the catalog: with "
                   "less than that left appends are refused")
      ->type_name("BYTES")
      ->capture_default_str();
  verb->add_option("--keep", options->keep,
                   "How long samples are kept, as in '**/vibration=90d'; the first that matches a "
                   "tag counts, without one everything is kept")
      ->type_name("GLOB=DURATION");
  verb->add_option("--compaction-rate", historian.compaction_bytes_per_second,
                   "Bytes that merges in the background read and write in a second while no more "
                   "than one is due; 0: no limit")
      ->type_name("BYTES")
      ->capture_default_str();
  verb->add_option("--own-metrics", options->own_metrics,
                   "Whether the historian writes its own figures as tags below bedplate/")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  verb->add_flag(
      "--repair", options->repair,
      "If damage keeps the directory from being opened, does what `check --repair` does, says "
      "what is lost, and serves the rest");
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunServe(context, *options); }; });
}

}  // namespace bedplate

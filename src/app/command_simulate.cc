// `simulate`: data of a plant that never was, for whoever has none at hand.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/command.h"
#include "services/steel_mill_simulator.h"

namespace bedplate {
namespace {

struct SimulateOptions {
  std::string output;
  std::uint64_t seed = 1;
  double saving_percent = 6;
};

Result<ExitCode> RunSteelMill(CommandContext& context, const SimulateOptions& options) {
  SteelMillOptions mill;
  mill.saving = options.saving_percent / 100;
  const auto readings = SteelMillSimulator(options.seed, mill).Readings();
  const std::string csv = FormatSteelMillCsv(readings);
  if (options.output == "-") {
    PrintOut(csv);
  } else {
    RETURN_IF_ERROR(WriteFileAtomically(context.files, options.output, csv));
  }
  PrintNote(fmt::format("{} readings, seed {}; hidden saving from {}: {:.2f} kWh",
                        GroupDigits(readings.size()), options.seed,
                        FormatTimestamp(SteelMillSimulator::StartOf(mill.saving_from_day * 96LL)),
                        SavedKilowattHours(readings)));
  return ExitCode::kOk;
}

}  // namespace

void AddSimulate(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* verb = root.add_subcommand("simulate", "Makes data of a plant that never was");
  verb->require_subcommand(1);
  CLI::App* mill = verb->add_subcommand(
      "steel-mill",
      "A year of a small steel mill as CSV, in the shape that examples/steel-mill imports, with a "
      "saving of known size in its second half");
  mill->add_option("FILE", options->output, "Where to write it; - for standard output")->required();
  mill->add_option("--seed", options->seed, "The same seed makes the same year")
      ->capture_default_str();
  mill->add_option("--saving", options->saving_percent, "Per cent saved in the second half")
      ->check(CLI::Range(0.0, 50.0))
      ->capture_default_str();
  mill->callback([=, &context, &chosen] {
    chosen = [=, &context] { return RunSteelMill(context, *options); };
  });
}

}  // namespace bedplate

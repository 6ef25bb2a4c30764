// `import`: CSV files into the historian, through a map.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <span>

#include "api/remote_sink.h"
#include "app/command.h"
#include "app/plant_api.h"
#include "app/progress_bar.h"
#include "connectors/files/csv_import.h"
#include "model/unit.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownNewTags = 50;

struct ImportCommandOptions {
  std::string directory;
  std::string map;
  std::vector<std::string> files;
};

Result<ImportMap> ReadMap(CommandContext& context, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, context.files.ReadFile(path, kYamlLimitBytes));
  ASSIGN_OR_RETURN(const auto units, UnitSystem::Load());
  ImportMapYaml parsed = ParseImportMap(path, text, *units);
  if (parsed.faults.empty()) return std::move(parsed.map);
  std::string lines;
  for (const YamlFault& fault : parsed.faults) lines += "\n  " + fault.ToString();
  return Error(ErrorCode::kInvalidArgument, "the map has faults:" + lines);
}

/// A line for each tag that no plant file declares, so that a typing error in a map shows.
std::string NewTagLines(const std::vector<NewTag>& tags) {
  std::string lines;
  const std::size_t shown = std::min(tags.size(), kShownNewTags);
  for (const NewTag& tag : std::span(tags).first(shown)) {
    lines += fmt::format("\n  new tag, not in the plant file: {}", tag.path);
    if (!tag.nearest.empty()) lines += fmt::format(" (did you mean {}?)", tag.nearest);
  }
  if (shown < tags.size()) {
    lines += fmt::format("\n  and {} more new tags", GroupDigits(tags.size() - shown));
  }
  return lines;
}

std::string Summary(const ImportReport& report) {
  std::string text =
      fmt::format("{} rows: {} samples stored, {} already there", GroupDigits(report.rows),
                  GroupDigits(report.stored), GroupDigits(report.duplicates));
  if (report.conflicts > 0) {
    text += fmt::format(", {} replaced an earlier value", GroupDigits(report.conflicts));
  }
  if (report.first) {
    text +=
        fmt::format("; {} to {}", FormatTimestamp(*report.first), FormatTimestamp(*report.last));
  }
  for (const auto& [code, count] : report.letters_by_code) {
    text += fmt::format("\n  {} dead letters: {}", GroupDigits(count), code);
  }
  return text + NewTagLines(report.new_tags);
}

Result<ImportReport> ImportFile(CommandContext& context, const ImportMap& map, IngestSink& sink,
                                const std::string& file) {
  ProgressBar bar("import " + file, context.clock);
  const ImportProgressFn show = [&bar](const ImportProgress& progress) {
    bar.Show(progress.bytes, progress.total_bytes);
  };
  return CsvImport::Run(map, context.files, file, sink, show, CancelToken());
}

Result<ExitCode> RunImport(CommandContext& context, const ImportCommandOptions& options) {
  ASSIGN_OR_RETURN(const ImportMap map, ReadMap(context, options.map));
  ASSIGN_OR_RETURN(const auto api, PlantApi::Open(context, options.directory));
  IngestSink& sink = api->sink();
  std::uint64_t letters = 0;
  for (const std::string& file : options.files) {
    const Result<ImportReport> report = ImportFile(context, map, sink, file);
    if (!report.ok()) return report.error();
    PrintOut(fmt::format("{}: {}\n", file, Summary(*report)));
    letters += report->letters;
  }
  if (letters == 0) return ExitCode::kOk;
  PrintNote(fmt::format(
      "what was refused: bedplate sql --data {} \"SELECT place, code, reason FROM dead_letters\"",
      ShellWord(options.directory)));
  return ExitCode::kProblems;
}

}  // namespace

void AddImport(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<ImportCommandOptions>();
  CLI::App* verb = root.add_subcommand(
      "import",
      "Imports CSV files; bad rows become dead letters (exit code 8) and the rest is stored");
  AddDataOption(*verb, options->directory);
  verb->add_option("--map", options->map, "What the columns mean (docs/formats/import-map.md)")
      ->required()
      ->type_name("YAML");
  verb->add_option("FILE", options->files, "CSV files")->required();
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunImport(context, *options); }; });
}

}  // namespace bedplate

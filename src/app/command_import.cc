// `import`: CSV files into the historian, through a map.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <span>

#include "api/remote_sink.h"
#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/progress_bar.h"
#include "app/text_table.h"
#include "base/utf8.h"
#include "connectors/files/csv_import.h"
#include "model/nearest_path.h"
#include "model/unit.h"

namespace bedplate {
namespace {

constexpr std::size_t kNoteBytes = 1'000;
constexpr std::size_t kShownNewTags = 50;
constexpr std::size_t kMaxSuggestions = 20;
constexpr int kListedTags = 100'000;  // as many as the API lists

struct ImportCommandOptions {
  std::string directory;
  std::string map;
  std::vector<std::string> files;
  bool dry_run = false;
};

/// What all files of one call came to.
struct ImportTotals {
  std::uint64_t letters = 0;
  std::uint64_t replaced = 0;
  std::vector<std::string> new_tags;
};

Result<ImportMap> ReadMap(CommandContext& context, const std::string& path,
                          const UnitSystem& units) {
  ASSIGN_OR_RETURN(const std::string text, context.files.ReadFile(path, kYamlLimitBytes));
  ImportMapYaml parsed = ParseImportMap(path, text, units);
  if (parsed.faults.empty()) return std::move(parsed.map);
  std::string lines;
  for (const YamlFault& fault : parsed.faults) lines += "\n  " + fault.ToString();
  return Error(ErrorCode::kInvalidArgument, "the map has faults:" + lines);
}

/// The unit of a tag that there is; empty when it has none or is not there yet.
Result<std::string> UnitOfTag(PlantApi& api, const std::string& path) {
  HttpRequest request{.path = "/api/v1/tags"};
  request.params.emplace("glob", path);
  ASSIGN_OR_RETURN(const std::string body, BodyOrError(api.Call(std::move(request))));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  const boost::json::array& tags = answer.at("tags").as_array();
  return tags.empty() ? std::string() : JsonText(tags.front(), "unit");
}

/// Of carbon dioxide a mass in kg is written kgCO2, which people forget.
std::string UnitHint(const UnitSystem& units, const std::string& unit, const std::string& wanted) {
  const std::string of_gas = unit + "CO2";
  return units.Convert(of_gas, wanted).ok() ? fmt::format(" (did you mean '{}'?)", of_gas) : "";
}

/// What cannot be converted is known before the first row, and would be a dead letter for each.
Status CheckUnits(PlantApi& api, const ImportMap& map, const UnitSystem& units) {
  if (!map.wide) return {};
  YamlFaults faults(map.file);
  for (const WideColumn& column : map.wide->columns) {
    if (column.unit.empty()) continue;
    ASSIGN_OR_RETURN(const std::string wanted, UnitOfTag(api, column.tag));
    if (wanted.empty() || units.Convert(column.unit, wanted).ok()) continue;
    faults.AddAt(
        column.unit_line, column.unit_column,
        fmt::format("wide.columns.{}.unit", column.column.name),
        fmt::format("a unit that converts to {}, which {} has in the plant", wanted, column.tag),
        fmt::format("'{}'{}", column.unit, UnitHint(units, column.unit, wanted)));
  }
  if (faults.empty()) return {};
  std::string lines;
  for (const YamlFault& fault : faults.list()) lines += "\n  " + fault.ToString();
  return Error(ErrorCode::kInvalidArgument, "the map does not fit the plant:" + lines);
}

/// The tags that a plant file declares, for suggestions; a plant too large to be listed has none.
Result<std::vector<std::string>> DeclaredTags(PlantApi& api) {
  HttpRequest request{.path = "/api/v1/tags"};
  request.params.emplace("limit", std::to_string(kListedTags));
  ASSIGN_OR_RETURN(const std::string body, BodyOrError(api.Call(std::move(request))));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  std::vector<std::string> paths;
  for (const auto& tag : answer.at("tags").as_array()) {
    if (tag.at("declared").as_bool()) paths.push_back(JsonText(tag, "path"));
  }
  return paths;
}

/// Names the tags that the import made and no plant file declares, so that a typing error in a map
/// shows.
Status PrintNewTags(PlantApi& api, const std::vector<std::string>& tags) {
  if (tags.empty()) return {};
  ASSIGN_OR_RETURN(const std::vector<std::string> declared, DeclaredTags(api));
  std::string lines;
  const std::size_t shown = std::min(tags.size(), kShownNewTags);
  for (const std::string& path : std::span(tags).first(shown)) {
    ASSIGN_OR_RETURN(const Glob pattern, Glob::Parse(path));
    // Each looks at all declared tags. Who makes more new tags at once did not misspell them.
    const auto nearest =
        tags.size() <= kMaxSuggestions ? NearestPath(pattern, declared) : std::nullopt;
    lines += fmt::format("  new tag, not in the plant file: {}{}\n", path,
                         nearest ? fmt::format(" (did you mean {}?)", *nearest) : "");
  }
  if (shown < tags.size()) {
    lines += fmt::format("  and {} more new tags\n", GroupDigits(tags.size() - shown));
  }
  PrintOut(lines);
  return {};
}

std::string Summary(const ImportReport& report, bool dry_run) {
  std::string text = fmt::format(
      "{}: {} {}, {} already there", Count(report.rows, "row"), Count(report.stored, "sample"),
      dry_run ? "would be stored" : "stored", GroupDigits(report.duplicates));
  if (report.conflicts > 0) {
    text += fmt::format(", {} {} an earlier value", GroupDigits(report.conflicts),
                        dry_run ? "would replace" : "replaced");
  }
  if (report.first) {
    text +=
        fmt::format("; {} to {}", FormatTimestamp(*report.first), FormatTimestamp(*report.last));
  }
  for (const auto& [code, count] : report.letters_by_code) {
    text += fmt::format("\n  {}: {}", Count(count, "dead letter"), code);
  }
  return text;
}

std::string NumberCell(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : "";
}

std::string TimeCell(const std::optional<Timestamp>& time) {
  return time ? FormatTimestamp(*time) : "";
}

/// What a dry run found, a row for each tag.
std::string PreviewTable(const ImportReport& report) {
  TextTable table{.header = {"tag", "stored", "already there", "replaced", "refused", "first",
                             "last", "min", "max", "unit"},
                  .right_aligned = {false, true, true, true, true, false, false, true, true, false},
                  .rows = {}};
  for (const auto& [path, tag] : report.tags) {
    table.rows.push_back({path + (tag.is_new ? " (no samples yet)" : ""), GroupDigits(tag.stored),
                          GroupDigits(tag.duplicates), GroupDigits(tag.conflicts),
                          GroupDigits(tag.refused), TimeCell(tag.first), TimeCell(tag.last),
                          NumberCell(tag.min), NumberCell(tag.max), tag.unit});
  }
  return table.rows.empty() ? "" : FormatAligned(table);
}

Result<ImportReport> ImportFile(CommandContext& context, const ImportMap& map, IngestSink& sink,
                                const std::string& file, bool dry_run) {
  ProgressBar bar("import " + file, context.clock);
  const ImportProgressFn show = [&bar](const ImportProgress& progress) {
    bar.Show(progress.bytes, progress.total_bytes);
  };
  return CsvImport::Run(map, context.files, file, sink, show, CancelToken(), {.dry_run = dry_run});
}

std::string NoteText(std::string_view text) { return ToValidUtf8(text, kNoteBytes); }

/// Puts what an import did, or where it stopped, into the audit log.
Status NoteInAudit(PlantApi& api, const ImportMap& map, const std::string& file,
                   const Result<ImportReport>& report) {
  boost::json::object note{{"file", NoteText(file)}, {"map", NoteText(map.file)}};
  if (report.ok()) {
    note["rows"] = report->rows;
    note["stored"] = report->stored;
    note["duplicates"] = report->duplicates;
    note["replaced"] = report->conflicts;
    note["refused"] = report->letters;
  } else {
    note["outcome"] = NoteText(report.error().ToString());
  }
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/imports"};
  request.headers["content-type"] = "application/json";
  request.body = boost::json::serialize(note);
  const Result<std::string> noted = BodyOrError(api.Call(std::move(request)));
  return noted.ok() ? Status() : noted.error();
}

Status RunFile(CommandContext& context, PlantApi& api, const ImportMap& map,
               const std::string& file, bool dry_run, ImportTotals& totals) {
  const Result<ImportReport> report = ImportFile(context, map, api.sink(), file, dry_run);
  Status noted = dry_run ? Status() : NoteInAudit(api, map, file, report);
  if (!report.ok()) return report.error();
  PrintOut(fmt::format("{}: {}\n{}", file, Summary(*report, dry_run), PreviewTable(*report)));
  for (const std::string& warning : report->warnings) {
    PrintNote(fmt::format("warning: {}: {}", file, warning));
  }
  totals.letters += report->letters;
  totals.replaced += report->conflicts;
  totals.new_tags.insert(totals.new_tags.end(), report->new_tags.begin(), report->new_tags.end());
  return noted;
}

ExitCode Conclude(const ImportCommandOptions& options, const ImportTotals& totals) {
  if (totals.replaced > 0) {
    PrintNote(fmt::format("warning: {} {} an earlier value{}", Count(totals.replaced, "sample"),
                          options.dry_run ? "would replace" : "replaced",
                          options.dry_run ? "" : "; --dry-run tells beforehand which tags"));
  }
  if (totals.letters > 0 && !options.dry_run) {
    PrintNote(
        fmt::format("what was refused: bedplate sql --data {} \"SELECT place, code, reason FROM "
                    "dead_letters\"",
                    ShellWord(options.directory)));
  }
  if (totals.letters > 0) return ExitCode::kProblems;
  return totals.replaced > 0 ? ExitCode::kReplaced : ExitCode::kOk;
}

Result<ExitCode> RunImport(CommandContext& context, const ImportCommandOptions& options) {
  ASSIGN_OR_RETURN(const auto units, UnitSystem::Load());
  ASSIGN_OR_RETURN(const ImportMap map, ReadMap(context, options.map, *units));
  ASSIGN_OR_RETURN(const auto api, PlantApi::Open(context, options.directory));
  RETURN_IF_ERROR(CheckUnits(*api, map, *units));
  ImportTotals totals;
  for (const std::string& file : options.files) {
    RETURN_IF_ERROR(RunFile(context, *api, map, file, options.dry_run, totals));
  }
  RETURN_IF_ERROR(PrintNewTags(*api, totals.new_tags));
  return Conclude(options, totals);
}

}  // namespace

void AddImport(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<ImportCommandOptions>();
  CLI::App* verb = root.add_subcommand(
      "import",
      "Imports CSV files; bad rows become dead letters (exit code 8) and the rest is stored. "
      "Samples that replace an earlier value are told (exit code 9)");
  AddDataOption(*verb, options->directory);
  verb->add_option("--map", options->map, "What the columns mean (docs/formats/import-map.md)")
      ->required()
      ->type_name("YAML");
  verb->add_option("FILE", options->files, "CSV files")->required();
  verb->add_flag("--dry-run", options->dry_run,
                 "Only says what would be stored, replaced and refused, for each tag");
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunImport(context, *options); }; });
}

}  // namespace bedplate

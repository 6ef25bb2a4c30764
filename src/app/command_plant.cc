// `apply` and `export`: the plant as a file.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kPlantFileLimitBytes = 8ULL << 20U;

struct ApplyOptions {
  std::string directory;
  std::vector<std::string> files;
  bool dry_run = false;
  bool relabel_units = false;
};

std::string_view SignOf(std::string_view kind) {
  if (kind == "added") return "+";
  return kind == "removed" ? "-" : "~";
}

std::string DescribeChanges(const boost::json::value& answer) {
  std::string text;
  for (const auto& item : answer.at("changes").as_array()) {
    const auto detail = JsonText(item, "detail");
    text += fmt::format("{} {} {}{}{}\n", SignOf(JsonText(item, "kind")), JsonText(item, "what"),
                        JsonText(item, "name"), detail.empty() ? "" : ": ", detail);
  }
  return text;
}

/// All files in one body: they are one declaration.
Result<std::string> ReadFiles(CommandContext& context, const std::vector<std::string>& paths) {
  boost::json::array files;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::string text, context.files.ReadFile(path, kPlantFileLimitBytes));
    if (!IsValidUtf8(text)) {
      return Error(ErrorCode::kInvalidArgument, "expected UTF-8 text, got other bytes").At(path);
    }
    files.push_back(
        boost::json::object{{"name", ToValidUtf8(path, path.size() * 3)}, {"text", text}});
  }
  return boost::json::serialize(boost::json::object{{"files", std::move(files)}});
}

std::size_t CountRemovedInitiatives(const boost::json::array& changes) {
  return static_cast<std::size_t>(std::ranges::count_if(changes, [](const auto& change) {
    return JsonText(change, "kind") == "removed" && JsonText(change, "what") == "initiative";
  }));
}

void NoteRemovedInitiatives(std::size_t count, bool dry_run) {
  if (count == 0) return;
  PrintNote(fmt::format(
      "{} {} removed, because no file names {}: the initiatives of one apply are all there are. To "
      "keep several files of them, apply all at once: bedplate apply plant.yaml a.yaml b.yaml",
      Count(count, "initiative"),
      dry_run      ? "would be"
      : count == 1 ? "was"
                   : "were",
      count == 1 ? "it" : "them"));
}

Result<ExitCode> RunApply(CommandContext& context, const ApplyOptions& options) {
  HttpRequest request{.method = HttpMethod::kPut, .path = "/api/v1/plant"};
  ASSIGN_OR_RETURN(request.body, ReadFiles(context, options.files));
  request.headers["content-type"] = "application/json";
  if (options.dry_run) request.params.emplace("dry_run", "true");
  if (options.relabel_units) request.params.emplace("relabel_units", "true");
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, std::move(request)));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  PrintOut(DescribeChanges(answer));
  const boost::json::array& changes = answer.at("changes").as_array();
  if (changes.empty()) {
    PrintNote("nothing changed");
  } else {
    PrintNote(fmt::format("{} {}", Count(changes.size(), "change"),
                          options.dry_run ? "would be made (dry run)" : "made"));
  }
  NoteRemovedInitiatives(CountRemovedInitiatives(changes), options.dry_run);
  return ExitCode::kOk;
}

Result<ExitCode> RunExport(CommandContext& context, const std::string& directory) {
  HttpRequest request{.path = "/api/v1/plant"};
  request.headers["accept"] = "application/yaml";
  ASSIGN_OR_RETURN(const std::string body, CallOnce(context, directory, std::move(request)));
  PrintOut(body);
  return ExitCode::kOk;
}

}  // namespace

void AddApply(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App* verb = root.add_subcommand("apply",
                                       "Declares the plant (assets, tags, templates, initiatives) "
                                       "as the files say together; applying "
                                       "the same files again changes nothing");
  AddDataOption(*verb, options->directory);
  verb->add_option("FILE", options->files, "YAML files (docs/formats/plant.md)")->required();
  verb->add_flag("--dry-run", options->dry_run, "Only says what would change");
  verb->add_flag(
      "--relabel-units", options->relabel_units,
      "Lets the unit of a tag with samples change, whose numbers stay as they are: for a "
      "unit that was declared by mistake");
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunApply(context, *options); }; });
}

void AddExport(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = root.add_subcommand("export", "Prints the plant as the YAML that apply takes");
  AddDataOption(*verb, *directory);
  verb->callback([=, &context, &chosen] {
    chosen = [=, &context] { return RunExport(context, *directory); };
  });
}

}  // namespace bedplate

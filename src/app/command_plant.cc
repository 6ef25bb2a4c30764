// `apply` and `export`: the plant as a file.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kPlantFileLimitBytes = 8ULL << 20U;

struct ApplyOptions {
  std::string directory;
  std::vector<std::string> files;
  bool dry_run = false;
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

Result<std::size_t> ApplyFile(CommandContext& context, PlantApi& api, const ApplyOptions& options,
                              const std::string& file) {
  HttpRequest request{.method = HttpMethod::kPut, .path = "/api/v1/plant"};
  ASSIGN_OR_RETURN(request.body, context.files.ReadFile(file, kPlantFileLimitBytes));
  request.headers["content-type"] = "application/yaml";
  request.params.emplace("file", file);
  if (options.dry_run) request.params.emplace("dry_run", "true");
  ASSIGN_OR_RETURN(const std::string body, BodyOrError(api.Call(std::move(request))));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  PrintOut(DescribeChanges(answer));
  return answer.at("changes").as_array().size();
}

Result<ExitCode> RunApply(CommandContext& context, const ApplyOptions& options) {
  ASSIGN_OR_RETURN(const auto api, PlantApi::Open(context, options.directory));
  std::size_t changes = 0;
  for (const std::string& file : options.files) {
    ASSIGN_OR_RETURN(const std::size_t of_file, ApplyFile(context, *api, options, file));
    changes += of_file;
  }
  if (changes == 0) {
    PrintNote("nothing changed");
  } else {
    PrintNote(fmt::format("{} {}", GroupDigits(changes),
                          options.dry_run ? "changes would be made (dry run)" : "changes made"));
  }
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
  CLI::App* verb = root.add_subcommand(
      "apply",
      "Declares the plant (assets, tags, templates, initiatives) as the files say; applying the "
      "same file again changes nothing");
  AddDataOption(*verb, options->directory);
  verb->add_option("FILE", options->files, "YAML files (docs/formats/plant.md)")->required();
  verb->add_flag("--dry-run", options->dry_run, "Only says what would change");
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

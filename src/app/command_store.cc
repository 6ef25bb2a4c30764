// `compact`, `delete`, `backup`, `restore`: what an administrator does with the stores.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/progress_bar.h"
#include "services/backup.h"

namespace bedplate {
namespace {

std::string NumberCell(const boost::json::value& answer, const char* key) {
  return GroupDigits(answer.at(key).to_number<std::uint64_t>());
}

std::uint64_t Number(const boost::json::value& answer, const char* key) {
  return answer.at(key).to_number<std::uint64_t>();
}

std::string DescribeStep(const boost::json::value& answer, std::uint64_t done,
                         std::uint64_t total) {
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  return fmt::format("{:3.0f} %  {} merged: {} segments, {} bytes", share * 100,
                     NumberCell(answer, "merged"), NumberCell(answer, "segments"),
                     NumberCell(answer, "bytes"));
}

/// Until what was stored at the first step is merged. What is done never shrinks, though merges
/// may make others due.
Result<ExitCode> RunCompact(CommandContext& context, const std::string& directory) {
  ASSIGN_OR_RETURN(const auto api, PlantApi::Open(context, directory));
  ProgressBar bar("compact", context.clock);
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/compact"};
  std::uint64_t total = 0;
  std::uint64_t done = 0;
  while (true) {
    bar.Show(done, total);
    ASSIGN_OR_RETURN(const std::string body, BodyOrError(api->Call(request, kLongCallTimeout)));
    ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
    const std::uint64_t left = Number(answer, "left_bytes");
    if (request.params.empty()) {
      total = Number(answer, "merged_bytes") + left;
      request.params.emplace("until", std::to_string(Number(answer, "until")));
    }
    done = std::max(done, total - std::min(left, total));
    bar.Clear();
    if (Number(answer, "merged") == 0) {
      PrintNote("100 %");
      PrintOut(fmt::format("{} segments, {} bytes\n", NumberCell(answer, "segments"),
                           NumberCell(answer, "bytes")));
      return ExitCode::kOk;
    }
    PrintNote(DescribeStep(answer, done, total));
  }
}

struct DeleteOptions {
  std::string directory;
  std::string tag;
  std::string from;
  std::string to;
  std::string reason;
};

Result<ExitCode> RunDelete(CommandContext& context, const DeleteOptions& options) {
  HttpRequest request{.method = HttpMethod::kDelete, .path = "/api/v1/samples"};
  request.params = {
      {"tag", options.tag}, {"from", options.from}, {"to", options.to}, {"reason", options.reason}};
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, std::move(request)));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  PrintOut(fmt::format("{} samples deleted\n", NumberCell(answer, "deleted")));
  return ExitCode::kOk;
}

struct BackupOptions {
  std::string directory;
  std::string target;
  std::string name;
  bool repairs = false;
};

/// Each on a line; with a problem the verb was done, but not as one would have it.
ExitCode PrintFindings(const std::vector<std::string>& problems,
                       const std::vector<std::string>& notes) {
  for (const std::string& problem : problems) PrintOut(problem + "\n");
  for (const std::string& note : notes) PrintOut("note: " + note + "\n");
  return problems.empty() ? ExitCode::kOk : ExitCode::kProblems;
}

Result<ExitCode> RunBackup(CommandContext& context, const BackupOptions& options) {
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/backup"};
  request.headers["content-type"] = "application/json";
  // The server may run elsewhere than the command was given.
  request.body = boost::json::serialize(boost::json::object{
      {"target", std::filesystem::absolute(options.target).lexically_normal().string()}});
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, std::move(request), kLongCallTimeout));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  const auto problems = JsonTexts(answer, "problems");
  const ExitCode code = PrintFindings(problems, JsonTexts(answer, "notes"));
  PrintOut(fmt::format("{}: {} files, {} bytes; copied {} files, {} bytes{}\n",
                       JsonText(answer, "name"), NumberCell(answer, "files"),
                       NumberCell(answer, "bytes"), NumberCell(answer, "copied_files"),
                       NumberCell(answer, "copied_bytes"),
                       problems.empty() ? "" : "; not all of it is whole, keep older backups"));
  return code;
}

Result<ExitCode> RunRestore(CommandContext& context, const BackupOptions& options) {
  ASSIGN_OR_RETURN(const BackupReport report, RestoreBackup(context.files, context.clock,
                                                            {.target = options.target,
                                                             .name = options.name,
                                                             .directory = options.directory,
                                                             .repairs = options.repairs}));
  const ExitCode code = PrintFindings(report.problems, report.notes);
  PrintOut(fmt::format("{}: {} files, {} bytes; `bedplate serve --data {}` goes on with it\n",
                       report.name, GroupDigits(report.files), GroupDigits(report.bytes),
                       ShellWord(options.directory)));
  return code;
}

}  // namespace

void AddCompact(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = root.add_subcommand(
      "compact",
      "Merges what can be merged now, so that the samples take as little room as can be");
  AddDataOption(*verb, *directory);
  verb->callback([=, &context, &chosen] {
    chosen = [=, &context] { return RunCompact(context, *directory); };
  });
}

void AddDelete(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<DeleteOptions>();
  CLI::App* verb = root.add_subcommand("delete", "Deletes a part of a tag's samples for good");
  AddDataOption(*verb, options->directory);
  verb->add_option("TAG", options->tag, "Path of the tag")->required();
  verb->add_option("--from", options->from, "Start, included")->required();
  verb->add_option("--to", options->to, "End, excluded")->required();
  verb->add_option("--reason", options->reason, "Why; it stands in the audit log")->required();
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunDelete(context, *options); }; });
}

void AddBackup(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* verb = root.add_subcommand(
      "backup",
      "Writes all that is stored to a directory, also while it is served; what is there "
      "already is not copied again; exit code 8 when something of it is damaged");
  AddDataOption(*verb, options->directory);
  verb->add_option("TARGET", options->target, "Directory of the backups")->required();
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunBackup(context, *options); }; });
}

void AddRestore(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* verb = root.add_subcommand(
      "restore", "Makes a new data directory of a backup, after verifying every checksum");
  verb->add_option("TARGET", options->target, "Directory of the backups")->required();
  verb->add_option("DIR", options->directory, "The new directory; it must not hold anything")
      ->required();
  verb->add_option("--backup", options->name, "Which one; the newest if not given")
      ->type_name("NAME");
  verb->add_flag("--repair", options->repairs,
                 "Leaves out what is damaged in TARGET, so that the rest can be served; says what "
                 "is lost");
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunRestore(context, *options); }; });
}

}  // namespace bedplate

// `check`: verifies every checksum and reports.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/progress_bar.h"
#include "app/read_progress.h"
#include "services/backup.h"
#include "services/workspace.h"

namespace bedplate {
namespace {

/// The check by the server that has the directory open.
Result<CheckReport> AskServer(CommandContext& context, const std::string& directory) {
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/check"};
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, directory, std::move(request), kLongCallTimeout));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  const auto number = [&](const char* key) { return answer.at(key).to_number<std::uint64_t>(); };
  CheckReport report;
  report.files = number("files");
  report.blocks = number("blocks");
  report.samples = number("samples");
  report.bytes = number("bytes");
  report.problems = JsonTexts(answer, "problems");
  report.notes = JsonTexts(answer, "notes");
  return report;
}

/// Prints the problems and says how many there are.
std::string PrintProblems(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) PrintOut(problem + "\n");
  if (problems.empty()) return "every checksum holds";
  return problems.size() == 1 ? "1 problem" : fmt::format("{} problems", problems.size());
}

ExitCode PrintReport(const CheckReport& report) {
  std::string verdict = PrintProblems(report.problems);
  for (const std::string& note : report.notes) PrintOut("note: " + note + "\n");
  if (report.problems.empty() && !report.notes.empty()) {
    verdict = "every checksum holds but for what is noted above";
  }
  PrintOut(fmt::format("{} files, {} blocks, {} samples, {} bytes: {}\n", GroupDigits(report.files),
                       GroupDigits(report.blocks), GroupDigits(report.samples),
                       GroupDigits(report.bytes), verdict));
  return report.problems.empty() ? ExitCode::kOk : ExitCode::kProblems;
}

/// Where nearly all of what a check reads stands.
std::vector<std::string> ReadDirectories(const std::string& directory) {
  return {JoinPath(directory, "historian/segments"), JoinPath(directory, "historian/wal")};
}

Result<std::vector<std::string>> Repair(CommandContext& context, const std::string& directory) {
  ProgressBar bar("repair", context.clock);
  ReadProgress files(context.files, ReadDirectories(directory),
                     [&](std::uint64_t done, std::uint64_t total) { bar.Show(done, total); });
  return Workspace::Repair(files, context.clock, directory, {});
}

Result<CheckReport> CheckFiles(CommandContext& context, const std::string& directory) {
  ProgressBar bar("check", context.clock);
  ReadProgress files(context.files, ReadDirectories(directory),
                     [&](std::uint64_t done, std::uint64_t total) { bar.Show(done, total); });
  return Workspace::CheckFiles(files, context.clock, directory, {});
}

Result<ExitCode> RunRepair(CommandContext& context, const std::string& directory) {
  if (IsBackupDirectory(context.files, directory)) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("{} holds backups, which are not repaired; `bedplate backup` copies "
                             "anew what the data directory still has, `bedplate restore --repair` "
                             "restores what is whole",
                             directory));
  }
  ASSIGN_OR_RETURN(const auto findings, Repair(context, directory));
  if (findings.empty()) {
    PrintOut("nothing was damaged\n");
    return ExitCode::kOk;
  }
  for (const std::string& finding : findings) PrintOut(finding + "\n");
  const std::string count =
      findings.size() == 1 ? "1 finding" : fmt::format("{} findings", findings.size());
  PrintOut(
      fmt::format("{1}, each with what it cost; the rest can be served. Damaged files that were "
                  "there are kept in {0}/historian/quarantine, a catalog in {0}/quarantine\n",
                  directory, count));
  return ExitCode::kProblems;
}

Result<ExitCode> CheckBackupDirectory(CommandContext& context, const std::string& target) {
  ProgressBar bar("check", context.clock);
  ReadProgress files(context.files, {JoinPath(target, "segments")},
                     [&](std::uint64_t done, std::uint64_t total) { bar.Show(done, total); });
  ASSIGN_OR_RETURN(const BackupCheckReport report, CheckBackups(files, target, {}));
  bar.Clear();
  const std::string verdict = PrintProblems(report.problems);
  PrintOut(fmt::format("{} backups, {} files, {} bytes: {}\n", GroupDigits(report.backups),
                       GroupDigits(report.files), GroupDigits(report.bytes), verdict));
  return report.problems.empty() ? ExitCode::kOk : ExitCode::kProblems;
}

Result<ExitCode> RunCheck(CommandContext& context, const std::string& directory) {
  if (IsBackupDirectory(context.files, directory)) return CheckBackupDirectory(context, directory);
  auto report = CheckFiles(context, directory);
  if (!report.ok() && report.error().code() == ErrorCode::kConflict) {
    report = AskServer(context, directory);
  }
  if (!report.ok()) return std::move(report).error();
  return PrintReport(*report);
}

}  // namespace

void AddCheck(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = root.add_subcommand(
      "check",
      "Verifies every checksum, of a data directory or of a directory of backups, and changes "
      "nothing; exit code 8 when something is damaged");
  AddDataOption(*verb, *directory);
  auto repair = std::make_shared<bool>(false);
  verb->add_flag("--repair", *repair,
                 "Leaves out what is damaged, so that the rest can be served; says what is lost; "
                 "exit code 8 when there was something to leave out or mend");
  verb->callback([=, &context, &chosen] {
    chosen = [=, &context] {
      return *repair ? RunRepair(context, *directory) : RunCheck(context, *directory);
    };
  });
}

}  // namespace bedplate

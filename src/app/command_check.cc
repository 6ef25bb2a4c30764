// `check`: verifies every checksum and reports.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"

namespace bedplate {
namespace {

Result<ExitCode> RunCheck(CommandContext& context, const std::string& directory) {
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/check"};
  const Result<std::string> body = CallOnce(context, directory, std::move(request));
  if (!body.ok() && body.error().code() == ErrorCode::kCorruption) {
    // Damage that keeps the stores from being opened is what the check is there to find.
    PrintOut(body.error().ToString() + "\nthe data cannot be opened: 1 problem\n");
    return ExitCode::kProblems;
  }
  if (!body.ok()) return body.error();
  ASSIGN_OR_RETURN(const boost::json::value report, ParseAnswer(*body));
  const auto count = [&](const char* key) {
    return GroupDigits(report.at(key).to_number<std::uint64_t>());
  };
  const auto& problems = report.at("problems").as_array();
  for (const auto& problem : problems) PrintOut(JsonCell(problem) + "\n");
  PrintOut(fmt::format(
      "{} files, {} blocks, {} samples, {} bytes: {}\n", count("files"), count("blocks"),
      count("samples"), count("bytes"),
      problems.empty() ? "every checksum holds" : fmt::format("{} problems", problems.size())));
  return problems.empty() ? ExitCode::kOk : ExitCode::kProblems;
}

}  // namespace

void AddCheck(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = root.add_subcommand(
      "check", "Verifies every checksum; exit code 8 when something is damaged");
  AddDataOption(*verb, *directory);
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunCheck(context, *directory); }; });
}

}  // namespace bedplate

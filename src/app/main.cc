// The command line. This folder is the only place that names concrete classes.

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <memory>
#include <span>
#include <thread>

#include "app/command.h"
#include "base/spelling.h"
#include "base/version.h"

namespace bedplate {
namespace {

void AddVerbs(CLI::App& root, CommandContext& context, Verb& chosen) {
  AddInit(root, context, chosen);
  AddServe(root, context, chosen);
  AddApply(root, context, chosen);
  AddExport(root, context, chosen);
  AddImport(root, context, chosen);
  AddSql(root, context, chosen);
  AddValue(root, context, chosen);
  AddCheck(root, context, chosen);
  AddCompact(root, context, chosen);
  AddDelete(root, context, chosen);
  AddBackup(root, context, chosen);
  AddRestore(root, context, chosen);
  AddSources(root, context, chosen);
  AddSecret(root, context, chosen);
  AddToken(root, context, chosen);
  AddDemo(root, context, chosen);
  AddSimulate(root, context, chosen);
}

int Report(std::string_view verb, const Result<ExitCode>& result) {
  if (result.ok()) return static_cast<int>(*result);
  PrintNote("bedplate " + std::string(verb) + ": " + result.error().ToString());
  return static_cast<int>(ExitCodeOf(result.error().code()));
}

/// The verb that was asked for and is not there, with a near one; empty when that is not the fault.
std::string UnknownVerb(const CLI::App& root, int argc, char** argv) {
  const CLI::App* app = &root;
  for (const std::string word : std::span(argv + 1, argv + argc)) {
    const auto verbs = app->get_subcommands([](const CLI::App*) { return true; });
    if (verbs.empty() || word.starts_with('-')) return "";
    std::vector<std::string> names;
    for (const CLI::App* verb : verbs) names.push_back(verb->get_name());
    const auto known = std::find(names.begin(), names.end(), word);
    if (known == names.end()) {
      const auto nearest = NearestSpelling(word, names);
      return fmt::format("there is no verb '{}'{}", word,
                         nearest ? fmt::format("; did you mean {}?", *nearest) : "");
    }
    app = verbs[static_cast<std::size_t>(known - names.begin())];
  }
  return "";
}

/// Each heap of the C library keeps what was freed in it, and it makes up to eight for a core: with
/// 100,000 tags that is a quarter of all memory. Two for a core are enough for threads not to meet.
void LimitHeaps() {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  // There is no safer call, and no other thread yet.
  mallopt(M_ARENA_MAX, static_cast<int>(2 * cores));  // NOLINT(concurrency-mt-unsafe)
}

int Main(int argc, char** argv) {
  LimitHeaps();
  // Standard output is for results: the first line of `serve` says where it listens.
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
  // A reader that went away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a file that would grow beyond what `ulimit -f` allows.
  std::signal(SIGXFSZ, SIG_IGN);
  const std::unique_ptr<FileSystem> files = MakePosixFileSystem();
  const SystemClock clock;
  CommandContext context{*files, clock};
  Verb chosen;

  CLI::App root("Bedplate: the data foundation under a factory's AI");
  root.set_version_flag("--version", std::string(Version()));
  root.require_subcommand(1);
  AddVerbs(root, context, chosen);
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    return root.exit(done);
  } catch (const CLI::ParseError& error) {
    const std::string unknown = UnknownVerb(root, argc, argv);
    PrintNote(fmt::format("bedplate: {}; --help says what is possible",
                          unknown.empty() ? error.what() : unknown));
    return static_cast<int>(ExitCode::kUsage);
  }
  return Report(root.get_subcommands().front()->get_name(), chosen());
}

}  // namespace
}  // namespace bedplate

int main(int argc, char** argv) { return bedplate::Main(argc, argv); }

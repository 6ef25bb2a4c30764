// The load generator of `./dev bench historian`. Every verb prints one line of JSON.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "load/measure.h"
#include "load/paced.h"
#include "load/sample_bodies.h"
#include "load/send.h"
#include "load/target.h"

namespace bedplate::bench {
namespace {

using Verb = std::function<Result<std::string>()>;

void AddTarget(CLI::App& verb, Target& target) {
  verb.add_option("--port", target.port, "Port on 127.0.0.1")->required();
  verb.add_option("--path", target.path, "Path with its parameters")->required();
  verb.add_option("--header", target.headers, "'Name: value', sent with every request");
}

void AddGenerate(CLI::App& root, Verb& chosen) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* verb = root.add_subcommand("generate", "Writes bodies of random walks to files");
  verb->add_option("--tags", options->tags)->capture_default_str();
  verb->add_option("--samples", options->samples, "Of each tag")->capture_default_str();
  verb->add_option("--seed", options->seed)->capture_default_str();
  verb->add_option("--start", options->start, "Seconds since 1970")->capture_default_str();
  verb->add_option("--body-samples", options->body_samples)->capture_default_str();
  verb->add_option("--late-percent", options->late_percent)->capture_default_str();
  verb->add_option("--format", options->formats, "line, tsv or append")->capture_default_str();
  verb->add_option("DIR", options->directory)->required();
  verb->callback([=, &chosen] {
    chosen = [=]() -> Result<std::string> {
      RETURN_IF_ERROR(GenerateBodies(*options));
      return fmt::format(R"({{"samples": {}}})", std::uint64_t{options->tags} * options->samples);
    };
  });
}

void AddSend(CLI::App& root, Verb& chosen) {
  auto target = std::make_shared<Target>();
  auto file = std::make_shared<std::string>();
  auto clients = std::make_shared<std::uint32_t>(2);
  CLI::App* verb = root.add_subcommand("send", "Sends bodies as fast as they are acknowledged");
  AddTarget(*verb, *target);
  verb->add_option("--clients", *clients)->capture_default_str();
  verb->add_option("FILE", *file, "Without .bodies")->required();
  verb->callback([=, &chosen] { chosen = [=] { return SendBodies(*file, *target, *clients); }; });
}

void AddPace(CLI::App& root, Verb& chosen) {
  auto target = std::make_shared<Target>();
  auto options = std::make_shared<PaceOptions>();
  CLI::App* verb = root.add_subcommand("pace", "Sends a sample of every tag in each second");
  AddTarget(*verb, *target);
  verb->add_option("--tags", options->tags)->capture_default_str();
  verb->add_option("--seconds", options->seconds)->capture_default_str();
  verb->add_option("--bodies-per-second", options->bodies_per_second)->capture_default_str();
  verb->add_option("--clients", options->clients)->capture_default_str();
  verb->add_option("--seed", options->seed)->capture_default_str();
  verb->add_option("--start", options->start, "Seconds since 1970")->capture_default_str();
  verb->add_flag("--unpaced", options->unpaced, "As fast as it is acknowledged");
  verb->add_option("--sums", options->sums_file, "File for the sum of each tag in hundredths");
  verb->callback([=, &chosen] { chosen = [=] { return SendPaced(*options, *target); }; });
}

void AddMeasure(CLI::App& root, Verb& chosen) {
  auto target = std::make_shared<Target>();
  auto options = std::make_shared<MeasureOptions>();
  CLI::App* verb = root.add_subcommand("measure", "Asks the same again and again");
  AddTarget(*verb, *target);
  verb->add_option("--method", options->method)->capture_default_str();
  verb->add_option("--body", options->body);
  verb->add_option("--warm-up", options->warm_up)->capture_default_str();
  verb->add_option("--repeat", options->repeat)->capture_default_str();
  verb->add_option("--save", options->answer_file, "File for the last answer's body");
  verb->callback([=, &chosen] { chosen = [=] { return MeasureRequest(*options, *target); }; });
}

int Run(int argc, char** argv) {
  CLI::App root("Load for the comparison of historians");
  root.require_subcommand(1);
  Verb chosen;
  AddGenerate(root, chosen);
  AddSend(root, chosen);
  AddPace(root, chosen);
  AddMeasure(root, chosen);
  CLI11_PARSE(root, argc, argv);
  const auto report = chosen();
  if (report.ok()) {
    fmt::print("{}\n", *report);
    return 0;
  }
  fmt::print(stderr, "bench_load: {}\n", report.error().ToString());
  return 1;
}

}  // namespace
}  // namespace bedplate::bench

int main(int argc, char** argv) { return bedplate::bench::Run(argc, argv); }

#include "services/source_service.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace bedplate {
namespace {

constexpr std::string_view kSection = "sources";

/// What every kind has beside its own settings: `kind`, `interval` and `on_change`.
struct CommonSettings {
  std::string kind;
  SourceExpectation expectation;
  YamlValue own;  // what is left for the kind
};

CommonSettings ReadCommon(const SourceSpec& spec, YamlFaults& faults) {
  CommonSettings common;
  YamlMapReader map(spec.settings, spec.key, faults);
  common.kind = map.RequiredString("kind");
  if (const auto seconds = map.Number("expect_every_s")) {
    if (*seconds <= 0) map.Fault("expect_every_s", "seconds above zero");
    common.expectation.interval =
        std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
  }
  common.expectation.on_change = map.Bool("on_change").value_or(false);
  common.own = spec.settings;
  std::erase_if(common.own.fields, [](const auto& field) {
    return field.first == "kind" || field.first == "expect_every_s" || field.first == "on_change";
  });
  return common;
}

/// A declaration that cannot run is failing until it is mended.
SourceReport RefusedReport(const std::string& name, const std::string& kind, const std::string& why,
                           Timestamp since) {
  SourceReport report;
  report.name = name;
  report.kind = kind;
  report.condition = {SourceState::kFailing, why, since, std::nullopt};
  return report;
}

}  // namespace

SourceService::SourceService(Workspace& workspace, const Clock& clock, Kinds kinds)
    : workspace_(workspace),
      clock_(clock),
      kinds_(std::move(kinds)),
      secrets_(workspace.files(), workspace.directory()) {}

SourceSpec SourceService::SpecOf(const std::string& name, const YamlValue& node) const {
  SourceSpec spec;
  spec.name = name;
  spec.instance = workspace_.id();
  spec.settings = node;
  spec.key = fmt::format("{}.{}", kSection, name);
  return spec;
}

/// Without a source when there are faults.
ConfiguredSource SourceService::Configure(SourceSpec spec, YamlFaults& faults) const {
  CommonSettings common = ReadCommon(spec, faults);
  spec.kind = common.kind;
  ConfiguredSource configured;
  configured.name = spec.name;
  configured.kind = spec.kind;
  configured.expectation = common.expectation;
  for (const auto& kind : kinds_) {
    if (kind->name() != spec.kind) continue;
    spec.settings = std::move(common.own);
    configured.source = kind->Configure(spec, faults);
    return configured;
  }
  if (spec.kind.empty()) return configured;  // which is a fault already
  std::vector<std::string_view> known;
  for (const auto& kind : kinds_) known.push_back(kind->name());
  YamlMapReader(spec.settings, spec.key, faults)
      .Fault("kind", fmt::format("a kind of source ({})", fmt::join(known, ", ")));
  return configured;
}

void SourceService::Check(const YamlValue& section, YamlFaults& faults) const {
  for (const auto& [name, node] : section.fields) {
    if (node.kind != YamlKind::kMap) continue;  // which is a fault already
    (void)Configure(SpecOf(name, node), faults);
  }
}

Status SourceService::Start() {
  const std::lock_guard changing(changing_);
  auto runner = std::make_shared<SourceRunner>(SourceRuntime{workspace_.gate(), clock_, secrets_},
                                               std::random_device()());
  {
    const std::lock_guard lock(mutex_);
    runner_ = runner;
  }
  return Apply(*runner);
}

Status SourceService::Reload() {
  const std::lock_guard changing(changing_);
  return runner_ ? Apply(*runner_) : Status();
}

void SourceService::Stop() {
  const std::lock_guard changing(changing_);
  std::shared_ptr<SourceRunner> runner;
  {
    const std::lock_guard lock(mutex_);
    runner = std::exchange(runner_, nullptr);
  }
  if (runner) runner->Apply({});  // here, also while somebody still asks it for its reports
}

/// Makes what is stored run. `changing_` is held.
Status SourceService::Apply(SourceRunner& runner) {
  ASSIGN_OR_RETURN(const auto stored, workspace_.catalog().plant().ListSources());
  std::vector<ConfiguredSource> sources;
  std::vector<SourceReport> refused;
  for (const SourceText& text : stored) {
    YamlFaults faults("stored");
    ConfiguredSource source = Configure(SpecOf(text.name, ParseYaml(text.yaml, faults)), faults);
    source.text = text.yaml;
    if (source.source && faults.empty()) {
      sources.push_back(std::move(source));
    } else {
      const std::string why = faults.list().front().ToString();
      spdlog::warn("source {}: {}", text.name, why);
      refused.push_back(RefusedReport(text.name, source.kind, why, clock_.Now()));
    }
  }
  {
    const std::lock_guard lock(mutex_);
    refused_ = std::move(refused);
  }
  runner.Apply(std::move(sources));
  return {};
}

std::vector<SourceReport> SourceService::Reports() const {
  std::shared_ptr<SourceRunner> runner;
  std::vector<SourceReport> reports;
  {
    const std::lock_guard lock(mutex_);
    runner = runner_;
    if (runner) reports = refused_;
  }
  if (!runner) return reports;
  std::ranges::move(runner->Reports(), std::back_inserter(reports));
  std::ranges::sort(reports, {}, &SourceReport::name);
  return reports;
}

}  // namespace bedplate

#include "ingest/source_runner.h"

#include <algorithm>
#include <utility>

namespace bedplate {

SourceRunner::~SourceRunner() { Apply({}); }

void SourceRunner::Apply(std::vector<ConfiguredSource> sources) {
  const std::lock_guard applying(apply_mutex_);
  const Sources others = TakeOutOthers(sources);
  for (const auto& [name, source] : others) source->RequestStop();  // all at once
  for (const auto& [name, source] : others) source->Stop();
  for (ConfiguredSource& configured : sources) {
    const std::string name = configured.name;
    {
      const std::lock_guard lock(mutex_);
      if (sources_.contains(name)) continue;
    }
    auto started = std::make_shared<SupervisedSource>(std::move(configured), runtime_,
                                                      DeliveryLane::Limits(), seeds_());
    const std::lock_guard lock(mutex_);
    sources_.emplace(name, std::move(started));
  }
}

SourceRunner::Sources SourceRunner::TakeOutOthers(const std::vector<ConfiguredSource>& sources) {
  const auto is_named = [&](const auto& running) {
    return std::any_of(sources.begin(), sources.end(), [&](const ConfiguredSource& source) {
      return source.name == running.first && source.text == running.second->text();
    });
  };
  Sources others;
  const std::lock_guard lock(mutex_);
  for (auto at = sources_.begin(); at != sources_.end();) {
    const auto here = at++;
    if (!is_named(*here)) others.insert(sources_.extract(here));
  }
  return others;
}

std::vector<SourceReport> SourceRunner::Reports() const {
  Sources sources;
  {
    const std::lock_guard lock(mutex_);
    sources = sources_;
  }
  std::vector<SourceReport> reports;
  for (const auto& [name, source] : sources) reports.push_back(source->Report());
  return reports;
}

}  // namespace bedplate

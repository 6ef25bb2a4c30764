#include "services/services.h"

#include <utility>

namespace bedplate {

Services::Services(Workspace& workspace, const Clock& clock, SourceService::Kinds kinds)
    : workspace_(workspace),
      info_(workspace.historian(), workspace.catalog(), clock),
      tags_(workspace.catalog().plant(), workspace.historian()),
      intervals_(workspace.historian()),
      sources_(workspace, clock, std::move(kinds)),
      plant_(workspace.catalog().plant(), workspace.historian(), workspace.units(),
             workspace.gate(), sources_),
      samples_(workspace.historian(), tags_),
      last_values_(workspace.historian(), intervals_, clock),
      coverage_(workspace.historian(), tags_, workspace.catalog().dead_letters(), intervals_),
      live_(tags_, last_values_, clock),
      value_(workspace.catalog().plant(), workspace.historian(), workspace.units(), clock),
      check_(workspace.historian(), workspace.catalog()),
      store_(workspace.files(), clock, workspace),
      write_keys_(workspace.catalog().kept_answers()) {
  workspace.gate().Observe(
      [this](const std::string& path, const SampleColumns&) { live_.Note(path); });
}

Services::~Services() {
  sources_.Stop();  // while there is somebody to see what it stores
  workspace_.gate().Observe(nullptr);
}

}  // namespace bedplate

#include "services/services.h"

namespace bedplate {

Services::Services(Workspace& workspace, const Clock& clock)
    : workspace_(workspace),
      info_(workspace.historian(), workspace.catalog(), clock),
      tags_(workspace.catalog().plant(), workspace.historian()),
      intervals_(workspace.historian()),
      plant_(workspace.catalog().plant(), workspace.historian(), workspace.units(),
             workspace.gate()),
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

Services::~Services() { workspace_.gate().Observe(nullptr); }

}  // namespace bedplate

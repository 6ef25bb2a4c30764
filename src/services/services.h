#pragma once

#include "base/clock.h"
#include "services/check_service.h"
#include "services/coverage_service.h"
#include "services/info_service.h"
#include "services/interval_estimator.h"
#include "services/last_values.h"
#include "services/live_hub.h"
#include "services/plant_service.h"
#include "services/sample_service.h"
#include "services/source_service.h"
#include "services/store_service.h"
#include "services/tag_directory.h"
#include "services/value_service.h"
#include "services/workspace.h"
#include "services/write_keys.h"

namespace bedplate {

/// Every service over one workspace, bound together. It takes the trust gate's observer for the
/// live values, so there is one of it per workspace. `workspace` and `clock` must outlive it, and
/// it every live subscription.
class Services {
 public:
  Services(Workspace& workspace, const Clock& clock, SourceService::Kinds kinds = {});
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  Workspace& workspace() { return workspace_; }
  InfoService& info() { return info_; }
  TagDirectory& tags() { return tags_; }
  IntervalEstimator& intervals() { return intervals_; }
  SourceService& sources() { return sources_; }
  PlantService& plant() { return plant_; }
  SampleService& samples() { return samples_; }
  LastValues& last_values() { return last_values_; }
  CoverageService& coverage() { return coverage_; }
  LiveHub& live() { return live_; }
  ValueService& value() { return value_; }
  CheckService& check() { return check_; }
  StoreService& store() { return store_; }
  WriteKeys& write_keys() { return write_keys_; }

 private:
  Workspace& workspace_;
  InfoService info_;
  TagDirectory tags_;
  IntervalEstimator intervals_;
  SourceService sources_;
  PlantService plant_;
  SampleService samples_;
  LastValues last_values_;
  CoverageService coverage_;
  LiveHub live_;
  ValueService value_;
  CheckService check_;
  StoreService store_;
  WriteKeys write_keys_;
};

}  // namespace bedplate

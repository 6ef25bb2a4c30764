#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/yaml.h"
#include "catalog/plant_store.h"
#include "ingest/source.h"
#include "ingest/source_runner.h"
#include "services/secret_files.h"
#include "services/workspace.h"

namespace bedplate {

/// The sources that a plant declares: checks them, runs them, and says how they are. Safe for
/// concurrent use.
class SourceService {
 public:
  using Kinds = std::vector<std::unique_ptr<SourceKind>>;

  /// Arguments must outlive it.
  SourceService(Workspace& workspace, const Clock& clock, Kinds kinds);

  /// The faults of a section `sources`: unknown kinds, and what the kinds say.
  void Check(const YamlValue& section, YamlFaults& faults) const;
  /// Runs what is declared from now on, and follows every Reload. Until then nothing runs. A stored
  /// declaration that a kind does not take any more is in Reports with its fault.
  Status Start();
  /// The declarations may have changed.
  Status Reload();
  /// Stops all; within about twice kStopPatience.
  void Stop();
  /// Ordered by name.
  [[nodiscard]] std::vector<SourceReport> Reports() const;

 private:
  [[nodiscard]] ConfiguredSource Configure(SourceSpec spec, YamlFaults& faults) const;
  [[nodiscard]] SourceSpec SpecOf(const std::string& name, const YamlValue& node) const;
  Status Apply(SourceRunner& runner);

  Workspace& workspace_;
  const Clock& clock_;
  const Kinds kinds_;
  const SecretFiles secrets_;
  std::mutex changing_;  // one change at a time; stopping a source takes a while
  mutable std::mutex mutex_;
  std::shared_ptr<SourceRunner> runner_;  // guarded by mutex_, as is the next
  std::vector<SourceReport> refused_;     // stored, but not to be run
};

}  // namespace bedplate

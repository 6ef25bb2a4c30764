#pragma once

#include <functional>
#include <memory>

#include "catalog/catalog.h"
#include "historian/historian.h"
#include "ingest/sink.h"
#include "model/unit.h"

namespace bedplate {

/// Called after each durable append with what was stored, for live updates. Must be quick.
using AppendObserver = std::function<void(const std::string& path, const SampleColumns&)>;

/// The trust gate: the one way by which samples reach the historian. For each sample it checks
/// path, time, type and number; converts units to the tag's declared unit and int64 to a declared
/// double where exact; marks values beyond hard limits (low_low, high_high) kBadOutOfRange; makes
/// a dead letter of what cannot be stored; notes new tags in the catalog. Arguments must outlive
/// the gate. Safe for concurrent use.
class TrustGate : public IngestSink {
 public:
  static std::unique_ptr<TrustGate> Make(Historian& historian, Catalog& catalog,
                                         const UnitSystem& units, const Clock& clock);
  /// Replaces the observer; null for none.
  virtual void Observe(AppendObserver observer) = 0;
  /// Forgets cached tag declarations; to be called after the plant model changed.
  virtual void PlantChanged() = 0;
};

}  // namespace bedplate

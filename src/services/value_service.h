#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "catalog/plant_store.h"
#include "historian/historian.h"
#include "model/unit.h"
#include "services/plant_directory.h"
#include "value/evaluation.h"
#include "value/initiative_yaml.h"

namespace bedplate {

/// An initiative as it stands, measured by the data there are.
struct MeasuredInitiative {
  std::string name;
  std::string yaml;
  Initiative initiative;
  std::optional<Evaluation> evaluation;
  std::string error;         // why it could not be measured; the evaluation is empty then
  std::string reason;        // why there is no verdict, the error too; empty when there is one
  std::string verdict_text;  // one sentence
};

/// Measures initiatives. An answer is kept until the initiative or the number of ended buckets
/// changes, or a sample comes late into what has ended, or one of its tags is corrected anywhere,
/// so that a list is quick although samples arrive all the time. Arguments must outlive it. Safe
/// for concurrent use.
class ValueService {
 public:
  ValueService(const PlantStore& plant, const Historian& historian, const UnitSystem& units,
               const Clock& clock)
      : plant_(plant), historian_(historian), units_(units), clock_(clock) {}

  using Measured = std::shared_ptr<const MeasuredInitiative>;

  /// By name. One that cannot be measured says why and does not spoil the others.
  Result<std::vector<Measured>> List(const CancelToken& cancel);
  /// kNotFound naming it.
  Result<Measured> Find(std::string_view name, const CancelToken& cancel);

 private:
  struct Kept {
    std::string version;  // of everything the answer rests on
    Measured measured;
  };

  Result<std::string> VersionOf(const std::string& tag, Timestamp end,
                                const CancelToken& cancel) const;
  Result<std::string> VersionOf(const Initiative& initiative, Timestamp as_of,
                                const CancelToken& cancel) const;
  Result<Measured> Measure(const InitiativeText& text, const PlantDirectory& plant,
                           const CancelToken& cancel);
  Result<MeasuredInitiative> MeasureAnew(const InitiativeText& text, ParsedInitiative parsed,
                                         Timestamp as_of, const CancelToken& cancel) const;

  const PlantStore& plant_;
  const Historian& historian_;
  const UnitSystem& units_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;  // guarded by mutex_; the initiatives there are
};

/// What was found, in one sentence with its figures: `Proven: 14,200 EUR a year (90 %: 9,800 to
/// 18,900)`, and what it must not be told without. The evaluation must carry a verdict (CHECK).
std::string VerdictSentence(const Initiative& initiative, const Evaluation& evaluation);

/// What initiatives have been proven to bring together, losses counted against the gains.
struct ProvenValue {
  std::size_t initiatives = 0;                   // proven gains and losses
  std::map<std::string, double> money_per_year;  // by currency: nothing is converted
};

/// What is not proven adds nothing: a sum of noise looks like a result.
ProvenValue SumProven(std::span<const ValueService::Measured> list);

}  // namespace bedplate

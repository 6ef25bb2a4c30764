#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/dead_letter_store.h"
#include "model/sample.h"

namespace bedplate {

/// Samples for one tag, by path; what a decoder makes of its input.
struct PathBatch {
  std::string path;
  std::string unit;  // of the values, when the source says; empty: the tag's own
  SampleColumns samples;
  std::vector<std::string> places;  // where each sample came from; empty or one per sample
};

/// What became of an ingest call. Counts are samples. `letters` are already stored when this is
/// returned, so whoever shows them need not keep them.
struct IngestReport {
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::vector<DeadLetter> letters;
};

/// Where decoded samples go. One implementation writes to the stores of this process, another to a
/// running server. Returns when everything good is durable and everything bad is a dead letter.
class IngestSink {
 public:
  virtual ~IngestSink() = default;
  /// Errors are about the whole call (disk full, server gone); bad samples are not errors.
  virtual Result<IngestReport> Ingest(std::string_view source, std::vector<PathBatch> batches,
                                      std::vector<DeadLetter> letters) = 0;
};

}  // namespace bedplate

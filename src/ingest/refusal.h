#pragma once

#include <cstddef>
#include <string>

#include "ingest/sink.h"

namespace bedplate {

/// A sample that cannot be stored.
struct Refusal {
  std::size_t index = 0;  // in the input
  const char* code = "";  // as listed at TrustGate
  std::string reason;
  std::string payload;  // as PayloadOf
};

/// How a dead letter shows a sample: `2018-01-01T00:15:00Z 3.17`.
std::string PayloadOf(const SampleColumns& samples, std::size_t index);

/// The dead letter of a sample of `batch`; source and receipt are left to the gate.
DeadLetter LetterOf(const PathBatch& batch, Refusal refusal);

}  // namespace bedplate

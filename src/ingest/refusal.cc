#include "ingest/refusal.h"

#include <fmt/format.h>

#include <utility>

#include "base/utf8.h"
#include "model/path.h"

namespace bedplate {

std::string PayloadOf(const SampleColumns& samples, std::size_t index) {
  std::string payload = FormatTimestamp(Timestamp(samples.times[index])) + ' ';
  payload +=
      ToValidUtf8(FormatValue(samples.ValueAt(index)), kDeadLetterTextBytes - payload.size());
  return payload;
}

DeadLetter LetterOf(const PathBatch& batch, Refusal refusal) {
  DeadLetter letter;
  letter.place = batch.origin.PlaceOf(refusal.index);
  letter.tag = ToValidUtf8(batch.path, kMaxPathBytes);
  letter.code = refusal.code;
  letter.reason = std::move(refusal.reason);
  letter.payload = std::move(refusal.payload);
  letter.key = batch.origin.KeyOf(refusal.index);
  return letter;
}

}  // namespace bedplate

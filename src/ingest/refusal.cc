#include "ingest/refusal.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/utf8.h"
#include "model/path.h"

namespace bedplate {
namespace {

std::string KeyOf(const Origin& origin, const Refusal& refusal) {
  std::string key = origin.KeyOf(refusal.index);
  if (key.empty() || !origin.is_key_open) return key;
  return key + fmt::format(" {:08x}", Crc32c(std::as_bytes(std::span(refusal.payload))));
}

}  // namespace

std::string PayloadOf(const SampleColumns& samples, std::size_t index) {
  std::string payload = FormatTimestamp(Timestamp(samples.times[index])) + ' ';
  payload +=
      ToValidUtf8(FormatValue(samples.ValueAt(index)), kDeadLetterTextBytes - payload.size());
  return payload;
}

DeadLetter LetterOf(const PathBatch& batch, Refusal refusal) {
  DeadLetter letter;
  letter.key = KeyOf(batch.origin, refusal);
  letter.place = batch.origin.PlaceOf(refusal.index);
  letter.tag = ToValidUtf8(batch.path, kMaxPathBytes);
  letter.code = refusal.code;
  letter.reason = std::move(refusal.reason);
  letter.payload = std::move(refusal.payload);
  return letter;
}

}  // namespace bedplate

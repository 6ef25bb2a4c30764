#include "app/keyed_sink.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "services/write_keys.h"

namespace bedplate {
namespace {

/// Short, as a key is kept to some length only.
std::string Digest(std::initializer_list<std::string_view> texts) {
  Fingerprint digest;
  for (const std::string_view text : texts) {
    digest.Add(text);
    digest.Add("\n");
  }
  return digest.Text();
}

}  // namespace

KeyedSink::KeyedSink(IngestSink& sink, std::string key) : sink_(sink), key_(std::move(key)) {}

Result<IngestReport> KeyedSink::IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                              std::vector<DeadLetter> letters) {
  for (PathBatch& batch : batches) {
    if (!batch.origin.key.empty()) continue;
    batch.origin.key = fmt::format("{} {}", key_, Digest({batch.path}));
    batch.origin.is_key_open = true;
  }
  for (DeadLetter& letter : letters) {
    if (!letter.key.empty()) continue;
    letter.key = fmt::format("{} {} {}", key_, letter.place,
                             Digest({letter.code, letter.tag, letter.payload}));
  }
  return sink_.IngestInPlace(source, batches, std::move(letters));
}

}  // namespace bedplate

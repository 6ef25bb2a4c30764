#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sink.h"

namespace bedplate {

/// Gives the dead letters of a write keys, so that they come once should the write be repeated.
/// What has a key of its own keeps it. Letters are told apart by what they hold, since the same
/// write under the same key may come with another body when the first one failed.
class KeyedSink final : public IngestSink {
 public:
  /// Keys begin with `key`. `sink` must outlive this.
  KeyedSink(IngestSink& sink, std::string key);

  Result<IngestReport> IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> letters) override;

 private:
  IngestSink& sink_;
  const std::string key_;
};

}  // namespace bedplate

#include "ingest/sink.h"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate {

std::string Origin::PlaceOf(std::size_t index) const {
  if (numbered && lines.empty()) return fmt::format("{}{}{}", prefix, index + 1, suffix);
  return lines.empty() ? prefix + suffix : fmt::format("{}{}{}", prefix, lines[index], suffix);
}

std::string Origin::KeyOf(std::size_t index) const {
  if (key.empty()) return {};
  if (numbered && lines.empty()) return fmt::format("{}:{}{}{}", key, prefix, index + 1, suffix);
  return lines.empty() ? key + suffix : fmt::format("{}:{}{}", key, lines[index], suffix);
}

namespace {

/// The one that `choose` prefers of two that may be missing.
template <typename T, typename Choose>
void TakeBetter(std::optional<T>& mine, const std::optional<T>& other, Choose choose) {
  if (other) mine = mine ? choose(*mine, *other) : *other;
}

}  // namespace

void TagPreview::Merge(const TagPreview& other) {
  is_new = is_new && other.is_new;
  stored += other.stored;
  duplicates += other.duplicates;
  conflicts += other.conflicts;
  refused += other.refused;
  const auto lesser = [](const auto& a, const auto& b) { return std::min(a, b); };
  const auto greater = [](const auto& a, const auto& b) { return std::max(a, b); };
  TakeBetter(first, other.first, lesser);
  TakeBetter(last, other.last, greater);
  TakeBetter(min, other.min, lesser);
  TakeBetter(max, other.max, greater);
}

Result<IngestReport> IngestSink::Preview(std::vector<PathBatch> /*batches*/,
                                         std::vector<DeadLetter> /*letters*/) {
  return Error(ErrorCode::kUnsupported, "this sink cannot tell what it would store");
}

}  // namespace bedplate

#include "query/sample_cursor.h"

#include <algorithm>
#include <utility>

namespace bedplate {
namespace {

constexpr std::size_t kFirstPieceSamples = 4096;
constexpr std::size_t kMaxPieceSamples = 65'536;
constexpr std::size_t kMaxPieceTextBytes = 4U << 20U;

std::size_t TextBytes(const SampleColumns& samples) {
  std::size_t bytes = 0;
  for (const std::string& text : samples.strings) bytes += text.size();
  return bytes;
}

template <typename T>
void Append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Column by column; `qualities` stays empty while all are good.
void AppendBlock(SampleColumns& to, const SampleColumns& block) {
  const std::size_t before = to.size();
  if (before == 0) to.type = block.type;
  if (to.qualities.empty() != block.qualities.empty()) {
    to.qualities.resize(before, kGood.status_code());
  }
  Append(to.times, block.times);
  Append(to.doubles, block.doubles);
  Append(to.int64s, block.int64s);
  Append(to.bools, block.bools);
  Append(to.strings, block.strings);
  Append(to.qualities, block.qualities);
  if (!to.qualities.empty()) to.qualities.resize(to.size(), kGood.status_code());
}

}  // namespace

SampleCursor::SampleCursor(const Historian& historian, TagId tag, TimeRange range,
                           CancelToken cancel)
    : historian_(historian),
      tag_(tag),
      rest_(range),
      cancel_(std::move(cancel)),
      wanted_(kFirstPieceSamples) {}

Result<const SampleColumns*> SampleCursor::Next() {
  piece_.Clear();
  if (rest_.Empty()) return nullptr;
  std::size_t text_bytes = 0;
  const ScanSink sink = [&](const SampleColumns& block) {
    AppendBlock(piece_, block);
    text_bytes += TextBytes(block);
    return piece_.size() < wanted_ && text_bytes < kMaxPieceTextBytes;
  };
  RETURN_IF_ERROR(
      historian_.Scan({.tag = tag_, .range = rest_, .limit = wanted_, .cancel = cancel_}, sink));
  if (piece_.empty()) return nullptr;
  rest_.start = Timestamp(piece_.times.back() + 1);
  wanted_ = std::min(2 * wanted_, kMaxPieceSamples);
  return &piece_;
}

}  // namespace bedplate

#include "ingest/append_piece.h"

#include <utility>

namespace bedplate {
namespace {

// A record's head, and the definition of a series that is new.
constexpr std::uint64_t kBatchBytes = 2048;
constexpr std::uint64_t kLengthBytes = 5;  // of a text

std::uint64_t FixedBytes(const SampleColumns& samples) {
  const std::uint64_t value = samples.type == ValueType::kBool ? 1 : sizeof(double);
  return sizeof(std::int64_t) + value + (samples.qualities.empty() ? 0 : sizeof(std::uint32_t));
}

std::uint64_t SampleBytes(const SampleColumns& samples, std::size_t index) {
  const std::uint64_t fixed = FixedBytes(samples);
  if (samples.type != ValueType::kString) return fixed;
  return fixed + kLengthBytes + samples.strings[index].size();
}

}  // namespace

std::uint64_t LogBytes(const SampleColumns& samples) {
  std::uint64_t bytes = kBatchBytes + samples.size() * FixedBytes(samples);
  for (const std::string& text : samples.strings) bytes += kLengthBytes + text.size();
  return bytes;
}

std::vector<SampleColumns> CutIntoPieces(SampleColumns samples, std::uint64_t max_bytes) {
  std::vector<SampleColumns> pieces;
  if (LogBytes(samples) <= max_bytes) {
    pieces.push_back(std::move(samples));
    return pieces;
  }
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::uint64_t more = SampleBytes(samples, i);
    if (pieces.empty() || bytes + more > max_bytes) {
      pieces.emplace_back().type = samples.type;
      bytes = kBatchBytes;
    }
    pieces.back().PushFrom(samples, i);
    bytes += more;
  }
  return pieces;
}

}  // namespace bedplate

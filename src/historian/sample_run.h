#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "model/sample.h"

namespace bedplate {

/// Bytes that one value takes in a column of `type`; 0 for strings, which stand elsewhere.
constexpr std::size_t ValueBytes(ValueType type) noexcept {
  switch (type) {
    case ValueType::kDouble:
    case ValueType::kInt64: return sizeof(std::int64_t);
    case ValueType::kBool: return 1;
    case ValueType::kString: break;
  }
  return 0;
}

/// Samples of one tag as columns that lie in somebody else's memory, as in a request's body, in a
/// record of the log or in SampleColumns. Columns are little endian and need no alignment.
struct SampleRun {
  ValueType type = ValueType::kDouble;
  std::size_t count = 0;
  const std::byte* times = nullptr;      // int64 each, ns since 1970, UTC
  const std::byte* values = nullptr;     // ValueBytes(type) each; null for strings
  const std::string* texts = nullptr;    // of strings
  const std::byte* qualities = nullptr;  // uint32 each; null: all good

  [[nodiscard]] bool empty() const noexcept { return count == 0; }
  [[nodiscard]] std::int64_t TimeAt(std::size_t index) const noexcept {
    return LoadFixed<std::int64_t>(times + index * sizeof(std::int64_t));
  }
  [[nodiscard]] std::uint32_t QualityAt(std::size_t index) const noexcept {
    return qualities == nullptr ? 0
                                : LoadFixed<std::uint32_t>(qualities + index * sizeof(uint32_t));
  }
  /// Samples [begin, end).
  [[nodiscard]] SampleRun Part(std::size_t begin, std::size_t end) const noexcept {
    SampleRun part = *this;
    part.count = end - begin;
    part.times += begin * sizeof(std::int64_t);
    if (values != nullptr) part.values += begin * ValueBytes(type);
    if (texts != nullptr) part.texts += begin;
    if (qualities != nullptr) part.qualities += begin * sizeof(std::uint32_t);
    return part;
  }
};

/// The columns as a run, valid while they do not change. They must be whole (CHECK).
SampleRun RunOf(const SampleColumns& samples);

/// A copy of the run in memory of its own.
SampleColumns ColumnsOf(const SampleRun& run);

}  // namespace bedplate

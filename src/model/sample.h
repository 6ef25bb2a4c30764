#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/quality.h"

namespace bedplate {

/// The type of a tag's values. The numbers are part of the file formats.
enum class ValueType : std::uint8_t { kDouble = 1, kInt64 = 2, kBool = 3, kString = 4 };

/// "double", "int64", "bool", "string": the names used in YAML, JSON and SQL.
std::string_view ValueTypeName(ValueType type) noexcept;
std::optional<ValueType> ParseValueType(std::string_view name) noexcept;

/// One value; the alternatives stand in the order of ValueType.
using Value = std::variant<double, std::int64_t, bool, std::string>;

ValueType TypeOf(const Value& value) noexcept;
/// The value as a number (bool as 0 or 1); empty for a string.
std::optional<double> AsDouble(const Value& value) noexcept;
/// Shortest text that reads back the same; strings as they are.
std::string FormatValue(const Value& value);

/// One reading of one tag.
struct Sample {
  Timestamp time;
  Value value;
  Quality quality = kGood;

  bool operator==(const Sample&) const = default;
};

/// Samples of one tag as columns of equal length, so that a million of them are a few allocations.
/// Only the column that `type` names is filled. `qualities` empty means all good.
struct SampleColumns {
  ValueType type = ValueType::kDouble;
  std::vector<std::int64_t> times;  // ns since 1970, UTC
  std::vector<double> doubles;
  std::vector<std::int64_t> int64s;
  std::vector<std::uint8_t> bools;  // 0 or 1
  std::vector<std::string> strings;
  std::vector<std::uint32_t> qualities;  // OPC UA status codes

  [[nodiscard]] std::size_t size() const noexcept { return times.size(); }
  [[nodiscard]] bool empty() const noexcept { return times.empty(); }
  /// Of the column that `type` names; size() when the block is whole.
  [[nodiscard]] std::size_t value_count() const noexcept;
  void Clear();

  /// Appends one sample; its value must have this block's type (CHECK).
  void Push(const Sample& sample);
  /// Appends sample `index` of `other`, which must have the same type (CHECK).
  void PushFrom(const SampleColumns& other, std::size_t index);
  [[nodiscard]] Sample At(std::size_t index) const;
  [[nodiscard]] Value ValueAt(std::size_t index) const;
  /// The value as a number (bool as 0 or 1). Must not be called on strings (CHECK).
  [[nodiscard]] double NumberAt(std::size_t index) const;
  [[nodiscard]] Quality QualityAt(std::size_t index) const {
    return qualities.empty() ? kGood : Quality(qualities[index]);
  }
};

}  // namespace bedplate

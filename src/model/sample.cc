#include "model/sample.h"

#include <fmt/format.h>

#include "base/check.h"

namespace bedplate {
namespace {

constexpr std::string_view kNames[] = {"double", "int64", "bool", "string"};

}  // namespace

std::string_view ValueTypeName(ValueType type) noexcept {
  return kNames[static_cast<std::size_t>(type) - 1];
}

std::optional<ValueType> ParseValueType(std::string_view name) noexcept {
  for (std::uint8_t i = 0; i < 4; ++i) {
    if (kNames[i] == name) return static_cast<ValueType>(i + 1);
  }
  return std::nullopt;
}

ValueType TypeOf(const Value& value) noexcept { return static_cast<ValueType>(value.index() + 1); }

std::optional<double> AsDouble(const Value& value) noexcept {
  switch (TypeOf(value)) {
    case ValueType::kDouble: return std::get<double>(value);
    case ValueType::kInt64: return static_cast<double>(std::get<std::int64_t>(value));
    case ValueType::kBool: return std::get<bool>(value) ? 1.0 : 0.0;
    case ValueType::kString: return std::nullopt;
  }
  return std::nullopt;
}

std::string FormatValue(const Value& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

std::size_t SampleColumns::value_count() const noexcept {
  switch (type) {
    case ValueType::kDouble: return doubles.size();
    case ValueType::kInt64: return int64s.size();
    case ValueType::kBool: return bools.size();
    case ValueType::kString: return strings.size();
  }
  return 0;
}

void SampleColumns::Clear() {
  times.clear();
  doubles.clear();
  int64s.clear();
  bools.clear();
  strings.clear();
  qualities.clear();
}

void SampleColumns::Push(const Sample& sample) {
  BEDPLATE_CHECK(TypeOf(sample.value) == type);
  // The quality column appears with the first sample that is not good.
  if (qualities.empty() && sample.quality != kGood) qualities.resize(times.size(), 0);
  times.push_back(sample.time.nanoseconds());
  switch (type) {
    case ValueType::kDouble: doubles.push_back(std::get<double>(sample.value)); break;
    case ValueType::kInt64: int64s.push_back(std::get<std::int64_t>(sample.value)); break;
    case ValueType::kBool: bools.push_back(std::get<bool>(sample.value) ? 1 : 0); break;
    case ValueType::kString: strings.push_back(std::get<std::string>(sample.value)); break;
  }
  if (!qualities.empty() || sample.quality != kGood) {
    qualities.push_back(sample.quality.status_code());
  }
}

void SampleColumns::PushFrom(const SampleColumns& other, std::size_t index) {
  BEDPLATE_CHECK(other.type == type);
  const Quality quality = other.QualityAt(index);
  if (qualities.empty() && quality != kGood) qualities.resize(times.size(), 0);
  times.push_back(other.times[index]);
  switch (type) {
    case ValueType::kDouble: doubles.push_back(other.doubles[index]); break;
    case ValueType::kInt64: int64s.push_back(other.int64s[index]); break;
    case ValueType::kBool: bools.push_back(other.bools[index]); break;
    case ValueType::kString: strings.push_back(other.strings[index]); break;
  }
  if (!qualities.empty() || quality != kGood) qualities.push_back(quality.status_code());
}

Value SampleColumns::ValueAt(std::size_t index) const {
  switch (type) {
    case ValueType::kDouble: return doubles[index];
    case ValueType::kInt64: return int64s[index];
    case ValueType::kBool: return bools[index] != 0;
    case ValueType::kString: return strings[index];
  }
  return 0.0;
}

Sample SampleColumns::At(std::size_t index) const {
  return Sample{Timestamp(times[index]), ValueAt(index), QualityAt(index)};
}

double SampleColumns::NumberAt(std::size_t index) const {
  switch (type) {
    case ValueType::kDouble: return doubles[index];
    case ValueType::kInt64: return static_cast<double>(int64s[index]);
    case ValueType::kBool: return bools[index];
    case ValueType::kString: break;
  }
  BEDPLATE_CHECK(type != ValueType::kString);
  return 0.0;
}

}  // namespace bedplate

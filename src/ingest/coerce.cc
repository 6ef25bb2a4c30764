#include "ingest/coerce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/utf8.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownBytes = 64;

bool HasOneLength(const SampleColumns& samples) {
  const std::size_t size = samples.size();
  return samples.value_count() == size &&
         (samples.qualities.empty() || samples.qualities.size() == size);
}

bool AllStorable(const std::vector<std::int64_t>& times) {
  return std::all_of(times.begin(), times.end(),
                     [](std::int64_t time) { return IsStorable(Timestamp(time)); });
}

/// Whether the historian takes the values as they are.
bool AllValid(const SampleColumns& samples) {
  return std::all_of(samples.doubles.begin(), samples.doubles.end(),
                     [](double value) { return std::isfinite(value); }) &&
         std::all_of(samples.bools.begin(), samples.bools.end(),
                     [](std::uint8_t value) { return value <= 1; }) &&
         std::all_of(samples.strings.begin(), samples.strings.end(), [](const std::string& text) {
           return text.size() <= kMaxStringBytes && IsValidUtf8(text);
         });
}

/// Turns one value into the target's type and unit, or says why it cannot.
class ValueCoercion {
 public:
  explicit ValueCoercion(const CoerceTarget& target) : target_(target) {}

  /// Empty when refused: code() and reason() say why.
  std::optional<Value> Run(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return FromText(*text);
    if (const auto* number = std::get_if<double>(&value); number && !std::isfinite(*number)) {
      return Refuse("bad-number", fmt::format("expected a finite number, got {}", *number));
    }
    const bool same_type = TypeOf(value) == target_.type;
    const bool converts_unit = target_.conversion && !std::holds_alternative<bool>(value);
    if (same_type && !converts_unit) return value;
    if (!same_type && (!target_.converts_types || target_.type == ValueType::kString)) {
      return Conflict(value);
    }
    return FromNumber(value, converts_unit);
  }

  [[nodiscard]] const char* code() const { return code_; }
  [[nodiscard]] std::string& reason() { return reason_; }

 private:
  std::optional<Value> Refuse(const char* code, std::string reason) {
    code_ = code;
    reason_ = std::move(reason);
    return std::nullopt;
  }

  std::optional<Value> Conflict(const Value& value) {
    return Refuse("type-conflict",
                  fmt::format("the tag holds {}, got {} {}", ValueTypeName(target_.type),
                              ValueTypeName(TypeOf(value)), Show(value)));
  }

  static std::string Show(const Value& value) {
    return ToValidUtf8(FormatValue(value), kShownBytes);
  }

  std::optional<Value> FromText(const std::string& text) {
    if (target_.type != ValueType::kString) return Conflict(text);
    if (text.size() > kMaxStringBytes) {
      return Refuse("bad-text", fmt::format("longer than {} bytes", kMaxStringBytes));
    }
    if (!IsValidUtf8(text)) return Refuse("bad-text", "the text is not valid UTF-8");
    return text;
  }

  std::optional<Value> FromNumber(const Value& value, bool converts_unit) {
    double number = *AsDouble(value);
    // 2^63 as a double is one above the greatest int64, so it must not be cast back.
    if (const auto* whole = std::get_if<std::int64_t>(&value);
        whole && (number >= 0x1p63 || static_cast<std::int64_t>(number) != *whole)) {
      return Conflict(value);
    }
    if (converts_unit) number = target_.conversion->Apply(number);
    if (!std::isfinite(number)) {
      return Refuse("bad-number",
                    fmt::format("{} overflows when converted to the tag's unit", Show(value)));
    }
    switch (target_.type) {
      case ValueType::kDouble: return number;
      case ValueType::kInt64:
        if (number != std::trunc(number) || number < -0x1p63 || number >= 0x1p63) break;
        return static_cast<std::int64_t>(number);
      case ValueType::kBool:
        if (number != 0 && number != 1) break;
        return number == 1;
      case ValueType::kString: break;
    }
    return Conflict(value);
  }

  const CoerceTarget& target_;
  const char* code_ = "";
  std::string reason_;
};

Coerced CoerceEach(const SampleColumns& samples, const CoerceTarget& target) {
  Coerced out;
  out.samples.type = target.type;
  ValueCoercion coercion(target);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Timestamp time(samples.times[i]);
    if (!IsStorable(time)) {
      out.refusals.push_back(
          {i, "bad-time",
           fmt::format("expected a time from 1970 to 2199, got {}", FormatTimestamp(time)),
           PayloadOf(samples, i)});
      continue;
    }
    std::optional<Value> value = coercion.Run(samples.ValueAt(i));
    if (value) {
      out.samples.Push({time, *std::move(value), samples.QualityAt(i)});
    } else {
      out.refusals.push_back(
          {i, coercion.code(), std::move(coercion.reason()), PayloadOf(samples, i)});
    }
  }
  return out;
}

}  // namespace

bool IsStorableAsItIs(const SampleColumns& samples, const CoerceTarget& target) {
  BEDPLATE_CHECK(HasOneLength(samples));
  return samples.type == target.type && !target.conversion && AllStorable(samples.times) &&
         AllValid(samples);
}

Coerced Coerce(SampleColumns samples, const CoerceTarget& target) {
  if (IsStorableAsItIs(samples, target)) return {.samples = std::move(samples), .refusals = {}};
  return CoerceEach(samples, target);
}

}  // namespace bedplate

#include "connectors/modbus/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/check.h"

namespace bedplate::modbus {
namespace {

constexpr std::size_t kRegisterBytes = 2;
constexpr std::uint64_t kMostSigned = std::numeric_limits<std::int64_t>::max();

constexpr std::array<std::pair<std::string_view, Form>, 11> kForms{{
    {"u16", Form::kU16},
    {"i16", Form::kI16},
    {"u32", Form::kU32},
    {"i32", Form::kI32},
    {"u64", Form::kU64},
    {"i64", Form::kI64},
    {"f32", Form::kF32},
    {"f64", Form::kF64},
    {"bool", Form::kBool},
    {"string", Form::kString},
    {"bits", Form::kBits},
}};

constexpr std::array<std::pair<std::string_view, ByteOrder>, 4> kOrders{{
    {"abcd", ByteOrder::kAbcd},
    {"badc", ByteOrder::kBadc},
    {"cdab", ByteOrder::kCdab},
    {"dcba", ByteOrder::kDcba},
}};

bool SwapsBytes(ByteOrder order) { return order == ByteOrder::kBadc || order == ByteOrder::kDcba; }

bool SwapsWords(ByteOrder order) { return order == ByteOrder::kCdab || order == ByteOrder::kDcba; }

std::uint64_t WordAt(ByteView registers, std::size_t index, ByteOrder order) {
  auto high = std::to_integer<std::uint64_t>(registers[index * kRegisterBytes]);
  auto low = std::to_integer<std::uint64_t>(registers[index * kRegisterBytes + 1]);
  if (SwapsBytes(order)) std::swap(high, low);
  return high << 8U | low;
}

/// All registers as one number.
std::uint64_t Gather(ByteView registers, ByteOrder order) {
  const std::size_t count = registers.size() / kRegisterBytes;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    bits = bits << 16U | WordAt(registers, SwapsWords(order) ? count - 1 - i : i, order);
  }
  return bits;
}

std::string TextOf(ByteView registers, ByteOrder order) {
  std::string text;
  for (std::size_t i = 0; i < registers.size() / kRegisterBytes; ++i) {
    const std::uint64_t word = WordAt(registers, i, order);
    text += static_cast<char>(word >> 8U);
    text += static_cast<char>(word & 0xFFU);
  }
  text.resize(std::min(text.size(), text.find('\0')));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::uint64_t Field(std::uint64_t bits, const BitRange& range) {
  const unsigned width = range.last - range.first + 1U;
  return bits >> range.first & ((std::uint64_t{1} << width) - 1);
}

bool IsFloat(Form form) { return form == Form::kF32 || form == Form::kF64; }

double FloatOf(Form form, std::uint64_t bits) {
  return form == Form::kF32 ? double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}
                            : std::bit_cast<double>(bits);
}

std::int64_t SignedOf(Form form, std::uint64_t bits) {
  switch (form) {
    case Form::kI16: return static_cast<std::int16_t>(bits);
    case Form::kI32: return static_cast<std::int32_t>(bits);
    default: return static_cast<std::int64_t>(bits);
  }
}

bool IsScaled(const Decoding& decoding) { return decoding.scale || decoding.offset; }

/// The number itself, before the scale.
double NumberOf(Form form, std::uint64_t bits) {
  if (IsFloat(form)) return FloatOf(form, bits);
  return form == Form::kU64 ? static_cast<double>(bits) : static_cast<double>(SignedOf(form, bits));
}

Decoded AsNumber(const Decoding& decoding, std::uint64_t bits, Quality quality) {
  double number =
      NumberOf(decoding.form, bits) * decoding.scale.value_or(1) + decoding.offset.value_or(0);
  if (quality.IsBad() && !std::isfinite(number)) number = 0;
  return {number, quality};
}

Result<Decoded> AsInteger(const Decoding& decoding, std::uint64_t bits, Quality quality) {
  if (decoding.form != Form::kU64 || bits <= kMostSigned) {
    return Decoded{SignedOf(decoding.form, bits), quality};
  }
  if (quality.IsBad()) return Decoded{static_cast<std::int64_t>(kMostSigned), quality};
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("expected an integer of up to {}, got {}; with a scale, even of 1, it is "
                  "taken as a double",
                  kMostSigned, bits));
}

Quality QualityOf(const Decoding& decoding, std::uint64_t bits) {
  const bool is_invalid =
      decoding.invalid == bits || (decoding.nan_is_invalid && IsFloat(decoding.form) &&
                                   std::isnan(FloatOf(decoding.form, bits)));
  return is_invalid ? kBad : kGood;
}

}  // namespace

std::optional<Form> ParseForm(std::string_view name) noexcept {
  const auto* const found =
      std::ranges::find(kForms, name, &std::pair<std::string_view, Form>::first);
  return found == kForms.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ByteOrder> ParseByteOrder(std::string_view name) noexcept {
  const auto* const found =
      std::ranges::find(kOrders, name, &std::pair<std::string_view, ByteOrder>::first);
  return found == kOrders.end() ? std::nullopt : std::optional(found->second);
}

std::uint16_t RegistersOf(const Decoding& decoding) noexcept {
  switch (decoding.form) {
    case Form::kU16:
    case Form::kI16:
    case Form::kBool:
    case Form::kBits: return 1;
    case Form::kU32:
    case Form::kI32:
    case Form::kF32: return 2;
    case Form::kU64:
    case Form::kI64:
    case Form::kF64: return 4;
    case Form::kString: return decoding.string_registers;
  }
  return 1;
}

ValueType SampleTypeOf(const Decoding& decoding) noexcept {
  if (decoding.form == Form::kString) return ValueType::kString;
  if (decoding.form == Form::kBool) return ValueType::kBool;
  return IsScaled(decoding) || IsFloat(decoding.form) ? ValueType::kDouble : ValueType::kInt64;
}

Result<Decoded> DecodeRegisters(const Decoding& decoding, ByteView registers) {
  BEDPLATE_CHECK(registers.size() == RegistersOf(decoding) * kRegisterBytes);
  if (decoding.form == Form::kString) {
    return Decoded{TextOf(registers, decoding.order), kGood};
  }
  std::uint64_t bits = Gather(registers, decoding.order);
  const Quality quality = QualityOf(decoding, bits);
  if (decoding.form == Form::kBool) return Decoded{Field(bits, decoding.bits) != 0, quality};
  if (decoding.form == Form::kBits) bits = Field(bits, decoding.bits);
  if (SampleTypeOf(decoding) == ValueType::kDouble) return AsNumber(decoding, bits, quality);
  return AsInteger(decoding, bits, quality);
}

bool BitAt(Data data, std::size_t index) noexcept {
  return (std::to_integer<unsigned>(data[index / 8]) >> (index % 8) & 1U) != 0;
}

}  // namespace bedplate::modbus

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "connectors/modbus/frame.h"
#include "model/sample.h"

namespace bedplate::modbus {

/// What registers hold.
enum class Form : std::uint8_t {
  kU16,
  kI16,
  kU32,
  kI32,
  kU64,
  kI64,
  kF32,
  kF64,
  kBool,    // a bit, or of a register whether it is not zero
  kString,  // two characters a register, up to the first NUL, without spaces at its end
  kBits,    // some bits of a register
};
std::optional<Form> ParseForm(std::string_view name) noexcept;

/// In which order the bytes of a value come, for the 32-bit value 0xAABBCCDD. Of 64 bits the same
/// is meant: words from the highest (ab) or from the lowest (cd), bytes swapped in each (ba) or
/// not.
enum class ByteOrder : std::uint8_t { kAbcd, kBadc, kCdab, kDcba };
std::optional<ByteOrder> ParseByteOrder(std::string_view name) noexcept;

struct BitRange {
  std::uint8_t first = 0;  // 0: the lowest
  std::uint8_t last = 15;
};

struct Decoding {
  Form form = Form::kU16;
  ByteOrder order = ByteOrder::kAbcd;
  std::uint16_t string_registers = 1;  // of kString
  BitRange bits;                       // of kBits and kBool in registers
  std::optional<double> scale;         // either: the value becomes a double
  std::optional<double> offset;
  /// What the device shows when it has no value, as a bit pattern of the form's width.
  std::optional<std::uint64_t> invalid;
  bool nan_is_invalid = false;  // of floats
};

/// The registers that a value takes; 1 where the table has bits.
std::uint16_t RegistersOf(const Decoding& decoding) noexcept;
/// The type of its samples.
ValueType SampleTypeOf(const Decoding& decoding) noexcept;

struct Decoded {
  Value value;
  Quality quality = kGood;
};

/// The value in registers as they came, RegistersOf() of them (CHECK). One that the device calls
/// invalid is bad and keeps what stands there as far as a sample can hold it (else 0, or the
/// largest integer). Errors: kInvalidArgument for a `u64` beyond 64-bit signed integers, unless a
/// scale or offset makes it a double; rounding it silently would be worse. Floats that are no
/// number pass: the gate refuses them.
Result<Decoded> DecodeRegisters(const Decoding& decoding, ByteView registers);

/// Bit `index` of an answer that holds bits.
bool BitAt(Data data, std::size_t index) noexcept;

}  // namespace bedplate::modbus

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"

// What stands on the wire: the header of Modbus TCP (Modbus Messaging on TCP/IP Implementation
// Guide 1.0b, 3.1.3) and the four functions that read (Modbus Application Protocol 1.1b3, 6.1 to
// 6.4). Numbers are big endian. Functions that write are left out on purpose: this program cannot
// change a machine.

namespace bedplate::modbus {

/// The four tables of a device; the numbers are the functions that read them.
enum class Table : std::uint8_t {
  kCoils = 1,
  kDiscreteInputs = 2,
  kHoldingRegisters = 3,
  kInputRegisters = 4,
};
/// "co", "di", "hr" or "ir".
std::string_view TableName(Table table) noexcept;
constexpr bool HasBits(Table table) noexcept {
  return table == Table::kCoils || table == Table::kDiscreteInputs;
}

inline constexpr std::size_t kHeadBytes = 7;          // transaction, protocol, length, unit
inline constexpr std::size_t kMostBytes = 260;        // of a frame, with its head
inline constexpr std::uint16_t kMostRegisters = 125;  // of one answer
inline constexpr std::uint16_t kMostBits = 2'000;
inline constexpr std::uint32_t kTableSize = 65'536;

/// The most that one request may ask of a table.
constexpr std::uint16_t MostOf(Table table) noexcept {
  return HasBits(table) ? kMostBits : kMostRegisters;
}
/// The bytes in which `count` bits or registers come.
constexpr std::size_t DataBytes(Table table, std::uint16_t count) noexcept {
  return HasBits(table) ? (count + std::size_t{7}) / 8 : count * std::size_t{2};
}

/// One frame, whose bytes stay the stream's.
struct Frame {
  std::uint16_t transaction = 0;
  std::uint8_t unit = 0;
  std::uint8_t function = 0;
  ByteView body;  // behind the function
};

/// The code of an exception; others than these come, too.
enum class ExceptionCode : std::uint8_t {
  kIllegalFunction = 1,
  kIllegalAddress = 2,
  kIllegalValue = 3,
  kDeviceFailure = 4,
  kAcknowledge = 5,
  kBusy = 6,
  kGatewayPathUnavailable = 10,
  kGatewayTargetSilent = 11,
};
/// `illegal data address (exception 2)`.
std::string ExceptionText(ExceptionCode code);

struct ReadRequest {
  std::uint8_t unit = 1;
  Table table = Table::kHoldingRegisters;
  std::uint16_t address = 0;  // of the first, from 0
  std::uint16_t count = 1;    // bits or registers

  bool operator==(const ReadRequest&) const = default;
};
/// `unit 3 hr:40 x 8`.
std::string Describe(const ReadRequest& request);

/// Bits, the first in the lowest bit of the first byte, or registers of two bytes.
using Data = ByteView;

void EncodeRequest(std::uint16_t transaction, const ReadRequest& request, Bytes& out);
/// `data` must be as long as what was asked (CHECK).
void EncodeAnswer(std::uint16_t transaction, const ReadRequest& request, Data data, Bytes& out);
void EncodeException(const Frame& request, ExceptionCode code, Bytes& out);

/// What a server makes of a frame: a request that it can answer, or the exception that it owes.
std::variant<ReadRequest, ExceptionCode> DecodeRequest(const Frame& frame);

/// What a client makes of the frame that answers `request`. Errors: kCorruption says which unit,
/// function or length was expected and what came. A unit of 0 or 255 is taken for the one that was
/// asked: devices without others behind them answer so.
Result<std::variant<Data, ExceptionCode>> DecodeAnswer(const Frame& frame,
                                                       const ReadRequest& request);

/// Cuts what a peer sends into frames, in a buffer that does not grow.
class FrameStream {
 public:
  /// Where the next bytes go; at least one. What Next gave is invalid from here.
  std::span<std::byte> Space() noexcept;
  /// So many bytes of Space() are filled.
  void Filled(std::size_t count) noexcept;
  /// The next whole frame, or none yet. Errors: kCorruption when this is not Modbus; the stream
  /// cannot be used any more.
  Result<std::optional<Frame>> Next();

 private:
  std::array<std::byte, 4 * kMostBytes> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace bedplate::modbus

#include "connectors/modbus/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace bedplate::modbus {
namespace {

constexpr std::uint16_t kProtocol = 0;
constexpr std::uint8_t kExceptionFlag = 0x80;
constexpr std::uint16_t kLeastLength = 2;  // unit and function
constexpr std::uint16_t kMostLength = kMostBytes - kHeadBytes + 1;
constexpr std::size_t kRequestBodyBytes = 4;
constexpr std::uint8_t kUnitOfNobody = 0;
constexpr std::uint8_t kUnitOfServer = 255;

std::uint8_t ByteAt(ByteView bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}

std::uint16_t ShortAt(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(ByteAt(bytes, at) << 8U | ByteAt(bytes, at + 1));
}

void PutByte(Bytes& out, std::uint8_t value) { out.push_back(static_cast<std::byte>(value)); }

void PutShort(Bytes& out, std::uint16_t value) {
  PutByte(out, static_cast<std::uint8_t>(value >> 8U));
  PutByte(out, static_cast<std::uint8_t>(value & 0xFFU));
}

/// The head of a frame whose function has `body_bytes` behind it.
void PutHead(std::uint16_t transaction, std::uint8_t unit, std::size_t body_bytes, Bytes& out) {
  PutShort(out, transaction);
  PutShort(out, kProtocol);
  PutShort(out, static_cast<std::uint16_t>(kLeastLength + body_bytes));
  PutByte(out, unit);
}

Error Broken(const ReadRequest& request, std::string_view what, std::size_t expected,
             std::size_t got) {
  return Error(ErrorCode::kCorruption, fmt::format("expected {} {}, got {}", what, expected, got))
      .At("answer to " + Describe(request));
}

bool IsUnitOf(const Frame& frame, const ReadRequest& request) {
  return frame.unit == request.unit || frame.unit == kUnitOfNobody || frame.unit == kUnitOfServer;
}

Result<Data> DecodeData(ByteView body, const ReadRequest& request) {
  const std::size_t expected = DataBytes(request.table, request.count);
  if (body.empty()) return Broken(request, "a byte count and data, bytes:", expected + 1, 0);
  if (ByteAt(body, 0) != expected) return Broken(request, "byte count", expected, ByteAt(body, 0));
  if (body.size() - 1 != expected) return Broken(request, "data bytes", expected, body.size() - 1);
  return body.subspan(1);
}

}  // namespace

std::string_view TableName(Table table) noexcept {
  switch (table) {
    case Table::kCoils: return "co";
    case Table::kDiscreteInputs: return "di";
    case Table::kHoldingRegisters: return "hr";
    case Table::kInputRegisters: return "ir";
  }
  return "?";
}

std::string ExceptionText(ExceptionCode code) {
  const char* name = "unknown";
  switch (code) {
    case ExceptionCode::kIllegalFunction: name = "illegal function"; break;
    case ExceptionCode::kIllegalAddress: name = "illegal data address"; break;
    case ExceptionCode::kIllegalValue: name = "illegal data value"; break;
    case ExceptionCode::kDeviceFailure: name = "device failure"; break;
    case ExceptionCode::kAcknowledge: name = "acknowledge, still working"; break;
    case ExceptionCode::kBusy: name = "device busy"; break;
    case ExceptionCode::kGatewayPathUnavailable: name = "gateway path unavailable"; break;
    case ExceptionCode::kGatewayTargetSilent: name = "no answer to the gateway"; break;
  }
  return fmt::format("{} (exception {})", name, static_cast<int>(code));
}

std::string Describe(const ReadRequest& request) {
  return fmt::format("unit {} {}:{} x {}", request.unit, TableName(request.table), request.address,
                     request.count);
}

void EncodeRequest(std::uint16_t transaction, const ReadRequest& request, Bytes& out) {
  PutHead(transaction, request.unit, kRequestBodyBytes, out);
  PutByte(out, static_cast<std::uint8_t>(request.table));
  PutShort(out, request.address);
  PutShort(out, request.count);
}

void EncodeAnswer(std::uint16_t transaction, const ReadRequest& request, Data data, Bytes& out) {
  BEDPLATE_CHECK(request.count <= MostOf(request.table));
  BEDPLATE_CHECK(data.size() == DataBytes(request.table, request.count));
  PutHead(transaction, request.unit, 1 + data.size(), out);
  PutByte(out, static_cast<std::uint8_t>(request.table));
  PutByte(out, static_cast<std::uint8_t>(data.size()));
  PutBytes(out, data);
}

void EncodeException(const Frame& request, ExceptionCode code, Bytes& out) {
  PutHead(request.transaction, request.unit, 1, out);
  PutByte(out, request.function | kExceptionFlag);
  PutByte(out, static_cast<std::uint8_t>(code));
}

std::variant<ReadRequest, ExceptionCode> DecodeRequest(const Frame& frame) {
  if (frame.function < static_cast<int>(Table::kCoils) ||
      frame.function > static_cast<int>(Table::kInputRegisters)) {
    return ExceptionCode::kIllegalFunction;
  }
  if (frame.body.size() != kRequestBodyBytes) return ExceptionCode::kIllegalValue;
  const ReadRequest request{.unit = frame.unit,
                            .table = static_cast<Table>(frame.function),
                            .address = ShortAt(frame.body, 0),
                            .count = ShortAt(frame.body, 2)};
  if (request.count == 0 || request.count > MostOf(request.table)) {
    return ExceptionCode::kIllegalValue;
  }
  if (std::uint32_t{request.address} + request.count > kTableSize) {
    return ExceptionCode::kIllegalAddress;
  }
  return request;
}

Result<std::variant<Data, ExceptionCode>> DecodeAnswer(const Frame& frame,
                                                       const ReadRequest& request) {
  if (!IsUnitOf(frame, request)) return Broken(request, "unit", request.unit, frame.unit);
  const auto function = static_cast<std::uint8_t>(request.table);
  if (frame.function == (function | kExceptionFlag)) {
    if (frame.body.size() != 1) {
      return Broken(request, "bytes of an exception:", 1, frame.body.size());
    }
    return std::variant<Data, ExceptionCode>(static_cast<ExceptionCode>(ByteAt(frame.body, 0)));
  }
  if (frame.function != function) return Broken(request, "function", function, frame.function);
  ASSIGN_OR_RETURN(const Data data, DecodeData(frame.body, request));
  return std::variant<Data, ExceptionCode>(data);
}

std::span<std::byte> FrameStream::Space() noexcept {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  return std::span(buffer_).subspan(end_);
}

void FrameStream::Filled(std::size_t count) noexcept {
  BEDPLATE_CHECK(count <= buffer_.size() - end_);
  end_ += count;
}

Result<std::optional<Frame>> FrameStream::Next() {
  const ByteView waiting = ByteView(buffer_).subspan(begin_, end_ - begin_);
  if (waiting.size() < kHeadBytes) return std::optional<Frame>();
  if (const std::uint16_t protocol = ShortAt(waiting, 2); protocol != kProtocol) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("not Modbus TCP: expected protocol 0, got {}", protocol));
  }
  const std::uint16_t length = ShortAt(waiting, 4);
  if (length < kLeastLength || length > kMostLength) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("not Modbus TCP: expected a frame of {} to {} bytes, got {}",
                             kLeastLength, kMostLength, length));
  }
  const std::size_t whole = kHeadBytes - 1 + length;
  if (waiting.size() < whole) return std::optional<Frame>();
  begin_ += whole;
  return std::optional(Frame{.transaction = ShortAt(waiting, 0),
                             .unit = ByteAt(waiting, kHeadBytes - 1),
                             .function = ByteAt(waiting, kHeadBytes),
                             .body = waiting.subspan(kHeadBytes + 1, length - kLeastLength)});
}

}  // namespace bedplate::modbus

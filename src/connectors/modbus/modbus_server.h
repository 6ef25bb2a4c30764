#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/result.h"
#include "connectors/modbus/frame.h"

namespace bedplate::modbus {

/// How an answer is given; all but the first are what broken devices and networks do.
struct AnswerManner {
  enum class Fault : std::uint8_t {
    kNone,
    kSilence,
    kLate,              // just before the answer to the next request of the connection
    kTwice,             // the same answer again
    kWrongTransaction,  // that nobody asked for
    kWrongUnit,
    kNotModbus,  // bytes of another protocol
    kCut,        // half of it, and the connection is closed
    kTrickle,    // one byte at a time, with `delay` before each
    kReset,      // the connection is reset instead
  };
  Fault fault = Fault::kNone;
  std::chrono::milliseconds delay{0};  // before the answer
};

/// What answers at a port. Called on the thread of the server.
class ServedDevice {
 public:
  virtual ~ServedDevice() = default;
  /// The data, DataBytes() of them, or why there are none.
  virtual std::variant<Bytes, ExceptionCode> Read(const ReadRequest& request) = 0;
  virtual AnswerManner MannerOf(const ReadRequest& /*request*/) { return {}; }
};

/// A server of Modbus TCP for any number of devices, each at a port of its own, on one thread. It
/// answers the functions that read, the requests of a connection one after the other.
class ModbusServer {
 public:
  ModbusServer();
  /// Closes everything.
  ~ModbusServer();
  ModbusServer(const ModbusServer&) = delete;
  ModbusServer& operator=(const ModbusServer&) = delete;

  /// Serves `device`, which must outlive this server, and returns the port: the one that was asked
  /// for, or for 0 a free one. Errors: kInvalidArgument for what is no IP address, kConflict when
  /// the port is taken, kPermissionDenied, kIo.
  Result<std::uint16_t> Serve(const std::string& ip, std::uint16_t port, ServedDevice& device);

  /// Since it was made.
  [[nodiscard]] std::uint64_t connections() const noexcept;
  [[nodiscard]] std::uint64_t requests() const noexcept;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace bedplate::modbus

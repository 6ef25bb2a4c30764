#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "connectors/mqtt/packet.h"

namespace bedplate::mqtt {

/// Cuts what arrives into packets. One that is larger than the limit does not end the connection: a
/// server would send it again for ever. Its beginning is given out, `is_cut`, so that its topic can
/// be named and its receipt acknowledged; the rest is read over.
class PacketStream {
 public:
  struct Item {
    Frame frame;
    bool is_cut = false;
    std::uint64_t bytes = 0;  // of the packet as it was announced
  };

  /// Packets up to `most_bytes` are given out whole. At least kHeadBytes (CHECK).
  explicit PacketStream(std::size_t most_bytes);
  /// Of a packet that is cut this much is given out: enough for the longest topic and a packet id.
  static constexpr std::size_t kHeadBytes = 65'545;

  /// Where the next bytes are to be read to, at least `count`; good until Filled.
  std::span<std::byte> Space(std::size_t count);
  /// That many bytes were read.
  void Filled(std::size_t count);
  /// The next packet, good until Space; nullopt when more bytes are needed. Errors:
  /// kInvalidArgument when this is not MQTT.
  Result<std::optional<Item>> Next();

 private:
  void SkipWhatIsLeft();

  std::size_t most_bytes_;
  Bytes buffer_;
  std::size_t begin_ = 0;   // of what is not given out
  std::size_t end_ = 0;     // of what was read
  std::uint64_t skip_ = 0;  // bytes of a cut packet that are still to come
};

}  // namespace bedplate::mqtt

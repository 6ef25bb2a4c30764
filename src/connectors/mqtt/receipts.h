#pragma once

#include <cstdint>
#include <deque>
#include <unordered_set>

#include "base/bytes.h"
#include "connectors/mqtt/packet.h"

namespace bedplate::mqtt {

/// Which message it is, of all that a client received; ascending. 0: none needs an acknowledgement.
using Ticket = std::uint64_t;

/// The messages of one connection that are not acknowledged yet. Acknowledgements leave in the
/// order in which the messages came ([MQTT-4.6.0-2], [MQTT-4.6.0-3]), so one that is stored waits
/// for those before it.
class Receipts {
 public:
  /// A message came that wants an acknowledgement.
  void Arrived(std::uint16_t packet_id, Qos qos, Ticket ticket);
  /// The message is stored; adds the acknowledgements that may leave now to `out`. One that is not
  /// known is of an earlier connection, where its packet id meant something else.
  void Stored(Ticket ticket, Version version, Bytes& out);
  /// A PUBREL came: adds the PUBCOMP.
  void Released(std::uint16_t packet_id, Version version, Bytes& out);
  /// Whether a QoS 2 message with this id was acknowledged and not released: it is sent again, and
  /// is not to be stored again.
  [[nodiscard]] bool AwaitsRelease(std::uint16_t packet_id) const {
    return unreleased_.contains(packet_id);
  }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

  /// A new connection; with `resumed` the server knows the session and its QoS 2 messages still.
  void Reset(bool resumed);

 private:
  struct Entry {
    Ticket ticket = 0;
    std::uint16_t packet_id = 0;
    Qos qos = Qos::kAtLeastOnce;
    bool is_stored = false;
  };

  std::deque<Entry> waiting_;  // ascending by ticket
  std::unordered_set<std::uint16_t> unreleased_;
};

}  // namespace bedplate::mqtt

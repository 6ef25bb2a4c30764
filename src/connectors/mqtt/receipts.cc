#include "connectors/mqtt/receipts.h"

#include <algorithm>

#include "base/check.h"

namespace bedplate::mqtt {

void Receipts::Arrived(std::uint16_t packet_id, Qos qos, Ticket ticket) {
  BEDPLATE_CHECK(waiting_.empty() || waiting_.back().ticket < ticket);
  waiting_.push_back({ticket, packet_id, qos, false});
}

void Receipts::Stored(Ticket ticket, Version version, Bytes& out) {
  const auto found =
      std::lower_bound(waiting_.begin(), waiting_.end(), ticket,
                       [](const Entry& one, Ticket wanted) { return one.ticket < wanted; });
  if (found == waiting_.end() || found->ticket != ticket) return;
  found->is_stored = true;
  while (!waiting_.empty() && waiting_.front().is_stored) {
    const Entry& next = waiting_.front();
    const bool is_first_of_two = next.qos == Qos::kExactlyOnce;
    if (is_first_of_two) unreleased_.insert(next.packet_id);
    Encode(Acknowledgement{is_first_of_two ? PacketType::kPublishReceived : PacketType::kPublishAck,
                           next.packet_id, kSuccess},
           version, out);
    waiting_.pop_front();
  }
}

void Receipts::Released(std::uint16_t packet_id, Version version, Bytes& out) {
  unreleased_.erase(packet_id);
  Encode(Acknowledgement{PacketType::kPublishComplete, packet_id, kSuccess}, version, out);
}

void Receipts::Reset(bool resumed) {
  waiting_.clear();
  if (!resumed) unreleased_.clear();
}

}  // namespace bedplate::mqtt

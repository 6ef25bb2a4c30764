#include "base/check.h"
#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/properties.h"
#include "connectors/mqtt/wire.h"

namespace bedplate::mqtt {
namespace {

constexpr std::uint8_t kReservedFlags = 0x02;  // SUBSCRIBE, UNSUBSCRIBE, PUBREL

void PutByte(Bytes& out, unsigned value) { out.push_back(static_cast<std::byte>(value)); }

/// Adds a packet of which the body is known.
void PutPacket(PacketType type, unsigned flags, const Bytes& body, Bytes& out) {
  BEDPLATE_CHECK(body.size() <= kMostVariable);
  PutByte(out, static_cast<unsigned>(type) << 4U | flags);
  PutVarint(out, body.size());
  PutBytes(out, body);
}

void PutNoProperties(Version version, Bytes& out) {
  if (version == Version::k5) PutByte(out, 0);
}

void PutProperty(Property id, Bytes& out) { PutByte(out, static_cast<unsigned>(id)); }

Bytes PropertiesOf(const Connect& packet) {
  Bytes out;
  PutProperty(Property::kSessionExpiry, out);
  PutLong(out, packet.session_expiry_s);
  PutProperty(Property::kReceiveMaximum, out);
  PutShort(out, packet.receive_maximum);
  if (packet.maximum_packet_bytes > 0) {
    PutProperty(Property::kMaximumPacketSize, out);
    PutLong(out, packet.maximum_packet_bytes);
  }
  return out;
}

unsigned FlagsOf(const Connect& packet) {
  unsigned flags = packet.clean_start ? 0x02U : 0U;
  if (packet.will) {
    flags |= 0x04U | static_cast<unsigned>(packet.will->qos) << 3U;
    if (packet.will->retain) flags |= 0x20U;
  }
  if (packet.password) flags |= 0x40U;
  if (packet.user) flags |= 0x80U;
  return flags;
}

void PutWill(const Will& will, Version version, Bytes& out) {
  PutNoProperties(version, out);
  PutWireText(out, will.topic);
  PutWireText(out, will.payload);
}

}  // namespace

void Encode(const Connect& packet, Bytes& out) {
  Bytes body;
  PutWireText(body, "MQTT");
  PutByte(body, static_cast<unsigned>(packet.version));
  PutByte(body, FlagsOf(packet));
  PutShort(body, packet.keep_alive_s);
  if (packet.version == Version::k5) {
    const Bytes properties = PropertiesOf(packet);
    PutVarint(body, properties.size());
    PutBytes(body, properties);
  }
  PutWireText(body, packet.client_id);
  if (packet.will) PutWill(*packet.will, packet.version, body);
  if (packet.user) PutWireText(body, *packet.user);
  if (packet.password) PutWireText(body, *packet.password);
  PutPacket(PacketType::kConnect, 0, body, out);
}

void Encode(const Publish& packet, Version version, Bytes& out) {
  Bytes body;
  PutWireText(body, packet.topic);
  if (packet.qos != Qos::kAtMostOnce) PutShort(body, packet.packet_id);
  PutNoProperties(version, body);
  PutBytes(body, packet.payload);
  const unsigned flags = (packet.duplicate ? 8U : 0U) | static_cast<unsigned>(packet.qos) << 1U |
                         (packet.retained ? 1U : 0U);
  PutPacket(PacketType::kPublish, flags, body, out);
}

void Encode(const Acknowledgement& packet, Version version, Bytes& out) {
  Bytes body;
  PutShort(body, packet.packet_id);
  if (version == Version::k5 && packet.reason != kSuccess) PutByte(body, packet.reason);
  const bool is_release = packet.type == PacketType::kPublishRelease;
  PutPacket(packet.type, is_release ? kReservedFlags : 0, body, out);
}

void EncodeSubscribe(std::uint16_t packet_id, const std::vector<Subscription>& subscriptions,
                     Version version, Bytes& out) {
  Bytes body;
  PutShort(body, packet_id);
  PutNoProperties(version, body);
  for (const Subscription& one : subscriptions) {
    PutWireText(body, one.filter);
    PutByte(body, static_cast<unsigned>(one.qos));
  }
  PutPacket(PacketType::kSubscribe, kReservedFlags, body, out);
}

void EncodeUnsubscribe(std::uint16_t packet_id, const std::vector<std::string>& filters,
                       Version version, Bytes& out) {
  Bytes body;
  PutShort(body, packet_id);
  PutNoProperties(version, body);
  for (const std::string& filter : filters) PutWireText(body, filter);
  PutPacket(PacketType::kUnsubscribe, kReservedFlags, body, out);
}

void EncodePing(Bytes& out) { PutPacket(PacketType::kPingRequest, 0, {}, out); }

void EncodeDisconnect(Reason reason, Version version, Bytes& out) {
  Bytes body;
  if (version == Version::k5 && reason != kSuccess) PutByte(body, reason);
  PutPacket(PacketType::kDisconnect, 0, body, out);
}

}  // namespace bedplate::mqtt

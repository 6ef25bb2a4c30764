#include <fmt/format.h>

#include <utility>

#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/properties.h"
#include "connectors/mqtt/wire.h"

namespace bedplate::mqtt {
namespace {

constexpr std::uint8_t kReleaseFlags = 0x02;  // the only ones of a PUBREL

Error Malformed(std::string_view packet, std::string_view what) {
  return {ErrorCode::kInvalidArgument, fmt::format("MQTT: {} {}", packet, what)};
}

/// The reason that MQTT 5 has for a return code of a 3.1.1 CONNACK (3.2.2.3 there).
Reason ReasonOfReturnCode(std::uint8_t code) {
  constexpr Reason kReasons[] = {kSuccess, 0x84, 0x85, 0x88, 0x86, 0x87};
  return code < std::size(kReasons) ? kReasons[code] : kFirstFailure;
}

/// Gives each property that stands at the place of `in` to `take`.
template <typename Visitor>
Status ReadProperties(WireReader& in, std::string_view packet, const Visitor& take) {
  PropertyReader properties(in);
  PropertyValue value;
  while (properties.Next(value)) take(value);
  if (!properties.ok()) return Malformed(packet, "has a property that breaks the standard");
  return {};
}

void Take(const PropertyValue& value, ConnectAck& ack) {
  switch (value.id) {
    case Property::kSessionExpiry: ack.session_expiry_s = value.number; break;
    case Property::kReceiveMaximum:
      ack.receive_maximum = static_cast<std::uint16_t>(value.number);
      break;
    case Property::kMaximumQos: ack.maximum_qos = static_cast<Qos>(value.number & 1U); break;
    case Property::kRetainAvailable: ack.retain_available = value.number != 0; break;
    case Property::kWildcardsAvailable: ack.wildcards_available = value.number != 0; break;
    case Property::kMaximumPacketSize: ack.maximum_packet_bytes = value.number; break;
    case Property::kServerKeepAlive:
      ack.keep_alive_s = static_cast<std::uint16_t>(value.number);
      break;
    case Property::kAssignedClientId: ack.assigned_client_id = value.text; break;
    case Property::kReasonText: ack.reason_text = value.text; break;
    case Property::kServerReference: ack.server_reference = value.text; break;
    default: break;  // nothing that this client acts on
  }
}

Result<ServerPacket> DecodeConnectAck(WireReader in, Version version) {
  ConnectAck ack;
  ack.session_present = (in.Byte() & 1U) != 0;
  const std::uint8_t code = in.Byte();
  ack.reason = version == Version::k5 ? code : ReasonOfReturnCode(code);
  if (!in.ok()) return Malformed("CONNACK", "is too short");
  if (version == Version::k311) return ServerPacket(ack);
  RETURN_IF_ERROR(
      ReadProperties(in, "CONNACK", [&](const PropertyValue& value) { Take(value, ack); }));
  if (ack.receive_maximum == 0) return Malformed("CONNACK", "says 'receive maximum 0'");
  return ServerPacket(ack);
}

Status ReadPublishProperties(WireReader& in, Publish& packet) {
  RETURN_IF_ERROR(ReadProperties(in, "PUBLISH", [&](const PropertyValue& value) {
    if (value.id == Property::kTopicAlias) {
      packet.topic_alias = static_cast<std::uint16_t>(value.number);
    }
  }));
  if (packet.topic_alias == 0) return Malformed("PUBLISH", "has the topic alias 0");
  return {};
}

Result<ServerPacket> DecodePublish(const Frame& frame, Version version) {
  WireReader in(frame.body);
  Publish packet;
  const unsigned qos = frame.flags >> 1U & 3U;
  if (qos > 2) return Malformed("PUBLISH", "has QoS 3");
  packet.qos = static_cast<Qos>(qos);
  packet.duplicate = (frame.flags & 8U) != 0;
  packet.retained = (frame.flags & 1U) != 0;
  packet.topic = in.Text();
  if (packet.qos != Qos::kAtMostOnce) packet.packet_id = in.Short();
  if (!in.ok()) return Malformed("PUBLISH", "has a topic that is cut off or not UTF-8");
  if (packet.qos != Qos::kAtMostOnce && packet.packet_id == 0) {
    return Malformed("PUBLISH", "has the packet identifier 0");
  }
  if (version == Version::k5) RETURN_IF_ERROR(ReadPublishProperties(in, packet));
  if (packet.topic.empty() && !packet.topic_alias) return Malformed("PUBLISH", "has no topic");
  packet.payload = in.Rest();
  return ServerPacket(packet);
}

Result<ServerPacket> DecodeAcknowledgement(const Frame& frame, Version version) {
  WireReader in(frame.body);
  Acknowledgement packet{frame.type, in.Short(), kSuccess};
  if (version == Version::k5 && in.ok() && !in.AtEnd()) packet.reason = in.Byte();
  if (!in.ok()) return Malformed("an acknowledgement", "is too short");
  const bool is_release = frame.type == PacketType::kPublishRelease;
  if (frame.flags != (is_release ? kReleaseFlags : 0)) {
    return Malformed("an acknowledgement", "has flags that the standard keeps for later");
  }
  return ServerPacket(packet);
}

Result<ServerPacket> DecodeSubscribeAck(const Frame& frame, Version version) {
  WireReader in(frame.body);
  SubscribeAck packet;
  packet.packet_id = in.Short();
  if (version == Version::k5) {
    RETURN_IF_ERROR(ReadProperties(in, "SUBACK", [&](const PropertyValue& value) {
      if (value.id == Property::kReasonText) packet.reason_text = value.text;
    }));
  }
  for (const std::byte reason : in.Rest())
    packet.reasons.push_back(std::to_integer<Reason>(reason));
  if (!in.ok()) return Malformed("SUBACK", "is too short");
  return ServerPacket(std::move(packet));
}

Result<ServerPacket> DecodeDisconnect(const Frame& frame, Version version) {
  if (version == Version::k311) return Malformed("DISCONNECT", "came from a 3.1.1 server");
  WireReader in(frame.body);
  Disconnect packet;
  if (!in.AtEnd()) packet.reason = in.Byte();
  if (in.AtEnd()) return ServerPacket(packet);
  RETURN_IF_ERROR(ReadProperties(in, "DISCONNECT", [&](const PropertyValue& value) {
    if (value.id == Property::kReasonText) packet.reason_text = value.text;
    if (value.id == Property::kServerReference) packet.server_reference = value.text;
  }));
  return ServerPacket(packet);
}

}  // namespace

Result<ServerPacket> Decode(const Frame& frame, Version version) {
  switch (frame.type) {
    case PacketType::kConnectAck: return DecodeConnectAck(WireReader(frame.body), version);
    case PacketType::kPublish: return DecodePublish(frame, version);
    case PacketType::kPublishAck:
    case PacketType::kPublishReceived:
    case PacketType::kPublishRelease:
    case PacketType::kPublishComplete: return DecodeAcknowledgement(frame, version);
    case PacketType::kSubscribeAck:
    case PacketType::kUnsubscribeAck: return DecodeSubscribeAck(frame, version);
    case PacketType::kPingResponse: return ServerPacket(PingResponse{});
    case PacketType::kDisconnect: return DecodeDisconnect(frame, version);
    default: break;
  }
  return Malformed("a packet", fmt::format("of type {} came, which a server does not send here",
                                           static_cast<int>(frame.type)));
}

}  // namespace bedplate::mqtt

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

// The packets of MQTT 3.1.1 and 5.0 (OASIS standards, chapters 2 and 3), as a client reads and
// writes them. Views point into the bytes that were decoded.

namespace bedplate::mqtt {

enum class Version : std::uint8_t { k311 = 4, k5 = 5 };

enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnectAck = 2,
  kPublish = 3,
  kPublishAck = 4,
  kPublishReceived = 5,
  kPublishRelease = 6,
  kPublishComplete = 7,
  kSubscribe = 8,
  kSubscribeAck = 9,
  kUnsubscribe = 10,
  kUnsubscribeAck = 11,
  kPingRequest = 12,
  kPingResponse = 13,
  kDisconnect = 14,
  kAuthenticate = 15,
};

enum class Qos : std::uint8_t { kAtMostOnce = 0, kAtLeastOnce = 1, kExactlyOnce = 2 };

/// A reason code of MQTT 5; the return codes of a 3.1.1 CONNACK are turned into them.
using Reason = std::uint8_t;
constexpr Reason kSuccess = 0x00;
constexpr Reason kFirstFailure = 0x80;
/// What the standard calls it, in words: "not authorized"; for unknown ones their number.
std::string ReasonText(Reason reason);

/// One packet as it is framed: the fixed header is taken off.
struct Frame {
  PacketType type = PacketType::kConnect;
  std::uint8_t flags = 0;
  ByteView body;
};

/// What a server said of itself and of the session (MQTT 5, 3.2). What it left out is as the
/// standard says.
struct ConnectAck {
  bool session_present = false;
  Reason reason = kSuccess;
  std::uint16_t receive_maximum = 65535;
  Qos maximum_qos = Qos::kExactlyOnce;
  bool retain_available = true;
  bool wildcards_available = true;
  std::optional<std::uint32_t> maximum_packet_bytes;
  std::optional<std::uint32_t> session_expiry_s;
  std::optional<std::uint16_t> keep_alive_s;
  std::string_view assigned_client_id;
  std::string_view reason_text;
  std::string_view server_reference;
};

struct Publish {
  std::string_view topic;  // empty with an alias that stands for an earlier one
  ByteView payload;
  Qos qos = Qos::kAtMostOnce;
  bool duplicate = false;
  bool retained = false;
  std::uint16_t packet_id = 0;  // 0 with kAtMostOnce
  std::optional<std::uint16_t> topic_alias;
};

/// PUBACK, PUBREC, PUBREL and PUBCOMP.
struct Acknowledgement {
  PacketType type = PacketType::kPublishAck;
  std::uint16_t packet_id = 0;
  Reason reason = kSuccess;
};

/// SUBACK and UNSUBACK: one reason for each filter; below kFirstFailure the QoS that was granted.
struct SubscribeAck {
  std::uint16_t packet_id = 0;
  std::vector<Reason> reasons;  // none for the UNSUBACK of 3.1.1
  std::string_view reason_text;
};

struct PingResponse {};

struct Disconnect {
  Reason reason = kSuccess;
  std::string_view reason_text;
  std::string_view server_reference;
};

using ServerPacket =
    std::variant<ConnectAck, Publish, Acknowledgement, SubscribeAck, PingResponse, Disconnect>;

/// Decodes what a server may send. Errors: kInvalidArgument names the packet and what is wrong with
/// it; the standard wants the connection closed then (4.13).
Result<ServerPacket> Decode(const Frame& frame, Version version);

struct Will {
  std::string topic;
  std::string payload;
  Qos qos = Qos::kAtMostOnce;
  bool retain = false;
};

struct Connect {
  Version version = Version::k5;
  std::string client_id;
  bool clean_start = false;  // 3.1.1: "clean session"
  std::uint16_t keep_alive_s = 0;
  std::optional<std::string> user;
  std::optional<std::string> password;
  std::optional<Will> will;
  // Not in 3.1.1, where a session that is not clean lasts as long as the server likes.
  std::uint32_t session_expiry_s = 0;
  std::uint16_t receive_maximum = 65535;
  std::uint32_t maximum_packet_bytes = 0;  // 0: none said
};

struct Subscription {
  std::string filter;
  Qos qos = Qos::kAtLeastOnce;
};

// Each adds one packet at the end of `out`. Texts must be at most 65,535 bytes (CHECK).
void Encode(const Connect& packet, Bytes& out);
/// `packet.topic_alias` is not written.
void Encode(const Publish& packet, Version version, Bytes& out);
void Encode(const Acknowledgement& packet, Version version, Bytes& out);
void EncodeSubscribe(std::uint16_t packet_id, const std::vector<Subscription>& subscriptions,
                     Version version, Bytes& out);
void EncodeUnsubscribe(std::uint16_t packet_id, const std::vector<std::string>& filters,
                       Version version, Bytes& out);
void EncodePing(Bytes& out);
void EncodeDisconnect(Reason reason, Version version, Bytes& out);

}  // namespace bedplate::mqtt

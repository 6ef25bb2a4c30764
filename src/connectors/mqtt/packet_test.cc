// Golden bytes follow the tables of MQTT 3.1.1 and 5.0, chapter 3.

#include "connectors/mqtt/packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "connectors/mqtt/packet_stream.h"

namespace bedplate::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes BytesOf(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

/// The only packet in `bytes`, which must be whole.
Result<ServerPacket> DecodeAll(const Bytes& bytes, Version version) {
  PacketStream stream(PacketStream::kHeadBytes);
  std::copy(bytes.begin(), bytes.end(), stream.Space(bytes.size()).begin());
  stream.Filled(bytes.size());
  ASSIGN_OR_RETURN(const auto item, stream.Next());
  EXPECT_TRUE(item.has_value());
  // The views of what is decoded point into the stream, which ends here.
  static Bytes kept;
  kept.assign(item->frame.body.begin(), item->frame.body.end());
  return Decode(Frame{item->frame.type, item->frame.flags, kept}, version);
}

template <typename T>
T DecodeAs(const Bytes& bytes, Version version) {
  auto packet = DecodeAll(bytes, version);
  EXPECT_TRUE(packet.ok()) << packet.error().ToString();
  return std::get<T>(*packet);
}

std::string FailureOf(const Bytes& bytes, Version version) {
  const auto packet = DecodeAll(bytes, version);
  return packet.ok() ? "decoded" : packet.error().ToString();
}

TEST(MqttPacketTest, ConnectIsWrittenByByte) {
  Connect packet;
  packet.version = Version::k5;
  packet.client_id = "bp";
  packet.keep_alive_s = 60;
  packet.session_expiry_s = 0x01020304;
  packet.receive_maximum = 0x0203;
  packet.user = "u";
  packet.password = "pw";
  Bytes out;
  Encode(packet, out);
  EXPECT_EQ(out, BytesOf({0x10, 30,   0, 4, 'M', 'Q', 'T', 'T', 5, 0xC0, 0,   60, 8, 0x11, 1,  2, 3,
                          4,    0x21, 2, 3, 0,   2,   'b', 'p', 0, 1,    'u', 0,  2, 'p',  'w'}));
}

TEST(MqttPacketTest, ConnectOfTheOlderVersionHasNoPropertiesAndCarriesItsWill) {
  Connect packet;
  packet.version = Version::k311;
  packet.client_id = "bp";
  packet.clean_start = true;
  packet.will = Will{"t", "off", Qos::kAtLeastOnce, true};
  Bytes out;
  Encode(packet, out);
  EXPECT_EQ(out, BytesOf({0x10, 22, 0,   4,   'M', 'Q', 'T', 'T', 4, 0x2E, 0,   0,
                          0,    2,  'b', 'p', 0,   1,   't', 0,   3, 'o',  'f', 'f'}));
}

TEST(MqttPacketTest, WhatAClientSendsLaterIsWrittenByByte) {
  Bytes out;
  EncodeSubscribe(0x0102, {{"a/+", Qos::kAtLeastOnce}, {"#", Qos::kAtMostOnce}}, Version::k5, out);
  EXPECT_EQ(out, BytesOf({0x82, 13, 1, 2, 0, 0, 3, 'a', '/', '+', 1, 0, 1, '#', 0}));
  out.clear();
  EncodeUnsubscribe(3, {"a"}, Version::k311, out);
  EXPECT_EQ(out, BytesOf({0xA2, 5, 0, 3, 0, 1, 'a'}));
  out.clear();
  Encode(Acknowledgement{PacketType::kPublishAck, 0x0A0B, kSuccess}, Version::k5, out);
  Encode(Acknowledgement{PacketType::kPublishRelease, 1, kSuccess}, Version::k311, out);
  EncodePing(out);
  EncodeDisconnect(kSuccess, Version::k5, out);
  EXPECT_EQ(out, BytesOf({0x40, 2, 0x0A, 0x0B, 0x62, 2, 0, 1, 0xC0, 0, 0xE0, 0}));
}

TEST(MqttPacketTest, ConnectAckSaysWhatTheServerCan) {
  const auto ack = DecodeAs<ConnectAck>(
      BytesOf({0x20, 26,   1, 0,  23,   0x21, 0, 20,   0x24, 1,    0x27, 0, 1,   0,
               0,    0x13, 0, 30, 0x22, 0,    5, 0x28, 0,    0x1F, 0,    2, 'h', 'i'}),
      Version::k5);
  EXPECT_TRUE(ack.session_present);
  EXPECT_EQ(ack.receive_maximum, 20);
  EXPECT_EQ(ack.maximum_qos, Qos::kAtLeastOnce);
  EXPECT_EQ(ack.maximum_packet_bytes, 65536U);
  EXPECT_EQ(ack.keep_alive_s, 30);
  EXPECT_FALSE(ack.wildcards_available);
  EXPECT_TRUE(ack.retain_available);
  EXPECT_EQ(ack.reason_text, "hi");
}

TEST(MqttPacketTest, ARefusalHasTheSameReasonInBothVersions) {
  for (const auto& [code, reason] : {std::pair{1, "unsupported protocol version"},
                                     {2, "client identifier not valid"},
                                     {3, "server unavailable"},
                                     {4, "bad user name or password"},
                                     {5, "not authorized"},
                                     {6, "unspecified error"}}) {
    const auto ack = DecodeAs<ConnectAck>(BytesOf({0x20, 2, 0, code}), Version::k311);
    EXPECT_EQ(ReasonText(ack.reason), reason);
  }
  const auto ack = DecodeAs<ConnectAck>(BytesOf({0x20, 3, 0, 0x87, 0}), Version::k5);
  EXPECT_EQ(ReasonText(ack.reason), "not authorized");
  EXPECT_EQ(ReasonText(0xF3), "reason 0xF3");
}

TEST(MqttPacketTest, PublishIsReadWithItsPlaceInTheSession) {
  const auto older =
      DecodeAs<Publish>(BytesOf({0x3B, 9, 0, 3, 'a', '/', 'b', 0, 7, 'h', 'i'}), Version::k311);
  EXPECT_EQ(older.topic, "a/b");
  EXPECT_EQ(AsText(older.payload), "hi");
  EXPECT_EQ(older.qos, Qos::kAtLeastOnce);
  EXPECT_TRUE(older.duplicate);
  EXPECT_TRUE(older.retained);
  EXPECT_EQ(older.packet_id, 7);

  const auto newer = DecodeAs<Publish>(
      BytesOf({0x30, 17, 0, 0, 13, 0x23, 0, 9, 0x26, 0, 1, 'k', 0, 1, 'v', 0x0B, 0x80, 0x01, 'y'}),
      Version::k5);
  EXPECT_EQ(newer.topic, "");
  EXPECT_EQ(newer.topic_alias, 9);
  EXPECT_EQ(newer.packet_id, 0);
  EXPECT_EQ(AsText(newer.payload), "y");
}

TEST(MqttPacketTest, PublishReadsBackAsItWasWritten) {
  for (const Version version : {Version::k311, Version::k5}) {
    for (const Qos qos : {Qos::kAtMostOnce, Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
      Publish sent{"spBv1.0/STATE/bp",
                   AsBytes("{}"),
                   qos,
                   false,
                   true,
                   static_cast<std::uint16_t>(qos == Qos::kAtMostOnce ? 0 : 513),
                   {}};
      Bytes out;
      Encode(sent, version, out);
      const auto read = DecodeAs<Publish>(out, version);
      EXPECT_EQ(read.topic, sent.topic);
      EXPECT_EQ(AsText(read.payload), "{}");
      EXPECT_EQ(read.qos, qos);
      EXPECT_TRUE(read.retained);
      EXPECT_EQ(read.packet_id, sent.packet_id);
    }
  }
}

TEST(MqttPacketTest, SubscribeAckSaysWhatWasGranted) {
  const auto older = DecodeAs<SubscribeAck>(BytesOf({0x90, 4, 1, 2, 1, 0x80}), Version::k311);
  EXPECT_EQ(older.packet_id, 0x0102);
  EXPECT_THAT(older.reasons, ElementsAre(1, 0x80));
  const auto newer =
      DecodeAs<SubscribeAck>(BytesOf({0x90, 9, 0, 1, 5, 0x1F, 0, 2, 'n', 'o', 0x87}), Version::k5);
  EXPECT_THAT(newer.reasons, ElementsAre(0x87));
  EXPECT_EQ(newer.reason_text, "no");
  EXPECT_THAT(DecodeAs<SubscribeAck>(BytesOf({0xB0, 2, 0, 1}), Version::k311).reasons,
              ElementsAre());
}

TEST(MqttPacketTest, DisconnectSaysWhy) {
  EXPECT_EQ(DecodeAs<Disconnect>(BytesOf({0xE0, 0}), Version::k5).reason, kSuccess);
  EXPECT_EQ(DecodeAs<Disconnect>(BytesOf({0xE0, 1, 0x8E}), Version::k5).reason, 0x8E);
  const auto full =
      DecodeAs<Disconnect>(BytesOf({0xE0, 7, 0x8B, 5, 0x1F, 0, 2, 'b', 'y'}), Version::k5);
  EXPECT_EQ(full.reason_text, "by");
}

TEST(MqttPacketTest, WhatBreaksTheStandardIsNamed) {
  EXPECT_THAT(FailureOf(BytesOf({0x36, 5, 0, 1, 'a', 0, 1}), Version::k311), HasSubstr("QoS 3"));
  EXPECT_THAT(FailureOf(BytesOf({0x32, 5, 0, 1, 'a', 0, 0}), Version::k311),
              HasSubstr("packet identifier 0"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 3, 0, 9, 'a'}), Version::k311), HasSubstr("cut off"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 3, 0, 1, 0xFF}), Version::k311), HasSubstr("UTF-8"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 3, 0, 1, 0}), Version::k311), HasSubstr("UTF-8"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 2, 0, 0}), Version::k311), HasSubstr("no topic"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 6, 0, 0, 3, 0x23, 0, 0}), Version::k5),
              HasSubstr("topic alias 0"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 7, 0, 1, 'a', 3, 0x70, 0, 0}), Version::k5),
              HasSubstr("property"));
  EXPECT_THAT(FailureOf(BytesOf({0x30, 8, 0, 1, 'a', 4, 0x01, 0, 0x01, 0}), Version::k5),
              HasSubstr("property"))
      << "one that stands twice";
  EXPECT_THAT(FailureOf(BytesOf({0x30, 4, 0, 1, 'a', 9}), Version::k5), HasSubstr("property"))
      << "longer than the packet";
  EXPECT_THAT(FailureOf(BytesOf({0x20, 1, 0}), Version::k311), HasSubstr("too short"));
  EXPECT_THAT(FailureOf(BytesOf({0x20, 6, 0, 0, 3, 0x21, 0, 0}), Version::k5),
              HasSubstr("receive maximum 0"));
  EXPECT_THAT(FailureOf(BytesOf({0x60, 2, 0, 1}), Version::k5), HasSubstr("flags"));
  EXPECT_THAT(FailureOf(BytesOf({0x40, 1, 0}), Version::k5), HasSubstr("too short"));
  EXPECT_THAT(FailureOf(BytesOf({0xE0, 0}), Version::k311), HasSubstr("3.1.1"));
  EXPECT_THAT(FailureOf(BytesOf({0x10, 0}), Version::k5), HasSubstr("type 1"));
}

}  // namespace
}  // namespace bedplate::mqtt

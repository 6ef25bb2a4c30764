#include "connectors/mqtt/packet_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace bedplate::mqtt {
namespace {

struct Seen {
  PacketType type;
  std::string body;
  bool is_cut;
  bool operator==(const Seen&) const = default;
};

/// What comes out when `bytes` arrive in pieces of at most `most` bytes.
std::vector<Seen> ReadInPieces(const Bytes& bytes, std::size_t most, std::mt19937& random) {
  PacketStream stream(PacketStream::kHeadBytes);
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t piece = std::min<std::size_t>(1 + random() % most, bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), piece,
                stream.Space(piece).begin());
    stream.Filled(piece);
    at += piece;
    for (auto item = stream.Next(); item.value(); item = stream.Next()) {
      const Frame& frame = (*item)->frame;
      seen.push_back({frame.type, std::string(AsText(frame.body)), (*item)->is_cut});
    }
  }
  return seen;
}

Bytes Message(std::size_t payload_bytes) {
  const std::string payload(payload_bytes, 'x');
  Bytes out;
  Encode(Publish{"topic", AsBytes(payload), Qos::kAtLeastOnce, false, false, 5, {}}, Version::k311,
         out);
  return out;
}

TEST(MqttPacketStreamTest, PiecesDoNotMatter) {
  Bytes bytes;
  for (const std::size_t size : {0U, 1U, 118U, 119U, 120U, 16'373U, 16'374U, 16'375U, 60'000U}) {
    PutBytes(bytes, Message(size));
    EncodePing(bytes);
  }
  std::mt19937 random(7);
  const auto expected = ReadInPieces(bytes, bytes.size(), random);
  ASSERT_EQ(expected.size(), 18U);
  for (const std::size_t most : {1U, 2U, 3U, 100U, 5000U}) {
    EXPECT_EQ(ReadInPieces(bytes, most, random), expected) << most;
  }
}

TEST(MqttPacketStreamTest, APacketThatIsTooLargeIsNamedAndTheNextOneRead) {
  Bytes bytes = Message(10'000'000);
  PutBytes(bytes, Message(3));
  std::mt19937 random(8);
  for (const std::size_t most : {70'000U, 3'000'000U}) {
    const auto seen = ReadInPieces(bytes, most, random);
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_TRUE(seen[0].is_cut);
    const ByteView body = AsBytes(seen[0].body);
    const auto packet = Decode(Frame{PacketType::kPublish, 2, body}, Version::k311);
    ASSERT_TRUE(packet.ok());
    EXPECT_EQ(std::get<Publish>(*packet).topic, "topic");
    EXPECT_EQ(std::get<Publish>(*packet).packet_id, 5);
    EXPECT_FALSE(seen[1].is_cut);
    EXPECT_TRUE(seen[1].body.ends_with("xxx"));
  }
}

TEST(MqttPacketStreamTest, WhatIsNotMqttIsAnError) {
  PacketStream stream(PacketStream::kHeadBytes);
  const Bytes bytes(5, std::byte{0xFF});
  std::copy(bytes.begin(), bytes.end(), stream.Space(5).begin());
  stream.Filled(4);
  EXPECT_FALSE(stream.Next().value().has_value());
  stream.Filled(1);
  const auto item = stream.Next();
  ASSERT_FALSE(item.ok());
  EXPECT_EQ(item.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace bedplate::mqtt

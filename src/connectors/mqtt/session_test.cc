#include "connectors/mqtt/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace bedplate::mqtt {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Seen : SessionEvents {
  void OnConnected(const ConnectAck& ack) override {
    log.push_back(ack.session_present ? "resumed" : "connected");
  }
  void OnSubscribed(const std::vector<std::string>& refused) override {
    log.push_back("subscribed");
    log.insert(log.end(), refused.begin(), refused.end());
  }
  void OnMessage(const Message& message) override {
    log.push_back(std::string(message.topic) + "=" + std::string(message.payload));
    tickets.push_back(message.ticket);
  }
  void OnPublished(std::uint16_t id) override { log.push_back("published " + std::to_string(id)); }

  std::vector<std::string> log;
  std::vector<Ticket> tickets;
};

/// What the client said, as "PUBACK 7".
std::vector<std::string> Said(const Bytes& bytes) {
  PacketStream stream(PacketStream::kHeadBytes);
  std::copy(bytes.begin(), bytes.end(), stream.Space(bytes.size()).begin());
  stream.Filled(bytes.size());
  std::vector<std::string> said;
  for (auto item = stream.Next(); item.value(); item = stream.Next()) {
    const Frame& frame = (*item)->frame;
    std::string text = std::to_string(static_cast<int>(frame.type));
    const int type = static_cast<int>(frame.type);
    if (type >= 4 && type <= 8) {
      text += " " + std::to_string(std::to_integer<int>(frame.body[0]) * 256 +
                                   std::to_integer<int>(frame.body[1]));
    }
    said.push_back(text);
  }
  return said;
}

Connect Asked(Version version) {
  Connect connect;
  connect.version = version;
  connect.client_id = "bp";
  connect.keep_alive_s = 10;
  connect.receive_maximum = 4;
  return connect;
}

SessionOptions Options() {
  SessionOptions options;
  options.subscriptions = {{"a/#", Qos::kAtLeastOnce}, {"b", Qos::kExactlyOnce}};
  return options;
}

class MqttSessionTest : public ::testing::Test {
 protected:
  Status Come(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return session_.Receive(bytes, now_);
  }
  Status ComeMessage(std::uint16_t id, Qos qos = Qos::kAtLeastOnce) {
    Bytes bytes;
    Encode(Publish{"a", AsBytes("1"), qos, false, false, id, {}}, version_, bytes);
    return session_.Receive(bytes, now_);
  }
  void GoOnline(bool resumed = false, Version version = Version::k5) {
    version_ = version;
    session_.Open(Asked(version), now_);
    ASSERT_TRUE(version == Version::k5 ? Come({0x20, 3, resumed ? 1 : 0, 0, 0}).ok()
                                       : Come({0x20, 2, resumed ? 1 : 0, 0}).ok());
    const auto said = Said(session_.TakeOutgoing());
    ASSERT_EQ(said.size(), 2U);  // CONNECT, SUBSCRIBE
    const int id = std::stoi(said[1].substr(2));
    ASSERT_TRUE(version == Version::k5 ? Come({0x90, 5, id >> 8, id & 255, 0, 1, 2}).ok()
                                       : Come({0x90, 4, id >> 8, id & 255, 1, 2}).ok());
    seen_.log.clear();
  }

  Seen seen_;
  Session session_{Options(), seen_};
  Version version_ = Version::k5;
  Session::Time now_ = seconds(1000);
};

TEST_F(MqttSessionTest, ConnectsAndSubscribes) {
  session_.Open(Asked(Version::k5), now_);
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("1"));
  ASSERT_TRUE(Come({0x20, 3, 0, 0, 0}).ok());
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("8 1"));
  EXPECT_FALSE(session_.is_subscribed());
  ASSERT_TRUE(Come({0x90, 5, 0, 1, 0, 1, 0x87}).ok());
  EXPECT_TRUE(session_.is_subscribed());
  EXPECT_THAT(seen_.log, ElementsAre("connected", "subscribed", "b: not authorized"));
}

TEST_F(MqttSessionTest, ARefusalSaysWhetherARepetitionHelps) {
  session_.Open(Asked(Version::k5), now_);
  auto status = Come({0x20, 3, 0, 0x86, 0});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(status.error().message(), HasSubstr("bad user name or password"));
  session_.Open(Asked(Version::k311), now_);
  EXPECT_EQ(Come({0x20, 2, 0, 1}).error().code(), ErrorCode::kUnsupported);
  session_.Open(Asked(Version::k311), now_);
  EXPECT_EQ(Come({0x20, 2, 0, 3}).error().code(), ErrorCode::kUnavailable);
}

TEST_F(MqttSessionTest, NothingIsAcknowledgedBeforeItIsStoredAndAllInTheOrderOfArrival) {
  for (const Version version : {Version::k5, Version::k311}) {
    for (unsigned seed = 0; seed < 200; ++seed) {
      GoOnline(false, version);
      seen_.tickets.clear();
      for (std::uint16_t id = 1; id <= 4; ++id) ASSERT_TRUE(ComeMessage(id).ok());
      ASSERT_FALSE(session_.HasOutgoing());
      std::vector<Ticket> order = seen_.tickets;
      std::mt19937 random(seed);
      std::shuffle(order.begin(), order.end(), random);
      std::vector<std::string> said;
      for (const Ticket ticket : order) {
        session_.Stored(ticket, now_);
        for (const auto& one : Said(session_.TakeOutgoing())) said.push_back(one);
        // As many as are stored from the front on.
        std::size_t front = 0;
        const auto stored_end = std::find(order.begin(), order.end(), ticket) + 1;
        while (front < 4 &&
               std::find(order.begin(), stored_end, seen_.tickets[front]) != stored_end)
          ++front;
        ASSERT_EQ(said.size(), front) << "seed " << seed;
      }
      EXPECT_THAT(said, ElementsAre("4 1", "4 2", "4 3", "4 4")) << "seed " << seed;
    }
  }
}

TEST_F(MqttSessionTest, WhatWasStoredOnALostConnectionIsNotAcknowledgedOnTheNext) {
  GoOnline();
  ASSERT_TRUE(ComeMessage(7).ok());
  GoOnline(true);
  session_.Stored(seen_.tickets[0], now_);
  EXPECT_FALSE(session_.HasOutgoing());
  ASSERT_TRUE(ComeMessage(7).ok());
  session_.Stored(seen_.tickets[1], now_);
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("4 7"));
}

TEST_F(MqttSessionTest, AnExactlyOnceMessageIsGivenOutOnceUntilItIsReleased) {
  GoOnline();
  ASSERT_TRUE(ComeMessage(9, Qos::kExactlyOnce).ok());
  session_.Stored(seen_.tickets[0], now_);
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("5 9"));
  GoOnline(true);
  ASSERT_TRUE(ComeMessage(9, Qos::kExactlyOnce).ok());
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("5 9"));
  EXPECT_THAT(seen_.log, IsEmpty());
  ASSERT_TRUE(Come({0x62, 2, 0, 9}).ok());
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("7 9"));
  ASSERT_TRUE(ComeMessage(9, Qos::kExactlyOnce).ok());
  EXPECT_THAT(seen_.log, ElementsAre("a=1"));
}

TEST_F(MqttSessionTest, AServerThatForgotTheSessionSendsAnewWhatWasNotReleased) {
  GoOnline();
  ASSERT_TRUE(ComeMessage(9, Qos::kExactlyOnce).ok());
  session_.Stored(seen_.tickets[0], now_);
  GoOnline(false);
  ASSERT_TRUE(ComeMessage(9, Qos::kExactlyOnce).ok());
  EXPECT_THAT(seen_.log, ElementsAre("a=1"));
}

/// Mosquitto 2.0.11 with max_inflight_messages 0 pays no heed to the Receive Maximum. Leaving it,
/// as the standard allows, would help nobody: it would do the same again.
TEST_F(MqttSessionTest, AServerThatOverrunsTheWindowIsBorneWith) {
  GoOnline();
  for (std::uint16_t id = 1; id <= 100; ++id) ASSERT_TRUE(ComeMessage(id).ok());
  EXPECT_EQ(session_.unacknowledged(), 100U);
}

TEST_F(MqttSessionTest, PingsWhenNothingIsSentAndGivesUpWithoutAnAnswer) {
  GoOnline();
  EXPECT_EQ(session_.NextTick(), now_ + seconds(5));
  now_ += seconds(5);
  ASSERT_TRUE(session_.Tick(now_).ok());
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("12"));
  EXPECT_EQ(session_.NextTick(), now_ + seconds(3));
  now_ += seconds(2);
  ASSERT_TRUE(ComeMessage(1).ok()) << "anything that comes shows that the server lives";
  EXPECT_EQ(session_.NextTick(), now_ + seconds(3));
  now_ += seconds(3);
  const auto status = session_.Tick(now_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kDeadlineExceeded);
  EXPECT_THAT(status.error().message(), HasSubstr("PINGREQ"));
}

TEST_F(MqttSessionTest, AnAnsweredPingIsFollowedByTheNext) {
  GoOnline();
  for (int i = 0; i < 3; ++i) {
    now_ += seconds(5);
    ASSERT_TRUE(session_.Tick(now_).ok());
    EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("12"));
    ASSERT_TRUE(Come({0xD0, 0}).ok());
  }
}

TEST_F(MqttSessionTest, AServerThatSaysNothingIsLeft) {
  session_.Open(Asked(Version::k5), now_);
  now_ += seconds(5);
  EXPECT_THAT(session_.Tick(now_).error().message(), HasSubstr("CONNECT"));
  session_.Open(Asked(Version::k5), now_);
  ASSERT_TRUE(Come({0x20, 3, 0, 0, 0}).ok());
  now_ += seconds(5);
  ASSERT_TRUE(session_.Tick(now_).ok());
  now_ += seconds(5);
  EXPECT_FALSE(session_.Tick(now_).ok());
}

TEST_F(MqttSessionTest, PublishesWhileConnected) {
  EXPECT_EQ(session_.Publish("t", "1", Qos::kAtMostOnce, false, now_).error().code(),
            ErrorCode::kUnavailable);
  GoOnline();
  EXPECT_EQ(session_.Publish("t", "1", Qos::kAtMostOnce, false, now_).value(), 0);
  const std::uint16_t id = session_.Publish("t", "1", Qos::kAtLeastOnce, true, now_).value();
  ASSERT_NE(id, 0);
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("3", "3"));
  ASSERT_TRUE(Come({0x40, 2, id >> 8, id & 255}).ok());
  EXPECT_THAT(seen_.log, ElementsAre("published " + std::to_string(id)));
}

TEST_F(MqttSessionTest, WhatAServerMayNotSendEndsTheConnection) {
  session_.Open(Asked(Version::k5), now_);
  EXPECT_FALSE(ComeMessage(1).ok()) << "before CONNACK";
  GoOnline();
  EXPECT_FALSE(Come({0x20, 3, 0, 0, 0}).ok()) << "a second CONNACK";
  GoOnline();
  EXPECT_FALSE(Come({0x30, 7, 0, 1, 'a', 3, 0x23, 0, 1}).ok()) << "an alias nobody offered";
  GoOnline();
  EXPECT_THAT(Come({0xE0, 1, 0x8E}).error().message(), HasSubstr("session taken over"));
}

TEST_F(MqttSessionTest, ClosingSaysGoodbye) {
  GoOnline();
  session_.Close(now_);
  EXPECT_THAT(Said(session_.TakeOutgoing()), ElementsAre("14"));
  EXPECT_EQ(session_.NextTick(), Session::Time::max());
}

}  // namespace
}  // namespace bedplate::mqtt

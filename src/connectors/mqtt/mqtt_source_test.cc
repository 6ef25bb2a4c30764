// The source against a server over real sockets: what flows, what is acknowledged and when.

#include "connectors/mqtt/mqtt_source.h"

#include <atomic>
#include <future>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/mqtt/scripted_server_test_support.h"

namespace bedplate::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class NoSecrets final : public SecretReader {
 public:
  [[nodiscard]] Result<std::string> Read(std::string_view name) const override {
    return Error(ErrorCode::kNotFound, fmt::format("there is no secret '{}'", name));
  }
};

/// Keeps what a source says, and lets a test decide when it is stored.
class TestPort final : public SourcePort {
 public:
  void Deliver(Delivery delivery) override {
    const std::lock_guard lock(mutex_);
    for (const PathBatch& batch : delivery.batches) {
      for (std::size_t i = 0; i < batch.samples.size(); ++i) {
        values_.push_back(fmt::format("{}={}", batch.path, batch.samples.NumberAt(i)));
        samples_.push_back(batch.samples.At(i));
      }
    }
    for (const DeadLetter& letter : delivery.letters) values_.push_back(letter.code);
    deliveries_.push_back(std::move(delivery));
  }
  [[nodiscard]] bool HasRoom() const override { return has_room; }
  void Connected() override { connected = true; }
  void Alive() override {}
  void NotePart(std::string_view part, Status status) override {
    const std::lock_guard lock(mutex_);
    parts_.push_back(std::string(part) + (status.ok() ? " works" : " fails"));
  }

  /// Waits for that many values and letters, and returns them.
  std::vector<std::string> WaitFor(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
      {
        const std::lock_guard lock(mutex_);
        if (values_.size() >= count) return values_;
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    return {"too few"};
  }
  void StoreAll() {
    std::vector<Delivery> deliveries;
    {
      const std::lock_guard lock(mutex_);
      deliveries = std::exchange(deliveries_, {});
    }
    for (const Delivery& delivery : deliveries) delivery.stored();
  }
  std::vector<Sample> samples() {
    const std::lock_guard lock(mutex_);
    return samples_;
  }
  std::vector<std::string> parts() {
    const std::lock_guard lock(mutex_);
    return parts_;
  }

  std::atomic<bool> has_room = true;
  std::atomic<bool> connected = false;

 private:
  std::mutex mutex_;
  std::vector<std::string> values_;
  std::vector<Sample> samples_;
  std::vector<Delivery> deliveries_;
  std::vector<std::string> parts_;
};

class MqttSourceTest : public testing::Test {
 protected:
  void Configure(const std::string& url, const std::string& more = "") {
    YamlFaults faults("plant.yaml");
    SourceSpec spec;
    spec.name = "line";
    spec.kind = "mqtt";
    spec.instance = "i1";
    spec.settings = ParseYaml(
        fmt::format("{{url: '{}', map: [{{topic: 'a/{{x}}', to: 'p/{{x}}'}}]{}}}", url, more),
        faults);
    source_ = MqttKind().Configure(spec, faults);
    ASSERT_TRUE(source_) << faults.list().front().ToString();
  }
  Status Run() {
    const NoSecrets secrets;
    return source_->Run({port_, clock_, secrets, stop_.get_token()});
  }
  void StartRun() {
    running_ = std::async(std::launch::async, [this] { return Run(); });
  }
  Status StopRun() {
    port_.StoreAll();
    stop_.request_stop();
    return running_.get();
  }

  SystemClock clock_;
  TestPort port_;
  std::stop_source stop_;
  std::unique_ptr<Source> source_;
  std::future<Status> running_;
};

TEST_F(MqttSourceTest, AcknowledgesWhenItIsStoredAndNotBefore) {
  std::promise<std::vector<int>> early;
  std::promise<std::vector<int>> acknowledged;
  std::promise<void> stored;
  ScriptedServer server([&](ServerPeer& peer, int) {
    ASSERT_TRUE(peer.Welcome());
    for (std::uint16_t id = 1; id <= 3; ++id) peer.Publish("a/t", std::to_string(id), id);
    stored.get_future().wait();
    std::vector<int> ids;
    while (ids.size() < 3) {
      const auto packet = peer.Next();
      if (!packet) break;
      if (packet->type == 4) ids.push_back(packet->id);
    }
    acknowledged.set_value(ids);
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  StartRun();
  EXPECT_THAT(port_.WaitFor(3), ElementsAre("p/t=1", "p/t=2", "p/t=3"));
  EXPECT_TRUE(port_.connected);
  port_.StoreAll();
  stored.set_value();
  EXPECT_THAT(acknowledged.get_future().get(), ElementsAre(1, 2, 3));
  EXPECT_TRUE(StopRun().ok());
}

/// A value without a time is not stored twice when the server sends it again.
TEST_F(MqttSourceTest, WhatIsSentAgainHasTheTimeOfItsFirstComing) {
  ScriptedServer server([&](ServerPeer& peer, int number) {
    ASSERT_TRUE(peer.Welcome(number > 0));
    peer.Publish("a/t", "7", 1, number > 0);
    if (number == 0) {
      port_.WaitFor(1);
      return;  // the connection breaks before anything is acknowledged
    }
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  EXPECT_EQ(Run().error().code(), ErrorCode::kUnavailable);
  StartRun();
  EXPECT_THAT(port_.WaitFor(2), ElementsAre("p/t=7", "p/t=7"));
  const auto samples = port_.samples();
  EXPECT_EQ(samples[0].time, samples[1].time);
  EXPECT_TRUE(StopRun().ok());
}

TEST_F(MqttSourceTest, WhatIsNoValueIsADeadLetterAndAcknowledged) {
  std::promise<int> acknowledged;
  ScriptedServer server([&](ServerPeer& peer, int) {
    ASSERT_TRUE(peer.Welcome());
    peer.Publish("b/unknown", "x", 1);
    peer.Publish("a/t", "warm", 2);
    int acks = 0;
    while (acks < 2) {
      const auto packet = peer.Next();
      if (!packet) break;
      acks += packet->type == 4 ? 1 : 0;
    }
    acknowledged.set_value(acks);
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  StartRun();
  EXPECT_THAT(port_.WaitFor(1), ElementsAre("bad-payload"));
  auto future = acknowledged.get_future();
  while (future.wait_for(milliseconds(5)) != std::future_status::ready) port_.StoreAll();
  EXPECT_EQ(future.get(), 2);
  EXPECT_TRUE(StopRun().ok());
}

TEST_F(MqttSourceTest, ReadsNothingWithoutRoom) {
  ScriptedServer server([&](ServerPeer& peer, int) {
    ASSERT_TRUE(peer.Welcome());
    for (std::uint16_t id = 1; id <= 100; ++id) {
      peer.Publish("a/t", std::to_string(id), id);
      if (id == 1) port_.WaitFor(1);
    }
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  StartRun();
  port_.WaitFor(1);
  port_.has_room = false;
  std::this_thread::sleep_for(milliseconds(100));
  const std::size_t while_full = port_.samples().size();
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(port_.samples().size(), while_full);
  port_.has_room = true;
  port_.StoreAll();
  EXPECT_EQ(port_.WaitFor(100).size(), 100U);
  EXPECT_TRUE(StopRun().ok());
}

/// A stop waits for what the stores have, acknowledges it and says goodbye.
TEST_F(MqttSourceTest, StopsWithAcknowledgementsAndDisconnect) {
  std::promise<std::vector<int>> said;
  ScriptedServer server([&](ServerPeer& peer, int) {
    ASSERT_TRUE(peer.Welcome());
    peer.Publish("a/t", "1", 1);
    std::vector<int> types;
    while (const auto packet = peer.Next()) types.push_back(packet->type);
    said.set_value(types);
  });
  Configure(server.url());
  StartRun();
  port_.WaitFor(1);
  stop_.request_stop();
  std::this_thread::sleep_for(milliseconds(20));
  port_.StoreAll();
  EXPECT_TRUE(running_.get().ok());
  EXPECT_THAT(said.get_future().get(), ElementsAre(4, 14));
}

TEST_F(MqttSourceTest, AnOlderServerIsSpokenToInItsVersion) {
  ScriptedServer server([&](ServerPeer& peer, int) {
    const auto connect = peer.Next();
    ASSERT_TRUE(connect);
    const bool is_5 = connect->body.at(6) == 5;
    if (is_5) return;  // closes without a word, as some do
    peer.Say({0x20, 2, 0, 0});
    const auto subscribe = peer.Next();
    ASSERT_TRUE(subscribe);
    peer.Say({0x90, 3, subscribe->id / 256, subscribe->id % 256, 1});
    peer.Say({0x30, 6, 0, 3, 'a', '/', 't', '5'});
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  StartRun();
  EXPECT_THAT(port_.WaitFor(1), ElementsAre("p/t=5"));
  EXPECT_TRUE(StopRun().ok());
}

TEST_F(MqttSourceTest, SaysWhyItCannotConnect) {
  Configure("mqtt://127.0.0.1:1");
  const Status refused = Run();
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().ToString(), HasSubstr("cannot connect to 127.0.0.1 port 1"));
  Configure("mqtts://127.0.0.1:1", ", tls: {ca: /nowhere/ca.pem}");
  EXPECT_THAT(Run().error().ToString(), HasSubstr("/nowhere/ca.pem"));
  Configure("mqtt://127.0.0.1:1", ", user: u, password: {secret: none}");
  EXPECT_THAT(Run().error().ToString(), HasSubstr("no secret 'none'"));
}

TEST_F(MqttSourceTest, AServerThatRefusesIsNotAskedSoonAgain) {
  ScriptedServer server([&](ServerPeer& peer, int) {
    if (peer.Next()) peer.Say({0x20, 3, 0, 0x87, 0});
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  EXPECT_EQ(Run().error().code(), ErrorCode::kPermissionDenied);
}

TEST_F(MqttSourceTest, WithoutAnySubscriptionItFails) {
  ScriptedServer server([&](ServerPeer& peer, int) {
    if (peer.Next()) peer.Say({0x20, 3, 0, 0, 0});
    const auto subscribe = peer.Next();
    if (subscribe) peer.Say({0x90, 4, subscribe->id / 256, subscribe->id % 256, 0, 0x87});
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  const Status ended = Run();
  EXPECT_EQ(ended.error().code(), ErrorCode::kPermissionDenied);
  EXPECT_THAT(ended.error().ToString(), HasSubstr("a/+"));
  EXPECT_FALSE(port_.connected);
}

TEST_F(MqttSourceTest, StopsWhileItConnects) {
  // A server that takes the connection and says nothing.
  ScriptedServer server([&](ServerPeer& peer, int) {
    while (peer.Next()) {
    }
  });
  Configure(server.url());
  StartRun();
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_TRUE(StopRun().ok());
}

TEST(MqttSettingsTest, FaultsNameTheirPlace) {
  const auto fault = [](const std::string& yaml) {
    YamlFaults faults("plant.yaml");
    SourceSpec spec;
    spec.key = "sources.line";
    spec.settings = ParseYaml(yaml, faults);
    return MqttKind().Configure(spec, faults) ? "none" : faults.list().front().ToString();
  };
  const std::string map = ", map: [{topic: a, to: b}]}";
  EXPECT_EQ(fault("{url: mqtt://h" + map), "none");
  EXPECT_EQ(fault("{url: 'mqtts://[::1]:8884'" + map), "none");
  EXPECT_THAT(fault("{url: http://h" + map), HasSubstr("sources.line.url: expected mqtt://HOST"));
  EXPECT_THAT(fault("{url: 'mqtt://h:99999'" + map), HasSubstr("sources.line.url"));
  EXPECT_THAT(fault("{url: mqtt://h, map: []}"), HasSubstr("sources.line.map"));
  EXPECT_THAT(fault("{url: mqtt://h, map: [{topic: 'a/#/b', to: c}]}"),
              HasSubstr("sources.line.map[0].topic"));
  EXPECT_THAT(fault("{url: mqtt://h, subscribe: ['a#']" + map), HasSubstr("subscribe"));
  EXPECT_THAT(fault("{url: mqtt://h, tls: {ca: x}" + map), HasSubstr("mqtts://"));
  EXPECT_THAT(fault("{url: mqtts://h, tls: {certificate: x}" + map), HasSubstr("together"));
  EXPECT_THAT(fault("{url: mqtt://h, password: {secret: s}" + map), HasSubstr("a user"));
  EXPECT_THAT(fault("{url: mqtt://h, qos: 3" + map), HasSubstr("0, 1 or 2"));
  EXPECT_THAT(fault("{url: mqtt://h, urll: x" + map), HasSubstr("urll"));
}

}  // namespace
}  // namespace bedplate::mqtt

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/text_hash.h"
#include "connectors/mqtt/arrival_times.h"
#include "connectors/mqtt/mqtt_settings.h"
#include "connectors/mqtt/session.h"
#include "connectors/mqtt/stored_tickets.h"
#include "ingest/reading_batcher.h"
#include "ingest/source.h"

namespace bedplate::mqtt {

/// Messages of an MQTT server as values of tags, by rules. A message with QoS 1 or 2 is
/// acknowledged when its values are durable, or what is wrong with it is a dead letter:
///
///     bad-payload       it is not as its rule has it
///     message-too-long  it was longer than the session takes; its beginning is kept
///
/// A message that no rule matches is counted and acknowledged. A retained message without a time of
/// its own is as old as nobody knows: its values have the quality uncertain, last usable value.
class MqttSource final : public Source, private SessionEvents {
 public:
  explicit MqttSource(MqttSettings settings);
  Status Run(const SourceContext& context) override;

 private:
  /// Which rule a topic has, and what it caught.
  struct Route {
    const MessageRule* rule = nullptr;
    Caught caught;
    std::string place;  // for dead letters
  };

  Status RunWith(Version version, const SourceContext& context);
  Status PrepareConnect(const SourceContext& context, Connect& connect) const;
  void OnConnected(const ConnectAck& ack) override;
  void OnSubscribed(const std::vector<std::string>& refused) override;
  void OnMessage(const Message& message) override;
  void OnPublished(std::uint16_t /*packet_id*/) override {}
  const Route& RouteOf(std::string_view topic);
  void Add(const Route& route, const Message& message);
  void Refuse(const Message& message, std::string_view code, std::string_view reason);
  Status Deliver();

  const MqttSettings settings_;
  ByText<Route> routes_;  // views of `caught` point into the keys
  ReadingBatcher batcher_;
  ArrivalTimes arrivals_;
  std::shared_ptr<StoredTickets> stored_ = std::make_shared<StoredTickets>();
  Version version_ = Version::k5;
  Session session_;
  const SourceContext* context_ = nullptr;  // while it runs
  bool has_answer_ = false;                 // to CONNECT
  Status subscribed_;
  TicketRange tickets_;  // of what was received and not delivered
  std::uint64_t bytes_ = 0;
};

/// The kind `mqtt`.
class MqttKind final : public SourceKind {
 public:
  [[nodiscard]] std::string_view name() const override { return "mqtt"; }
  [[nodiscard]] std::unique_ptr<Source> Configure(const SourceSpec& spec,
                                                  YamlFaults& faults) const override;
};

}  // namespace bedplate::mqtt

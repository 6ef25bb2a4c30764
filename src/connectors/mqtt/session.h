#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/packet_stream.h"
#include "connectors/mqtt/receipts.h"

namespace bedplate::mqtt {

struct SessionOptions {
  std::vector<Subscription> subscriptions;
  std::size_t most_packet_bytes = 1'048'576;  // a larger message is given out cut
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::nanoseconds subscribe_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds ping_timeout = std::chrono::seconds(3);
};

/// A message as it arrived. Views are good during the call.
struct Message {
  std::string_view topic;
  std::string_view payload;
  bool retained = false;
  bool duplicate = false;  // sent before, perhaps on an earlier connection
  bool is_cut = false;     // it was too large; the payload is its beginning
  std::uint64_t packet_bytes = 0;
  std::uint16_t packet_id = 0;  // a resumed session sends it again under this; 0: without one
  Ticket ticket = 0;            // to be given to Session::Stored; 0: none is asked for
};

/// What a session tells its owner, during Receive.
class SessionEvents {
 public:
  virtual ~SessionEvents() = default;
  virtual void OnConnected(const ConnectAck& ack) = 0;
  /// Every filter is answered; `refused` names those that the server did not grant, with reasons.
  virtual void OnSubscribed(const std::vector<std::string>& refused) = 0;
  virtual void OnMessage(const Message& message) = 0;
  /// The server has a message that was sent with QoS 1.
  virtual void OnPublished(std::uint16_t packet_id) = 0;
};

/// The client's side of the talk with an MQTT server, without sockets and clocks: what came in goes
/// to Receive, what is to be sent comes out of TakeOutgoing, and Tick says when time is up. It
/// lives through reconnections, as the server's session does. Not safe for concurrent use.
class Session {
 public:
  using Time = std::chrono::nanoseconds;  // of a clock that never goes back

  /// `events` must outlive the session.
  Session(SessionOptions options, SessionEvents& events);

  /// A connection was made: says CONNECT on it.
  void Open(Connect connect, Time now);
  /// Bytes of the server. Errors end the connection: kInvalidArgument what broke the standard,
  /// kUnauthenticated and kPermissionDenied refusals that a repetition does not change,
  /// kUnsupported a version that the server does not speak, kUnavailable all others.
  Status Receive(ByteView bytes, Time now);
  /// What is due at `now`. Errors: kDeadlineExceeded names what the server did not answer.
  Status Tick(Time now);
  /// Nothing was read on purpose since the last call, so that nothing can have been answered.
  void NotReading(Time now);
  /// When Tick is to be called next.
  [[nodiscard]] Time NextTick() const;

  /// The message of this ticket and what it became are durable.
  void Stored(Ticket ticket, Time now);
  /// Sends a message; its packet id with QoS 1, 0 otherwise. QoS 2 is not sent (CHECK). Errors:
  /// kUnavailable before the server has answered CONNECT, kResourceExhausted while it keeps
  /// kMostUnanswered unanswered.
  Result<std::uint16_t> Publish(std::string_view topic, std::string_view payload, Qos qos,
                                bool retain, Time now);
  static constexpr std::size_t kMostUnanswered = 1000;
  /// Says DISCONNECT; the server keeps the session and drops the will.
  void Close(Time now);

  [[nodiscard]] bool HasOutgoing() const noexcept { return !outgoing_.empty(); }
  /// To be sent now.
  Bytes TakeOutgoing();
  [[nodiscard]] bool is_subscribed() const noexcept { return state_ == State::kSubscribed; }
  /// Messages that the server waits to hear of.
  [[nodiscard]] std::size_t unacknowledged() const noexcept { return receipts_.waiting(); }

 private:
  enum class State : std::uint8_t { kClosed, kConnecting, kSubscribing, kSubscribed };

  Status Handle(const PacketStream::Item& item, Time now);
  Status On(const ConnectAck& ack, const PacketStream::Item& item, Time now);
  Status On(const mqtt::Publish& publish, const PacketStream::Item& item, Time now);
  Status On(const Acknowledgement& packet, const PacketStream::Item& item, Time now);
  Status On(const SubscribeAck& ack, const PacketStream::Item& item, Time now);
  Status On(const PingResponse& packet, const PacketStream::Item& item, Time now);
  Status On(const Disconnect& packet, const PacketStream::Item& item, Time now);
  void Subscribe(Time now);
  std::uint16_t NewPacketId();
  [[nodiscard]] Time PingPeriod() const;

  const SessionOptions options_;
  SessionEvents& events_;
  State state_ = State::kClosed;
  Version version_ = Version::k5;
  std::chrono::seconds asked_keep_alive_{0};
  PacketStream stream_;
  Receipts receipts_;
  Ticket last_ticket_ = 0;
  Bytes outgoing_;
  std::uint16_t last_packet_id_ = 0;
  std::uint16_t subscribe_id_ = 0;
  std::unordered_set<std::uint16_t> unanswered_;  // ids of what was sent with QoS 1
  Time keep_alive_{0};                            // 0: no pings
  Time last_sent_{0};
  Time state_deadline_{0};             // of kConnecting and kSubscribing
  std::optional<Time> ping_deadline_;  // a ping is out
};

}  // namespace bedplate::mqtt

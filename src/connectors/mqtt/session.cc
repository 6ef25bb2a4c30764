#include "connectors/mqtt/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/printable.h"

namespace bedplate::mqtt {
namespace {

ErrorCode CodeOf(Reason reason) {
  switch (reason) {
    case 0x84: return ErrorCode::kUnsupported;
    case 0x86:
    case 0x8C: return ErrorCode::kUnauthenticated;
    case 0x85:
    case 0x87:
    case 0x8A: return ErrorCode::kPermissionDenied;
    default: return ErrorCode::kUnavailable;
  }
}

/// "the server refused the connection: not authorized (ask K.), use b2 instead"
Error Refusal(std::string_view what, Reason reason, std::string_view text,
              std::string_view reference) {
  std::string message = fmt::format("{}: {}", what, ReasonText(reason));
  if (!text.empty()) message += fmt::format(" ({})", Printable(text));
  if (!reference.empty()) message += fmt::format(", it names {} instead", Printable(reference));
  return {CodeOf(reason), std::move(message)};
}

}  // namespace

Session::Session(SessionOptions options, SessionEvents& events)
    : options_(std::move(options)), events_(events), stream_(options_.most_packet_bytes) {}

void Session::Open(Connect connect, Time now) {
  version_ = connect.version;
  asked_keep_alive_ = std::chrono::seconds(connect.keep_alive_s);
  state_ = State::kConnecting;
  stream_ = PacketStream(options_.most_packet_bytes);
  outgoing_.clear();
  unanswered_.clear();
  ping_deadline_.reset();
  state_deadline_ = now + options_.connect_timeout;
  Encode(connect, outgoing_);
  last_sent_ = now;
}

Status Session::Receive(ByteView bytes, Time now) {
  const std::span<std::byte> space = stream_.Space(bytes.size());
  std::copy(bytes.begin(), bytes.end(), space.begin());
  stream_.Filled(bytes.size());
  if (ping_deadline_) ping_deadline_ = now + options_.ping_timeout;  // it is alive
  while (state_ != State::kClosed) {
    ASSIGN_OR_RETURN(const auto item, stream_.Next());
    if (!item) break;
    RETURN_IF_ERROR(Handle(*item, now));
  }
  return {};
}

Status Session::Handle(const PacketStream::Item& item, Time now) {
  ASSIGN_OR_RETURN(const ServerPacket packet, Decode(item.frame, version_));
  const bool is_answer = std::holds_alternative<ConnectAck>(packet);
  if (is_answer != (state_ == State::kConnecting)) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("MQTT: a packet of type {} came {} CONNACK", static_cast<int>(item.frame.type),
                    is_answer ? "as second" : "before"));
  }
  return std::visit([&](const auto& one) { return On(one, item, now); }, packet);
}

Status Session::On(const ConnectAck& ack, const PacketStream::Item& /*item*/, Time now) {
  if (ack.reason >= kFirstFailure) {
    return Refusal("the server refused the connection", ack.reason, ack.reason_text,
                   ack.server_reference);
  }
  receipts_.Reset(ack.session_present);
  keep_alive_ = ack.keep_alive_s ? std::chrono::seconds(*ack.keep_alive_s) : asked_keep_alive_;
  Subscribe(now);
  events_.OnConnected(ack);
  return {};
}

void Session::Subscribe(Time now) {
  if (options_.subscriptions.empty()) {
    state_ = State::kSubscribed;
    events_.OnSubscribed({});
    return;
  }
  state_ = State::kSubscribing;
  state_deadline_ = now + options_.subscribe_timeout;
  subscribe_id_ = NewPacketId();
  EncodeSubscribe(subscribe_id_, options_.subscriptions, version_, outgoing_);
  last_sent_ = now;
}

Status Session::On(const mqtt::Publish& publish, const PacketStream::Item& item, Time now) {
  if (publish.topic_alias) {
    return Error(ErrorCode::kInvalidArgument, "MQTT: a topic alias came, which was not offered");
  }
  if (publish.qos == Qos::kExactlyOnce && receipts_.AwaitsRelease(publish.packet_id)) {
    Encode(Acknowledgement{PacketType::kPublishReceived, publish.packet_id, kSuccess}, version_,
           outgoing_);
    last_sent_ = now;
    return {};
  }
  Message message{publish.topic,     AsText(publish.payload),
                  publish.retained,  publish.duplicate,
                  item.is_cut,       item.bytes,
                  publish.packet_id, 0};
  if (publish.qos != Qos::kAtMostOnce) {
    message.ticket = ++last_ticket_;
    receipts_.Arrived(publish.packet_id, publish.qos, message.ticket);
  }
  events_.OnMessage(message);
  return {};
}

Status Session::On(const Acknowledgement& packet, const PacketStream::Item& /*item*/, Time now) {
  if (packet.type == PacketType::kPublishRelease) {
    receipts_.Released(packet.packet_id, version_, outgoing_);
    last_sent_ = now;
  } else if (packet.type == PacketType::kPublishAck && unanswered_.erase(packet.packet_id) > 0) {
    events_.OnPublished(packet.packet_id);
  }
  return {};
}

Status Session::On(const SubscribeAck& ack, const PacketStream::Item& /*item*/, Time /*now*/) {
  if (state_ != State::kSubscribing || ack.packet_id != subscribe_id_) return {};
  if (ack.reasons.size() != options_.subscriptions.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("MQTT: {} filters were subscribed, {} answered",
                             options_.subscriptions.size(), ack.reasons.size()));
  }
  std::vector<std::string> refused;
  for (std::size_t i = 0; i < ack.reasons.size(); ++i) {
    if (ack.reasons[i] < kFirstFailure) continue;
    refused.push_back(options_.subscriptions[i].filter + ": " + ReasonText(ack.reasons[i]));
  }
  state_ = State::kSubscribed;
  events_.OnSubscribed(refused);
  return {};
}

Status Session::On(const PingResponse& /*packet*/, const PacketStream::Item& /*item*/,
                   Time /*now*/) {
  ping_deadline_.reset();
  return {};
}

Status Session::On(const Disconnect& packet, const PacketStream::Item& /*item*/, Time /*now*/) {
  return Refusal("the server closed the connection", packet.reason, packet.reason_text,
                 packet.server_reference);
}

void Session::NotReading(Time now) {
  if (ping_deadline_) ping_deadline_ = now + options_.ping_timeout;
}

Session::Time Session::PingPeriod() const { return keep_alive_ / 2; }

Session::Time Session::NextTick() const {
  if (state_ == State::kClosed) return Time::max();
  Time next = state_ == State::kSubscribed ? Time::max() : state_deadline_;
  if (ping_deadline_) return std::min(next, *ping_deadline_);
  const bool pings = keep_alive_ > Time(0) && state_ != State::kConnecting;
  return pings ? std::min(next, last_sent_ + PingPeriod()) : next;
}

Status Session::Tick(Time now) {
  const bool is_waiting = state_ == State::kConnecting || state_ == State::kSubscribing;
  if (is_waiting && now >= state_deadline_) {
    return Error(ErrorCode::kDeadlineExceeded,
                 fmt::format("the server did not answer {} in time",
                             state_ == State::kConnecting ? "CONNECT" : "SUBSCRIBE"));
  }
  if (ping_deadline_ && now >= *ping_deadline_) {
    return Error(ErrorCode::kDeadlineExceeded, "the server did not answer PINGREQ in time");
  }
  if (!ping_deadline_ && now >= NextTick()) {
    EncodePing(outgoing_);
    last_sent_ = now;
    ping_deadline_ = now + options_.ping_timeout;
  }
  return {};
}

void Session::Stored(Ticket ticket, Time now) {
  const std::size_t before = outgoing_.size();
  receipts_.Stored(ticket, version_, outgoing_);
  if (outgoing_.size() > before) last_sent_ = now;
}

std::uint16_t Session::NewPacketId() {
  do {
    last_packet_id_ = static_cast<std::uint16_t>(last_packet_id_ % 65535 + 1);
  } while (unanswered_.contains(last_packet_id_));
  return last_packet_id_;
}

Result<std::uint16_t> Session::Publish(std::string_view topic, std::string_view payload, Qos qos,
                                       bool retain, Time now) {
  BEDPLATE_CHECK(qos != Qos::kExactlyOnce);
  if (state_ != State::kSubscribing && state_ != State::kSubscribed) {
    return Error(ErrorCode::kUnavailable, "there is no connection to the MQTT server");
  }
  if (unanswered_.size() >= kMostUnanswered) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("the MQTT server leaves {} messages unanswered", kMostUnanswered));
  }
  const std::uint16_t id = qos == Qos::kAtLeastOnce ? NewPacketId() : std::uint16_t{0};
  if (id != 0) unanswered_.insert(id);
  Encode(mqtt::Publish{topic, AsBytes(payload), qos, false, retain, id, {}}, version_, outgoing_);
  last_sent_ = now;
  return id;
}

void Session::Close(Time now) {
  if (state_ == State::kClosed) return;
  EncodeDisconnect(kSuccess, version_, outgoing_);
  last_sent_ = now;
  state_ = State::kClosed;
}

Bytes Session::TakeOutgoing() { return std::exchange(outgoing_, {}); }

}  // namespace bedplate::mqtt

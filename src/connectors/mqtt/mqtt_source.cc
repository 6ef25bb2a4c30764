#include "connectors/mqtt/mqtt_source.h"

#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
#include "base/utf8.h"

namespace bedplate::mqtt {
namespace {

constexpr std::size_t kMostRoutes = 100'000;  // topics that are remembered
constexpr std::uint16_t kKeepAliveSeconds = 15;
constexpr std::uint32_t kSessionExpirySeconds = 7 * 24 * 3600;  // a server may be away for so long
constexpr std::uint16_t kWindow = 1000;  // messages without an acknowledgement
/// OPC UA Part 8, UncertainLastUsableValue.
constexpr Quality kLastUsableValue{0x40900000};

bool IsVersionTrouble(const Error& error) {
  return error.code() == ErrorCode::kUnsupported || error.code() == ErrorCode::kUnavailable;
}

}  // namespace

std::unique_ptr<Source> MqttKind::Configure(const SourceSpec& spec, YamlFaults& faults) const {
  auto settings = ReadMqttSettings(spec, faults);
  if (!settings) return nullptr;
  return std::make_unique<MqttSource>(*std::move(settings));
}

MqttSource::MqttSource(MqttSettings settings)
    : settings_(std::move(settings)),
      version_(settings_.server.version.value_or(Version::k5)),
      session_({.subscriptions = settings_.subscriptions}, *this) {}

Status MqttSource::Run(const SourceContext& context) {
  context_ = &context;
  Status ended = RunWith(version_, context);
  // Some servers of 3.1.1 close the connection where they should name the version as the reason.
  const bool tries_older = !ended.ok() && !has_answer_ && !settings_.server.version &&
                           version_ == Version::k5 && IsVersionTrouble(ended.error());
  if (tries_older && !context.stop.stop_requested()) {
    Status older = RunWith(Version::k311, context);
    if (has_answer_) {
      version_ = Version::k311;
      ended = std::move(older);
    }
  }
  context_ = nullptr;
  return ended;
}

Status MqttSource::RunWith(Version version, const SourceContext& context) {
  has_answer_ = false;
  subscribed_ = Status();
  TalkRequest request;
  request.address = settings_.server.address;
  ASSIGN_OR_RETURN(request.tls, LoadTls(settings_.server, context.secrets));
  request.connect.version = version;
  RETURN_IF_ERROR(PrepareConnect(context, request.connect));
  request.after_receive = [this] { return Deliver(); };
  return RunTalk(request, context, session_, *stored_);
}

Status MqttSource::PrepareConnect(const SourceContext& context, Connect& connect) const {
  connect.client_id = settings_.client_id;
  connect.keep_alive_s = kKeepAliveSeconds;
  connect.session_expiry_s = kSessionExpirySeconds;
  connect.receive_maximum = kWindow;
  connect.user = settings_.server.user;
  if (!settings_.server.password_secret) return {};
  ASSIGN_OR_RETURN(connect.password, context.secrets.Read(*settings_.server.password_secret));
  return {};
}

void MqttSource::OnConnected(const ConnectAck& /*ack*/) { has_answer_ = true; }

void MqttSource::OnSubscribed(const std::vector<std::string>& refused) {
  if (!refused.empty() && refused.size() == settings_.subscriptions.size()) {
    subscribed_ = Error(ErrorCode::kPermissionDenied,
                        "the server grants no subscription: " + refused.front());
    return;
  }
  for (const std::string& filter : refused) {
    context_->port.NotePart(filter, Error(ErrorCode::kPermissionDenied, "not granted"));
  }
  context_->port.Connected();
}

void MqttSource::OnMessage(const Message& message) {
  bytes_ += message.packet_bytes;
  if (message.ticket != 0) tickets_.Add(message.ticket);
  if (message.is_cut) {
    return Refuse(message, "message-too-long",
                  fmt::format("{} bytes, which is more than is taken", message.packet_bytes));
  }
  const Route& route = RouteOf(message.topic);
  if (route.rule != nullptr) Add(route, message);
}

const MqttSource::Route& MqttSource::RouteOf(std::string_view topic) {
  const auto known = routes_.find(topic);
  if (known != routes_.end()) return known->second;
  if (routes_.size() >= kMostRoutes) routes_.clear();
  const auto added = routes_.emplace(topic, Route()).first;
  added->second.place = fmt::format("topic {}", topic);
  for (const MessageRule& rule : settings_.rules) {
    if (!rule.topic().Match(added->first, added->second.caught)) continue;
    added->second.rule = &rule;
    break;
  }
  return added->second;
}

void MqttSource::Add(const Route& route, const Message& message) {
  const Timestamp now = context_->clock.Now();
  const Timestamp arrival =
      message.packet_id == 0
          ? now
          : arrivals_.Of(message.packet_id, message.topic, message.payload, message.duplicate, now);
  auto values = route.rule->Apply(route.caught, message.payload, arrival);
  if (!values.ok()) return Refuse(message, "bad-payload", values.error().ToString());
  for (MessageValue& value : *values) {
    if (message.retained && value.sample.time == arrival) value.sample.quality = kLastUsableValue;
    batcher_.Add({value.path, route.rule->unit(), route.place, std::move(value.sample)});
  }
}

void MqttSource::Refuse(const Message& message, std::string_view code, std::string_view reason) {
  DeadLetter letter;
  letter.place = fmt::format("topic {}", Printable(message.topic));
  letter.code = code;
  letter.reason = reason;
  letter.payload = Printable(message.payload.substr(0, kDeadLetterTextBytes));
  batcher_.Refuse(std::move(letter));
}

/// Hands on what was received, also when no value came of it: its acknowledgement waits its turn.
Status MqttSource::Deliver() {
  if (bytes_ > 0) {
    Delivery delivery = batcher_.Take();
    delivery.bytes = std::exchange(bytes_, 0);
    delivery.stored = [stored = stored_, range = std::exchange(tickets_, {})] {
      stored->Add(range);
    };
    context_->port.Deliver(std::move(delivery));
  }
  return subscribed_;
}

}  // namespace bedplate::mqtt

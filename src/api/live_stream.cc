#include "api/live_stream.h"

#include "api/json_views.h"
#include "api/json_writer.h"

namespace bedplate {
namespace {

std::string MakeEvent(std::string_view name, std::string_view data) {
  std::string text = "event: ";
  text.append(name).append("\ndata: ").append(data).append("\n\n");
  return text;
}

std::string SamplesEvent(const LiveUpdate& update) {
  std::string data;
  JsonWriter json(data);
  json.BeginObject().Key("now").Milliseconds(update.now).Key("tags").BeginArray();
  for (const LastValue& value : update.values) WriteLastValue(json, value);
  json.EndArray().EndObject();
  return MakeEvent("samples", data);
}

std::string HeartbeatEvent(const LiveUpdate& update) {
  std::string data;
  JsonWriter(data).BeginObject().Key("now").Milliseconds(update.now).EndObject();
  return MakeEvent("heartbeat", data);
}

}  // namespace

std::string LiveStream::Poll() {
  const auto update = subscription_->Poll();
  if (!update.ok()) return MakeEvent("problem", ProblemResponse(update.error()).body);
  switch (update.value().kind) {
    case LiveUpdate::Kind::kSamples: return SamplesEvent(update.value());
    case LiveUpdate::Kind::kHeartbeat: return HeartbeatEvent(update.value());
    case LiveUpdate::Kind::kNothing: break;
  }
  return {};
}

}  // namespace bedplate

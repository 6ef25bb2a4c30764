#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "connectors/mqtt/packet.h"

namespace bedplate::mqtt {
namespace {

struct ReasonName {
  Reason reason;
  std::string_view name;
};

// MQTT 5, section 2.4, in ascending order.
constexpr std::array kNames = {
    ReasonName{0x00, "success"},
    ReasonName{0x01, "granted QoS 1"},
    ReasonName{0x02, "granted QoS 2"},
    ReasonName{0x04, "disconnect with will message"},
    ReasonName{0x10, "no matching subscribers"},
    ReasonName{0x11, "no subscription existed"},
    ReasonName{0x18, "continue authentication"},
    ReasonName{0x19, "re-authenticate"},
    ReasonName{0x80, "unspecified error"},
    ReasonName{0x81, "malformed packet"},
    ReasonName{0x82, "protocol error"},
    ReasonName{0x83, "implementation specific error"},
    ReasonName{0x84, "unsupported protocol version"},
    ReasonName{0x85, "client identifier not valid"},
    ReasonName{0x86, "bad user name or password"},
    ReasonName{0x87, "not authorized"},
    ReasonName{0x88, "server unavailable"},
    ReasonName{0x89, "server busy"},
    ReasonName{0x8A, "banned"},
    ReasonName{0x8B, "server shutting down"},
    ReasonName{0x8C, "bad authentication method"},
    ReasonName{0x8D, "keep alive timeout"},
    ReasonName{0x8E, "session taken over"},
    ReasonName{0x8F, "topic filter invalid"},
    ReasonName{0x90, "topic name invalid"},
    ReasonName{0x91, "packet identifier in use"},
    ReasonName{0x92, "packet identifier not found"},
    ReasonName{0x93, "receive maximum exceeded"},
    ReasonName{0x94, "topic alias invalid"},
    ReasonName{0x95, "packet too large"},
    ReasonName{0x96, "message rate too high"},
    ReasonName{0x97, "quota exceeded"},
    ReasonName{0x98, "administrative action"},
    ReasonName{0x99, "payload format invalid"},
    ReasonName{0x9A, "retain not supported"},
    ReasonName{0x9B, "QoS not supported"},
    ReasonName{0x9C, "use another server"},
    ReasonName{0x9D, "server moved"},
    ReasonName{0x9E, "shared subscriptions not supported"},
    ReasonName{0x9F, "connection rate exceeded"},
    ReasonName{0xA0, "maximum connect time"},
    ReasonName{0xA1, "subscription identifiers not supported"},
    ReasonName{0xA2, "wildcard subscriptions not supported"},
};

}  // namespace

std::string ReasonText(Reason reason) {
  const auto* const found =
      std::lower_bound(kNames.begin(), kNames.end(), reason,
                       [](const ReasonName& one, Reason wanted) { return one.reason < wanted; });
  if (found != kNames.end() && found->reason == reason) return std::string(found->name);
  return fmt::format("reason 0x{:02X}", reason);
}

}  // namespace bedplate::mqtt

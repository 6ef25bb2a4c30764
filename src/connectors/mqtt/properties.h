#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "connectors/mqtt/wire.h"

namespace bedplate::mqtt {

/// The properties of MQTT 5, section 2.2.2.2, by their identifiers.
enum class Property : std::uint8_t {
  kPayloadFormat = 0x01,
  kMessageExpiry = 0x02,
  kContentType = 0x03,
  kResponseTopic = 0x08,
  kCorrelationData = 0x09,
  kSubscriptionId = 0x0B,
  kSessionExpiry = 0x11,
  kAssignedClientId = 0x12,
  kServerKeepAlive = 0x13,
  kAuthenticationMethod = 0x15,
  kAuthenticationData = 0x16,
  kRequestProblemInformation = 0x17,
  kWillDelay = 0x18,
  kRequestResponseInformation = 0x19,
  kResponseInformation = 0x1A,
  kServerReference = 0x1C,
  kReasonText = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kTopicAlias = 0x23,
  kMaximumQos = 0x24,
  kRetainAvailable = 0x25,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
  kWildcardsAvailable = 0x28,
  kSubscriptionIdsAvailable = 0x29,
  kSharedSubscriptionsAvailable = 0x2A,
};

/// One property: a number or a text, by its kind. Of a user property the text is the value.
struct PropertyValue {
  Property id = Property::kPayloadFormat;
  std::uint32_t number = 0;
  std::string_view text;
};

/// Walks through the properties that stand at the place of `in`, their length first.
class PropertyReader {
 public:
  explicit PropertyReader(WireReader& in);

  /// False at the end and after an error.
  bool Next(PropertyValue& value);
  /// Whether what was read so far is well formed: a property is known and, but for the user
  /// property and the subscription identifier, stands once.
  [[nodiscard]] bool ok() const noexcept { return ok_; }

 private:
  bool ReadValue(PropertyValue& value);

  WireReader in_;
  bool ok_ = true;
  std::uint64_t seen_ = 0;  // by identifier
};

}  // namespace bedplate::mqtt

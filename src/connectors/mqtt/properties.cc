#include "connectors/mqtt/properties.h"

namespace bedplate::mqtt {
namespace {

enum class Kind : std::uint8_t { kUnknown, kByte, kShort, kLong, kVariable, kText, kPair, kBinary };

Kind KindOf(Property id) {
  switch (id) {
    case Property::kPayloadFormat:
    case Property::kRequestProblemInformation:
    case Property::kRequestResponseInformation:
    case Property::kMaximumQos:
    case Property::kRetainAvailable:
    case Property::kWildcardsAvailable:
    case Property::kSubscriptionIdsAvailable:
    case Property::kSharedSubscriptionsAvailable: return Kind::kByte;
    case Property::kServerKeepAlive:
    case Property::kReceiveMaximum:
    case Property::kTopicAliasMaximum:
    case Property::kTopicAlias: return Kind::kShort;
    case Property::kMessageExpiry:
    case Property::kSessionExpiry:
    case Property::kWillDelay:
    case Property::kMaximumPacketSize: return Kind::kLong;
    case Property::kSubscriptionId: return Kind::kVariable;
    case Property::kContentType:
    case Property::kResponseTopic:
    case Property::kAssignedClientId:
    case Property::kAuthenticationMethod:
    case Property::kResponseInformation:
    case Property::kServerReference:
    case Property::kReasonText: return Kind::kText;
    case Property::kUserProperty: return Kind::kPair;
    case Property::kCorrelationData:
    case Property::kAuthenticationData: return Kind::kBinary;
  }
  return Kind::kUnknown;
}

bool MayRepeat(Property id) {
  return id == Property::kUserProperty || id == Property::kSubscriptionId;
}

}  // namespace

PropertyReader::PropertyReader(WireReader& in) : in_(in.Take(in.Variable())), ok_(in.ok()) {}

bool PropertyReader::Next(PropertyValue& value) {
  if (!ok_ || in_.AtEnd()) return false;
  const std::uint32_t id = in_.Variable();
  value = PropertyValue{static_cast<Property>(id), 0, {}};
  const bool is_known = id < 64 && KindOf(value.id) != Kind::kUnknown;
  const std::uint64_t bit = is_known ? 1ULL << id : 0;
  ok_ = is_known && ((seen_ & bit) == 0 || MayRepeat(value.id)) && ReadValue(value);
  seen_ |= bit;
  return ok_;
}

bool PropertyReader::ReadValue(PropertyValue& value) {
  switch (KindOf(value.id)) {
    case Kind::kByte: value.number = in_.Byte(); break;
    case Kind::kShort: value.number = in_.Short(); break;
    case Kind::kLong: value.number = in_.Long(); break;
    case Kind::kVariable: value.number = in_.Variable(); break;
    case Kind::kText: value.text = in_.Text(); break;
    case Kind::kBinary: value.text = AsText(in_.Binary()); break;
    case Kind::kPair:
      in_.Text();
      value.text = in_.Text();
      break;
    case Kind::kUnknown: return false;
  }
  return in_.ok();
}

}  // namespace bedplate::mqtt

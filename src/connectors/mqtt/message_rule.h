#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "connectors/mqtt/json_place.h"
#include "ingest/name_pattern.h"
#include "model/sample.h"

namespace bedplate::mqtt {

enum class TimeUnit : std::uint8_t { kSeconds, kMilliseconds, kMicroseconds, kNanoseconds, kText };

/// What a rule makes of a message, one value.
struct MessageValue {
  std::string path;
  Sample sample;
};

/// How messages of some topics become values: docs/guides/mqtt.md.
class MessageRule {
 public:
  static constexpr std::size_t kMostValues = 10'000;  // of a message

  /// Reads one entry of `map`. Nothing when there are faults.
  static std::optional<MessageRule> Read(const YamlValue& node, const std::string& key,
                                         YamlFaults& faults);

  [[nodiscard]] const NamePattern& topic() const { return *topic_; }
  [[nodiscard]] const std::string& unit() const { return unit_; }

  /// The values of a message whose topic matched with `caught`. One without a time of its own has
  /// `arrival`. Errors: kInvalidArgument says what in the payload is not as the rule has it; then
  /// nothing of the message counts.
  Result<std::vector<MessageValue>> Apply(const Caught& caught, std::string_view payload,
                                          Timestamp arrival) const;

 private:
  enum class Form : std::uint8_t {
    kPlain,  // the payload is the value
    kPlace,  // the value stands at a place
    kTree,   // every plain value in the payload is one
  };

  friend class MessageRuleReader;
  friend class MessageReader;

  std::optional<NamePattern> topic_;
  std::optional<PathTemplate> to_;
  Form form_ = Form::kPlain;
  JsonPlace value_;                // of kPlace and kTree
  std::optional<JsonPlace> each_;  // the array whose items are read one by one
  std::optional<JsonPlace> time_;
  TimeUnit time_unit_ = TimeUnit::kMilliseconds;
  std::vector<std::pair<std::string, JsonPlace>> names_;  // holes that the payload fills
  std::string unit_;
  std::optional<ValueType> type_;
  double scale_ = 1;
  double offset_ = 0;
};

}  // namespace bedplate::mqtt

#include "connectors/mqtt/message_rule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/parse_number.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "model/path_part.h"

namespace bedplate::mqtt {
namespace {

constexpr std::size_t kShownBytes = 60;  // of a payload in a message

struct NamedUnit {
  std::string_view name;
  TimeUnit unit;
  int digits;  // of a nanosecond behind the point
};
constexpr std::array kTimeUnits{
    NamedUnit{"s", TimeUnit::kSeconds, 9}, NamedUnit{"ms", TimeUnit::kMilliseconds, 6},
    NamedUnit{"us", TimeUnit::kMicroseconds, 3}, NamedUnit{"ns", TimeUnit::kNanoseconds, 0},
    NamedUnit{"rfc3339", TimeUnit::kText, 0}};

Error Unexpected(std::string_view expected, std::string_view got) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("expected {}, got '{}'", expected, Printable(got.substr(0, kShownBytes)))};
}

std::optional<double> ReadNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = ParseNumber<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<bool> ReadBool(std::string_view text) {
  constexpr std::array<std::string_view, 4> kTrue{"true", "on", "1", "yes"};
  constexpr std::array<std::string_view, 4> kFalse{"false", "off", "0", "no"};
  const std::string word = LowerAscii(text);
  if (std::ranges::find(kTrue, word) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, word) != kFalse.end()) return false;
  return std::nullopt;
}

/// A number of `unit` as a time, exact to the nanosecond.
std::optional<Timestamp> TimeOf(std::string_view text, int digits) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = ParseNumber<std::int64_t>(text.substr(0, point));
  std::string fraction(point < text.size() ? text.substr(point + 1) : std::string_view());
  if (!whole || *whole < 0 || !std::ranges::all_of(fraction, IsDigit)) return std::nullopt;
  fraction.resize(static_cast<std::size_t>(digits), '0');
  std::int64_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  if (*whole > std::numeric_limits<std::int64_t>::max() / scale - 1) return std::nullopt;
  const Timestamp time(*whole * scale + ParseNumber<std::int64_t>(fraction).value_or(0));
  return IsStorable(time) ? std::optional(time) : std::nullopt;
}

}  // namespace

/// Reads a rule, and all its faults.
class MessageRuleReader {
 public:
  MessageRuleReader(const YamlValue& node, const std::string& key, YamlFaults& faults)
      : map_(node, key, faults) {}

  std::optional<MessageRule> Run() {
    const std::size_t faults_before = map_.faults().list().size();
    ReadTopic();
    ReadForm();
    ReadTime();
    ReadNames();
    ReadValue();
    ReadPath();
    map_.RefuseUnknown();
    if (map_.faults().list().size() > faults_before) return std::nullopt;
    return std::move(rule_);
  }

 private:
  void ReadTopic() {
    const std::string text = map_.RequiredString("topic");
    if (text.empty()) return;
    auto topic = NamePattern::Parse(text);
    if (topic.ok()) {
      rule_.topic_ = *std::move(topic);
    } else {
      map_.Fault("topic", topic.error().message());
    }
  }

  std::optional<JsonPlace> ReadPlace(std::string_view field, std::string_view text) {
    auto place = JsonPlace::Parse(text);
    if (place.ok()) return *std::move(place);
    map_.Fault(field, "a JSON pointer, as in /temperature/value");
    return std::nullopt;
  }

  void ReadForm() {
    const std::string value = map_.String("value").value_or("plain");
    if (value == "umh") {
      rule_.form_ = MessageRule::Form::kTree;
      rule_.time_ = *JsonPlace::Parse("/timestamp_ms");
    } else if (value == "tree") {
      rule_.form_ = MessageRule::Form::kTree;
    } else if (value == "." || value.starts_with('/') || value.starts_with("./")) {
      rule_.form_ = MessageRule::Form::kPlace;
      rule_.value_ = ReadPlace("value", value).value_or(JsonPlace());
    } else if (value != "plain") {
      map_.Fault("value", "plain, tree, umh or a JSON pointer");
    }
    if (const auto each = map_.String("each")) {
      rule_.each_ = ReadPlace("each", *each);
      if (rule_.form_ == MessageRule::Form::kPlain) rule_.form_ = MessageRule::Form::kPlace;
    }
  }

  void ReadTime() {
    if (const auto time = map_.String("time")) rule_.time_ = ReadPlace("time", *time);
    const auto unit = map_.Choice("time_unit", {"s", "ms", "us", "ns", "rfc3339"});
    for (const NamedUnit& known : kTimeUnits) {
      if (unit == known.name) rule_.time_unit_ = known.unit;
    }
    if (rule_.time_ && rule_.form_ == MessageRule::Form::kPlain) {
      map_.Fault("time", "no time in a payload that is one plain value");
    }
  }

  void ReadNames() {
    const YamlValue* names = map_.ChildMap("names");
    if (names == nullptr) return;
    YamlMapReader reader(*names, map_.KeyOf("names"), map_.faults());
    for (const auto& [name, unused] : names->fields) {
      const std::string text = reader.RequiredString(name);
      if (auto place = ReadPlace("names", text)) rule_.names_.emplace_back(name, *place);
    }
    if (rule_.form_ == MessageRule::Form::kPlain) {
      map_.Fault("names", "no names in a payload that is one plain value");
    }
  }

  void ReadValue() {
    rule_.unit_ = map_.String("unit").value_or("");
    rule_.scale_ = map_.Number("scale").value_or(1);
    rule_.offset_ = map_.Number("offset").value_or(0);
    if (const auto type = map_.Choice("type", {"double", "int64", "bool", "string"})) {
      rule_.type_ = ParseValueType(*type);
    }
    const bool is_scaled = rule_.scale_ != 1 || rule_.offset_ != 0;
    if (is_scaled && rule_.type_ && *rule_.type_ != ValueType::kDouble) {
      map_.Fault("type", "double, as scale and offset make fractions");
    }
  }

  void ReadPath() {
    const std::string text = map_.RequiredString("to");
    if (text.empty() || !rule_.topic_) return;
    std::vector<std::string> holes = rule_.topic_->Holes();
    for (const auto& [name, place] : rule_.names_) holes.push_back(name);
    auto to = PathTemplate::Parse(text, holes);
    if (to.ok()) {
      rule_.to_ = *std::move(to);
    } else {
      map_.Fault("to", to.error().message());
    }
  }

  YamlMapReader map_;
  MessageRule rule_;
};

std::optional<MessageRule> MessageRule::Read(const YamlValue& node, const std::string& key,
                                             YamlFaults& faults) {
  return MessageRuleReader(node, key, faults).Run();
}

/// Applies a rule to one message.
class MessageReader {
 public:
  MessageReader(const MessageRule& rule, const Caught& caught, std::string_view payload,
                Timestamp arrival)
      : rule_(rule), caught_(caught), payload_(payload), arrival_(arrival) {}

  Result<std::vector<MessageValue>> Run() {
    if (rule_.form_ == MessageRule::Form::kPlain) {
      RETURN_IF_ERROR(ReadPlain());
    } else {
      JsonReader whole(payload_, MessageRule::kMostValues);
      whole.Skip();
      RETURN_IF_ERROR(whole.Finish());  // so that no half of a message counts
      RETURN_IF_ERROR(rule_.each_ ? ReadEach() : ReadDocument(Document(), arrival_));
    }
    return std::move(values_);
  }

 private:
  [[nodiscard]] JsonReader Document() const {
    return JsonReader(payload_, MessageRule::kMostValues);
  }

  Status ReadPlain() {
    if (!IsValidUtf8(payload_)) return Unexpected("UTF-8 text", payload_);
    std::string_view text = payload_;
    while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
    return Add(rule_.to_->Fill(caught_), PlainValue(text), text, arrival_);
  }

  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  /// A plain payload has no types, so what it is depends on the rule, or on how it looks.
  [[nodiscard]] std::optional<Value> PlainValue(std::string_view text) const {
    const auto as = [](auto value) { return value ? std::optional<Value>(*value) : std::nullopt; };
    if (!rule_.type_) {
      if (auto number = ReadNumber(text)) return Value(*number);
      if (auto flag = ReadBool(text)) return Value(*flag);
      return std::nullopt;
    }
    switch (*rule_.type_) {
      case ValueType::kDouble: return as(ReadNumber(text));
      case ValueType::kInt64: return as(ParseNumber<std::int64_t>(text));
      case ValueType::kBool: return as(ReadBool(text));
      case ValueType::kString: return Value(std::string(text));
    }
    return std::nullopt;
  }

  Status ReadEach() {
    JsonReader json = Document();
    if (!rule_.each_->Seek(json) || json.Peek() != JsonKind::kArray) {
      return Unexpected("an array at " + rule_.each_->ToString(), payload_);
    }
    json.EnterArray();
    while (json.NextItem()) {
      RETURN_IF_ERROR(ReadDocument(json, arrival_));
      json.Skip();
    }
    return {};
  }

  /// Reads a document, or an item of one.
  Status ReadDocument(const JsonReader& root, Timestamp arrival) {
    ASSIGN_OR_RETURN(const Timestamp time, ReadTime(root, arrival));
    ASSIGN_OR_RETURN(const std::string path, ReadPath(root));
    JsonReader json = root;
    if (!rule_.value_.Seek(json)) {
      return Unexpected("a value at " + rule_.value_.ToString(), payload_);
    }
    if (rule_.form_ == MessageRule::Form::kPlace) return ReadValue(json, path, time);
    return ReadTree(json, path, time, /*level=*/0, /*on_way_to_time=*/rule_.time_.has_value());
  }

  Result<Timestamp> ReadTime(JsonReader json, Timestamp arrival) const {
    if (!rule_.time_) return arrival;
    if (!rule_.time_->Seek(json)) {
      return Unexpected("a time at " + rule_.time_->ToString(), payload_);
    }
    if (rule_.time_unit_ == TimeUnit::kText) {
      const std::string text = json.Text();
      RETURN_IF_ERROR(Failure(json));
      return ParseTimestamp(text);
    }
    const std::string_view text = json.NumberText();
    RETURN_IF_ERROR(Failure(json));
    const auto unit = std::ranges::find(kTimeUnits, rule_.time_unit_, &NamedUnit::unit);
    if (const auto time = TimeOf(text, unit->digits)) return *time;
    return Unexpected(fmt::format("a time from 1970 to 2200 in {}", unit->name), text);
  }

  Result<std::string> ReadPath(const JsonReader& root) const {
    if (rule_.names_.empty()) return rule_.to_->Fill(caught_);
    std::vector<std::string> texts;
    texts.reserve(rule_.names_.size());  // so that views into them stay good
    Caught all = caught_;
    for (const auto& [name, place] : rule_.names_) {
      JsonReader json = root;
      if (!place.Seek(json)) return Unexpected("a name at " + place.ToString(), payload_);
      texts.push_back(json.Peek() == JsonKind::kNumber ? std::string(json.NumberText())
                                                       : json.Text());
      RETURN_IF_ERROR(Failure(json));
      if (texts.back().empty()) return Unexpected("a name at " + place.ToString(), payload_);
      all.emplace_back(name, texts.back());
    }
    return rule_.to_->Fill(all);
  }

  /// Every plain value below here, but the time.
  Status ReadTree(JsonReader& json, const std::string& path, Timestamp time, std::size_t level,
                  bool on_way_to_time) {
    const JsonKind kind = json.Peek();
    if (kind != JsonKind::kObject && kind != JsonKind::kArray) {
      const bool is_time = on_way_to_time && level == rule_.time_->levels().size();
      if (!is_time) return ReadValue(json, path, time);
      json.Skip();
      return {};
    }
    const auto enter = [&](std::string_view name) {
      std::string below = path + '/';
      AppendPathPart(below, name);
      const bool is_way = on_way_to_time && level < rule_.time_->levels().size() &&
                          rule_.time_->levels()[level] == name;
      return ReadTree(json, below, time, level + 1, is_way);
    };
    if (kind == JsonKind::kObject) {
      json.EnterObject();
      while (json.NextField()) RETURN_IF_ERROR(enter(json.field()));
      return {};
    }
    json.EnterArray();
    for (std::uint64_t index = 0; json.NextItem(); ++index) {
      RETURN_IF_ERROR(enter(std::to_string(index)));
    }
    return {};
  }

  /// The plain value that stands here. Null is no value, and nothing is stored for it.
  Status ReadValue(JsonReader& json, const std::string& path, Timestamp time) {
    switch (json.Peek()) {
      case JsonKind::kNull: json.Skip(); return {};
      case JsonKind::kBool: return Add(path, FromBool(json.Bool()), "a boolean", time);
      case JsonKind::kNumber: {
        const std::string_view text = json.NumberText();
        return Add(path, FromNumber(text), text, time);
      }
      case JsonKind::kText: {
        const std::string text = json.Text();
        return Add(path, FromText(text), text, time);
      }
      default: return Unexpected("a plain value for " + path, payload_);
    }
  }

  [[nodiscard]] std::optional<Value> FromBool(bool flag) const {
    const ValueType type = rule_.type_.value_or(ValueType::kBool);
    return type == ValueType::kBool ? std::optional<Value>(flag) : std::nullopt;
  }
  [[nodiscard]] std::optional<Value> FromNumber(std::string_view text) const {
    return rule_.type_ == ValueType::kString ? std::nullopt : PlainValue(text);
  }
  /// Text is text; where the rule has another type, what is written in it.
  [[nodiscard]] std::optional<Value> FromText(const std::string& text) const {
    return rule_.type_ ? PlainValue(text) : std::optional<Value>(text);
  }

  Status Add(const std::string& path, std::optional<Value> value, std::string_view got,
             Timestamp time) {
    if (!value) {
      return Unexpected(rule_.type_ ? std::string(ValueTypeName(*rule_.type_)) + " for " + path
                                    : "a number, true or false for " + path,
                        got);
    }
    if (values_.size() == MessageRule::kMostValues) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("more than {} values in a message", MessageRule::kMostValues));
    }
    if (double* number = std::get_if<double>(&*value)) {
      *number = *number * rule_.scale_ + rule_.offset_;
    }
    values_.push_back({path, {time, *std::move(value), kGood}});
    return {};
  }

  static Status Failure(const JsonReader& json) {
    if (!json.failed()) return {};
    JsonReader copy = json;
    return copy.Finish();
  }

  const MessageRule& rule_;
  const Caught& caught_;
  const std::string_view payload_;
  const Timestamp arrival_;
  std::vector<MessageValue> values_;
};

Result<std::vector<MessageValue>> MessageRule::Apply(const Caught& caught, std::string_view payload,
                                                     Timestamp arrival) const {
  return MessageReader(*this, caught, payload, arrival).Run();
}

}  // namespace bedplate::mqtt

#include "connectors/modbus/modbus_settings.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/parse_number.h"
#include "catalog/plant_yaml_names.h"
#include "connectors/modbus/register_rule.h"

namespace bedplate::modbus {
namespace {

constexpr std::size_t kMostRules = 10'000;
constexpr std::uint16_t kMostUnit = 255;
constexpr std::chrono::seconds kDefaultInterval{1};
constexpr std::chrono::seconds kDefaultTimeout{1};
constexpr std::chrono::seconds kMostTimeout{60};
constexpr std::string_view kUrlExpected = "tcp://HOST[:PORT], where braces {1..4} repeat";

/// A text with its braces replaced, and what stood in each.
struct Expansion {
  std::string text;
  std::vector<std::string> choices;
};

/// `tcp://10.0.{1,2}.{1..9}`: every combination, the last braces turn fastest.
Result<std::vector<Expansion>> Expand(std::string_view pattern, std::size_t limit) {
  std::vector<Expansion> made(1);
  while (true) {
    const std::size_t open = pattern.find('{');
    for (Expansion& each : made) each.text += pattern.substr(0, open);
    if (open == std::string_view::npos) return made;
    const std::size_t close = std::min(pattern.find('}', open), pattern.size() - 1);
    ASSIGN_OR_RETURN(const auto choices,
                     ExpandNames(pattern.substr(open, close - open + 1), limit));
    if (made.size() * choices.size() > limit) {
      return Error(ErrorCode::kResourceExhausted, fmt::format("at most {} of them", limit));
    }
    std::vector<Expansion> longer;
    for (const Expansion& each : made) {
      for (const std::string& choice : choices) {
        longer.push_back({each.text + choice, each.choices});
        longer.back().choices.push_back(choice);
      }
    }
    made = std::move(longer);
    pattern.remove_prefix(close + 1);
  }
}

/// `n`, `n2`, `n3`.
std::string HoleOfBraces(std::size_t index) {
  return index == 0 ? "n" : fmt::format("n{}", index + 1);
}

std::optional<std::uint8_t> ReadUnit(std::string_view text) {
  return ParseNumber<std::uint8_t>(text);
}

class SettingsReader {
 public:
  SettingsReader(const SourceSpec& spec, YamlFaults& faults)
      : map_(spec.settings, spec.key, faults) {}

  std::optional<ModbusSettings> Run() {
    const std::size_t faults_before = map_.faults().list().size();
    ReadLimitsOf();
    settings_.timeout = ReadInterval(map_, "timeout", kDefaultTimeout);
    if (settings_.timeout > kMostTimeout) map_.Fault("timeout", "a time of 10ms to 60s");
    defaults_.interval = ReadInterval(map_, "interval", kDefaultInterval);
    defaults_.order = ReadOrder(map_, ByteOrder::kAbcd);
    ReadEndpoints();
    ReadUnits();
    ReadRules();
    map_.RefuseUnknown();
    if (map_.faults().list().size() == faults_before) MakeDevices();
    if (map_.faults().list().size() > faults_before) return std::nullopt;
    return std::move(settings_);
  }

 private:
  std::uint16_t ReadCount(std::string_view field, std::uint16_t least, std::uint16_t most,
                          std::uint16_t fallback) {
    const auto count = map_.Integer(field);
    if (!count) return fallback;
    if (*count >= least && *count <= most) return static_cast<std::uint16_t>(*count);
    map_.Fault(field, fmt::format("{} to {}", least, most));
    return fallback;
  }

  void ReadLimitsOf() {
    ReadLimits& limits = settings_.limits;
    limits.registers = ReadCount("most_registers", 1, kMostRegisters, limits.registers);
    limits.bits = ReadCount("most_bits", 1, kMostBits, limits.bits);
    limits.gap_registers = ReadCount("max_gap", 0, kMostRegisters, limits.gap_registers);
    limits.gap_bits = ReadCount("max_gap_bits", 0, kMostBits, limits.gap_bits);
    defaults_.limits = limits;
  }

  void ReadEndpoints() {
    const std::string url = map_.RequiredString("url");
    if (url.empty()) return;
    auto expanded = Expand(url, kMostEndpoints);
    if (!expanded.ok()) {
      map_.Fault("url", fmt::format("{}: {}", kUrlExpected, expanded.error().message()));
      return;
    }
    urls_ = *std::move(expanded);
    for (std::size_t i = 0; i < urls_.front().choices.size(); ++i) {
      defaults_.holes.push_back(HoleOfBraces(i));
    }
    for (const Expansion& each : urls_) {
      auto endpoint = ParseEndpoint(each.text);
      if (!endpoint.ok()) {
        map_.Fault("url", kUrlExpected);
        return;
      }
      settings_.devices.push_back({*std::move(endpoint), {}});
    }
  }

  void ReadUnits() {
    defaults_.holes.insert(defaults_.holes.end(), {"host", "port", "unit", "name"});
    const auto expanded = Expand(map_.String("unit").value_or("1"), kMostUnit + std::size_t{1});
    if (expanded.ok()) {
      for (const Expansion& each : *expanded) {
        if (const auto unit = ReadUnit(each.text)) units_.push_back(*unit);
      }
    }
    if (!expanded.ok() || units_.size() < expanded->size()) {
      map_.Fault("unit", "the number of a unit, 0 to 255, or several in braces: {1..8}");
    }
  }

  void ReadRules() {
    const YamlValue* list = map_.ChildList("registers");
    if (list == nullptr || list->items.empty() || list->items.size() > kMostRules) {
      map_.Fault("registers", fmt::format("a list of 1 to {} registers to read", kMostRules));
      return;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      auto rule =
          ReadRegisterRule(list->items[i], fmt::format("{}[{}]", map_.KeyOf("registers"), i),
                           defaults_, map_.faults());
      if (rule) rules_.push_back(*std::move(rule));
    }
  }

  /// Every rule for every unit at every endpoint.
  void MakeDevices() {
    if (rules_.size() * units_.size() * urls_.size() > kMostValues) {
      map_.Fault("registers", fmt::format("at most {} values of all devices", kMostValues));
      return;
    }
    for (std::size_t i = 0; i < urls_.size(); ++i) {
      for (const std::uint8_t unit : units_) {
        for (std::size_t rule = 0; rule < rules_.size(); ++rule) AddValue(i, unit, rule);
      }
    }
  }

  void AddValue(std::size_t index, std::uint8_t unit, std::size_t rule_index) {
    DeviceSettings& device = settings_.devices[index];
    const RegisterRule& rule = rules_[rule_index];
    ValueSettings value;
    value.range = {.unit = unit,
                   .table = rule.address.table,
                   .address = rule.address.number,
                   .count = rule.count};
    value.decoding = rule.decoding;
    value.interval = rule.interval;
    value.path = PathOf(index, unit, rule);
    value.unit = rule.unit;
    value.place = fmt::format("{} unit {} {}", FormatEndpoint(device.endpoint), unit,
                              FormatAddress(rule.address));
    CheckPathIsNew(value.path, rule_index);
    device.values.push_back(std::move(value));
  }

  [[nodiscard]] std::string PathOf(std::size_t index, std::uint8_t unit,
                                   const RegisterRule& rule) const {
    const Endpoint& endpoint = settings_.devices[index].endpoint;
    const std::string port = std::to_string(endpoint.port);
    const std::string unit_text = std::to_string(unit);
    Caught caught{
        {"host", endpoint.host}, {"port", port}, {"unit", unit_text}, {"name", rule.name}};
    const std::vector<std::string>& choices = urls_[index].choices;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      caught.emplace_back(defaults_.holes[i], choices[i]);
    }
    return rule.path.Fill(caught);
  }

  void CheckPathIsNew(const std::string& path, std::size_t rule_index) {
    if (paths_.insert(path).second || map_.faults().full()) return;
    const YamlValue& rule = map_.ChildList("registers")->items[rule_index];
    map_.faults().Add(*rule.Find("to"),
                      fmt::format("{}[{}].to", map_.KeyOf("registers"), rule_index),
                      "a path of its own for each value", fmt::format("'{}' twice", path));
  }

  YamlMapReader map_;
  ModbusSettings settings_;
  RuleDefaults defaults_;
  std::vector<Expansion> urls_;
  std::vector<std::uint8_t> units_;
  std::vector<RegisterRule> rules_;
  std::unordered_set<std::string> paths_;
};

}  // namespace

std::optional<ModbusSettings> ReadModbusSettings(const SourceSpec& spec, YamlFaults& faults) {
  return SettingsReader(spec, faults).Run();
}

}  // namespace bedplate::modbus

#include "connectors/modbus/register_rule.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/parse_number.h"
#include "base/time.h"

namespace bedplate::modbus {
namespace {

constexpr std::uint8_t kRegisterBits = 16;
constexpr std::chrono::milliseconds kLeastInterval{10};
constexpr std::chrono::hours kMostInterval{24 * 7};

std::optional<std::uint8_t> ReadBitNumber(std::string_view text) {
  const auto bit = ParseNumber<std::uint8_t>(text);
  return bit && *bit < kRegisterBits ? bit : std::nullopt;
}

/// `3` or `0-3`.
std::optional<BitRange> ReadBits(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = ReadBitNumber(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : ReadBitNumber(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return BitRange{*first, *last};
}

/// A bit pattern of `width` bits: `0x8000`, `65535` or `-32768`.
std::optional<std::uint64_t> ReadPattern(std::string_view text, unsigned width) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() >> (64U - width);
  if (text.starts_with('-')) {
    const auto number = ParseNumber<std::int64_t>(text);
    if (!number || *number < -static_cast<std::int64_t>(most / 2) - 1) return std::nullopt;
    return static_cast<std::uint64_t>(*number) & most;
  }
  const bool is_hex = text.starts_with("0x");
  const auto number =
      is_hex ? ParseNumber<std::uint64_t>(text.substr(2), 16) : ParseNumber<std::uint64_t>(text);
  return number && *number <= most ? number : std::nullopt;
}

bool IsNumeric(Form form) { return form != Form::kBool && form != Form::kString; }
bool IsFloat(Form form) { return form == Form::kF32 || form == Form::kF64; }

class RuleReader {
 public:
  RuleReader(const YamlValue& node, const std::string& key, const RuleDefaults& defaults,
             YamlFaults& faults)
      : map_(node, key, faults), defaults_(defaults) {}

  std::optional<RegisterRule> Run() {
    const std::size_t faults_before = map_.faults().list().size();
    rule_.name = map_.RequiredString("name");
    ReadAddress();
    ReadType();
    ReadBitsOf();
    ReadLength();
    ReadScale();
    ReadInvalid();
    rule_.decoding.order = ReadOrder(map_, defaults_.order);
    rule_.unit = map_.String("unit").value_or("");
    rule_.interval = ReadInterval(map_, "interval", defaults_.interval);
    ReadPath();
    map_.RefuseUnknown();
    CheckRange();
    if (map_.faults().list().size() > faults_before) return std::nullopt;
    return std::move(rule_);
  }

 private:
  [[nodiscard]] bool has_bits() const { return HasBits(rule_.address.table); }

  void ReadAddress() {
    const std::string text = map_.RequiredString("at");
    if (text.empty()) return;
    const auto address = ParseAddress(text);
    if (address.ok()) {
      rule_.address = *address;
    } else {
      map_.Fault("at", "an address such as hr:0, ir:12, co:1, di:3 or 40001");
    }
  }

  void ReadType() {
    const auto text = map_.Choice(
        "type", {"u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bool", "string", "bits"});
    rule_.decoding.form = has_bits() ? Form::kBool : Form::kU16;
    if (!text) return;
    const Form form = *ParseForm(*text);
    if (has_bits() && form != Form::kBool) map_.Fault("type", "bool, since this table has bits");
    rule_.decoding.form = form;
  }

  void ReadBitsOf() {
    const auto bit = map_.String("bit");
    const auto bits = map_.String("bits");
    const Form form = rule_.decoding.form;
    if (bit && (form != Form::kBool || has_bits())) {
      map_.Fault("bit", "a bit only of a register of type bool");
    } else if (bit) {
      const auto number = ReadBitNumber(*bit);
      if (!number) map_.Fault("bit", "0 to 15, 0 is the lowest");
      rule_.decoding.bits = {number.value_or(0), number.value_or(0)};
    }
    if (bits && form != Form::kBits) {
      map_.Fault("bits", "bits only of type bits");
    } else if (form == Form::kBits) {
      const auto range = ReadBits(bits.value_or(""));
      if (!range)
        map_.Fault("bits", "two numbers of bits, as in 0-3; 0 is the lowest, 15 the last");
      rule_.decoding.bits = range.value_or(BitRange());
    }
  }

  void ReadLength() {
    const auto length = map_.Integer("length");
    const bool is_string = rule_.decoding.form == Form::kString;
    if (is_string != length.has_value()) {
      map_.Fault("length", "a number of registers for type string, and for no other");
    } else if (is_string && (*length < 1 || *length > defaults_.limits.registers)) {
      map_.Fault("length", fmt::format("1 to {} registers", defaults_.limits.registers));
    } else if (is_string) {
      rule_.decoding.string_registers = static_cast<std::uint16_t>(*length);
    }
  }

  void ReadScale() {
    rule_.decoding.scale = map_.Number("scale");
    rule_.decoding.offset = map_.Number("offset");
    if (IsNumeric(rule_.decoding.form)) return;
    if (rule_.decoding.scale) map_.Fault("scale", "a scale only of numbers");
    if (rule_.decoding.offset) map_.Fault("offset", "an offset only of numbers");
  }

  void ReadInvalid() {
    const auto text = map_.String("invalid");
    if (!text) return;
    const Form form = rule_.decoding.form;
    if (!IsNumeric(form)) {
      map_.Fault("invalid", "an invalid value only of numbers");
    } else if (IsFloat(form) && *text == "nan") {
      rule_.decoding.nan_is_invalid = true;
    } else {
      const unsigned width = kRegisterBits * RegistersOf(rule_.decoding);
      rule_.decoding.invalid = ReadPattern(*text, width);
      if (!rule_.decoding.invalid) {
        map_.Fault("invalid",
                   fmt::format("the {} bits that the device shows, as in 0x{:X}{}", width,
                               std::uint64_t{1} << (width - 1), IsFloat(form) ? ", or nan" : ""));
      }
    }
  }

  void ReadPath() {
    const std::string text = map_.RequiredString("to");
    if (text.empty()) return;
    auto path = PathTemplate::Parse(text, defaults_.holes);
    if (path.ok()) {
      rule_.path = *std::move(path);
    } else {
      map_.Fault("to", path.error().message());
    }
  }

  void CheckRange() {
    rule_.count = has_bits() ? 1 : RegistersOf(rule_.decoding);
    if (rule_.address.number + std::uint32_t{rule_.count} > kTableSize) {
      map_.Fault("at", fmt::format("{} registers before the end of the table", rule_.count));
    }
    const std::uint16_t most = has_bits() ? defaults_.limits.bits : defaults_.limits.registers;
    if (rule_.count > most) {
      map_.Fault("type", fmt::format("a value of at most {} registers (most_registers)", most));
    }
  }

  YamlMapReader map_;
  const RuleDefaults& defaults_;
  RegisterRule rule_;
};

}  // namespace

std::chrono::nanoseconds ReadInterval(YamlMapReader& map, std::string_view field,
                                      std::chrono::nanoseconds fallback) {
  const auto text = map.String(field);
  if (!text) return fallback;
  const auto interval = ParseDuration(*text);
  if (interval.ok() && *interval >= kLeastInterval && *interval <= kMostInterval) return *interval;
  map.Fault(field, "a time of 10ms to 1w, as in 500ms or 1m");
  return fallback;
}

ByteOrder ReadOrder(YamlMapReader& map, ByteOrder fallback) {
  const auto text = map.Choice("order", {"abcd", "badc", "cdab", "dcba"});
  return text ? ParseByteOrder(*text).value_or(fallback) : fallback;
}

std::optional<RegisterRule> ReadRegisterRule(const YamlValue& node, const std::string& key,
                                             const RuleDefaults& defaults, YamlFaults& faults) {
  return RuleReader(node, key, defaults, faults).Run();
}

}  // namespace bedplate::modbus

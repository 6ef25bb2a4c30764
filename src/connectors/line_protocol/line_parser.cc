#include "connectors/line_protocol/line_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/ascii.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::string_view kMeasurementEscapes = ", ";
constexpr std::string_view kKeyEscapes = ",= ";
constexpr std::string_view kStringEscapes = "\"\\nrt";

/// Marks the bytes that end a token: control characters and those in `extra`.
struct ByteSet {
  bool has[256] = {};

  explicit constexpr ByteSet(std::string_view extra) {
    for (int c = 0; c < 0x20; ++c) has[c] = true;
    has[0x7F] = true;
    for (const char c : extra) has[static_cast<unsigned char>(c)] = true;
  }
};

constexpr ByteSet kMeasurementStops(", ");
constexpr ByteSet kKeyStops(",= ");

bool IsAscii(std::string_view text) {
  std::size_t i = 0;
  std::uint64_t seen = 0;
  for (; i + sizeof(seen) <= text.size(); i += sizeof(seen)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    seen |= word;
  }
  for (; i < text.size(); ++i) seen |= static_cast<unsigned char>(text[i]) & 0x80U;
  return (seen & 0x8080808080808080U) == 0;
}

/// How a fault shows a byte.
std::string ShowByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7F) return fmt::format("byte 0x{:02X}", byte);
  return fmt::format("'{}'", c);
}

/// How a fault shows a value.
std::string ShowText(std::string_view text) { return ToValidUtf8(text, 64); }

/// What a backslash and `c` stand for inside a string value.
char StringEscape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

/// The first space that does not follow a backslash, or the end.
std::size_t FindKeyEnd(std::string_view line, std::size_t from) {
  std::size_t end = line.find(' ', from);
  while (end != std::string_view::npos && end > from && line[end - 1] == '\\') {
    end = line.find(' ', end + 1);
  }
  return std::min(end, line.size());
}

/// `text` is all of a decimal number that does not fit: too large, or so small that it is zero.
std::optional<double> ReadOutOfRange(std::string_view text) {
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isfinite(value)) return value;
  return std::nullopt;
}

}  // namespace

std::optional<LinePrecision> ParseLinePrecision(std::string_view text) noexcept {
  if (text.empty() || text == "ns" || text == "n") return LinePrecision::kNanoseconds;
  if (text == "us" || text == "u") return LinePrecision::kMicroseconds;
  if (text == "ms") return LinePrecision::kMilliseconds;
  if (text == "s") return LinePrecision::kSeconds;
  if (text == "m") return LinePrecision::kMinutes;
  if (text == "h") return LinePrecision::kHours;
  return std::nullopt;
}

std::int64_t NanosecondsPer(LinePrecision precision) noexcept {
  switch (precision) {
    case LinePrecision::kNanoseconds: return 1;
    case LinePrecision::kMicroseconds: return 1'000;
    case LinePrecision::kMilliseconds: return 1'000'000;
    case LinePrecision::kSeconds: return 1'000'000'000;
    case LinePrecision::kMinutes: return 60'000'000'000;
    case LinePrecision::kHours: return 3'600'000'000'000;
  }
  return 1;
}

std::string LineFault::ToString() const {
  return column == 0 ? message : fmt::format("column {}: {}", column, message);
}

std::string UnescapeLineKey(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes = text[i] == '\\' && i + 1 < text.size() &&
                         kKeyEscapes.find(text[i + 1]) != std::string_view::npos;
    if (escapes) ++i;
    out += text[i];
  }
  return out;
}

bool LineParser::Fault(const char* code, std::string message) {
  fault_ = {.code = code, .column = at_ + 1, .message = std::move(message)};
  return false;
}

bool LineParser::Fail(std::string_view expected) {
  return Fault("bad-line", fmt::format("expected {}, got {}", expected,
                                       AtEnd() ? "the end of the line" : ShowByte(Peek())));
}

void LineParser::SkipSpaces() {
  while (!AtEnd() && Peek() == ' ') ++at_;
}

LineParser::Outcome LineParser::Parse(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  line_ = line;
  at_ = 0;
  unescaped_used_ = 0;
  fields_.clear();
  time_.reset();
  SkipSpaces();
  if (AtEnd() || Peek() == '#') return Outcome::kNothing;
  if (!IsAscii(line) && !IsValidUtf8(line)) {
    fault_ = {.code = "bad-utf8", .column = 0, .message = "the line is not valid UTF-8"};
    return Outcome::kFault;
  }
  key_start_ = at_;
  at_ = FindKeyEnd(line, at_);
  key_text_ = line.substr(key_start_, at_ - key_start_);
  if (!ReadFields() || !ReadTime()) {
    // A malformed key is the earlier fault, and often the cause of the later one.
    (void)ParseKey();
    return Outcome::kFault;
  }
  return Outcome::kPoint;
}

bool LineParser::ReadFields() {
  SkipSpaces();
  while (true) {
    if (!ReadField()) return false;
    if (AtEnd() || Peek() != ',') break;
    ++at_;
  }
  if (!AtEnd() && Peek() != ' ') return Fail("',' or a space after the field value");
  return true;
}

bool LineParser::ReadField() {
  const std::size_t start = at_;
  LineField field;
  field.key = TakeToken(kKeyStops.has);
  if (at_ == start) return Fail("a field key");
  if (AtEnd() || Peek() != '=') return Fail("'=' after the field key");
  ++at_;
  if (!ReadValue(field.value)) return false;
  fields_.push_back(field);
  return true;
}

bool LineParser::ReadValue(LineValue& value) {
  if (AtEnd()) return Fail("a field value");
  switch (Peek()) {
    case '"': return ReadString(value);
    case 't':
    case 'T':
    case 'f':
    case 'F': return ReadBool(value);
    case '-':
    case '.':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return ReadNumber(value);
    default: break;
  }
  const std::size_t start = at_;
  const std::string_view text = TakeUnquoted();
  at_ = start;
  return Fault(
      "bad-number",
      fmt::format("expected a number, a boolean or a string in quotes, got '{}'", ShowText(text)));
}

bool LineParser::ReadString(LineValue& value) {
  const std::size_t open = at_++;
  const std::size_t start = at_;
  bool escaped = false;
  while (!AtEnd() && Peek() != '"') {
    const bool pair = Peek() == '\\' && at_ + 1 < line_.size();
    escaped |= pair;
    at_ += pair ? 2 : 1;
  }
  if (AtEnd()) {
    at_ = open;
    return Fault("bad-line", "the string that starts here has no closing quote");
  }
  const std::string_view text = line_.substr(start, at_ - start);
  ++at_;
  value = escaped ? Unescape(text, kStringEscapes) : text;
  return true;
}

bool LineParser::ReadBool(LineValue& value) {
  static constexpr std::array<std::string_view, 5> kTrue{"t", "T", "true", "True", "TRUE"};
  static constexpr std::array<std::string_view, 5> kFalse{"f", "F", "false", "False", "FALSE"};
  const std::size_t start = at_;
  const std::string_view text = TakeUnquoted();
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) {
    value = true;
    return true;
  }
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) {
    value = false;
    return true;
  }
  at_ = start;
  return Fault("bad-number", fmt::format("expected a boolean, got '{}'", ShowText(text)));
}

bool LineParser::ReadNumber(LineValue& value) {
  const std::size_t start = at_;
  const std::string_view text = TakeUnquoted();
  if (text.back() == 'i' || text.back() == 'u') {
    if (ReadInteger(text, value)) return true;
    at_ = start;
    return Fault("bad-number", fmt::format("expected a 64-bit integer, got '{}'", ShowText(text)));
  }
  // from_chars would take -inf and -nan as well.
  const bool numeric = text.size() < 2 || text[0] != '-' || IsDigit(text[1]) || text[1] == '.';
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (numeric && end == text.data() + text.size()) {
    const std::optional<double> read = error == std::errc() ? number : ReadOutOfRange(text);
    if (read && error != std::errc::invalid_argument) {
      value = *read;
      return true;
    }
  }
  at_ = start;
  return Fault("bad-number",
               fmt::format("expected a finite number of 64 bits, got '{}'", ShowText(text)));
}

bool LineParser::ReadInteger(std::string_view text, LineValue& value) {
  const char* begin = text.data();
  const char* end = begin + text.size() - 1;
  std::from_chars_result result{};
  if (text.back() == 'i') {
    std::int64_t number = 0;
    result = std::from_chars(begin, end, number);
    value = number;
  } else {
    std::uint64_t number = 0;
    result = std::from_chars(begin, end, number);
    value = number;
  }
  return result.ec == std::errc() && result.ptr == end;
}

bool LineParser::ReadTime() {
  SkipSpaces();
  if (AtEnd()) return true;
  const std::size_t start = at_;
  const std::size_t end = std::min(line_.find(' ', at_), line_.size());
  std::int64_t count = 0;
  const auto [stop, error] = std::from_chars(line_.data() + at_, line_.data() + end, count);
  std::int64_t time = 0;
  if (error != std::errc() || stop != line_.data() + end ||
      __builtin_mul_overflow(count, NanosecondsPer(precision_), &time)) {
    return Fault("bad-time", fmt::format("expected a timestamp of 64 bits, got '{}'",
                                         ShowText(line_.substr(start, end - start))));
  }
  at_ = end;
  SkipSpaces();
  if (!AtEnd()) return Fail("the end of the line after the timestamp");
  time_ = time;
  return true;
}

const LineKey* LineParser::ParseKey() {
  const std::string_view line = line_;
  line_ = line.substr(0, key_start_ + key_text_.size());
  at_ = key_start_;
  key_.tags.clear();
  bool good = ReadMeasurement();
  while (good && !AtEnd()) good = ReadTag();
  line_ = line;
  if (!good) return nullptr;
  std::sort(key_.tags.begin(), key_.tags.end(),
            [](const LineTag& a, const LineTag& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(key_.tags.begin(), key_.tags.end(),
                         [](const LineTag& a, const LineTag& b) { return a.key == b.key; });
  if (twice == key_.tags.end()) return &key_;
  fault_ = {.code = "bad-line",
            .column = key_start_ + 1,
            .message = fmt::format("the tag key '{}' stands there twice", twice->key)};
  return nullptr;
}

bool LineParser::ReadMeasurement() {
  const std::string_view text = TakeToken(kMeasurementStops.has);
  if (text.empty()) return Fail("a measurement");
  key_.measurement = Unescape(text, kMeasurementEscapes);
  return AtEnd() || Peek() == ',' || Fail("',' or a space after the measurement");
}

bool LineParser::ReadTag() {
  ++at_;  // the comma
  const std::string_view key = TakeToken(kKeyStops.has);
  if (key.empty()) return Fail("a tag key");
  if (AtEnd() || Peek() != '=') return Fail("'=' after the tag key");
  ++at_;
  const std::string_view value = TakeToken(kKeyStops.has);
  if (value.empty()) return Fail("a tag value");
  if (!AtEnd() && Peek() != ',') return Fail("',' or a space after the tag value");
  key_.tags.push_back({.key = Unescape(key, kKeyEscapes), .value = Unescape(value, kKeyEscapes)});
  return true;
}

/// Takes bytes up to one that ends a token and does not follow a backslash.
std::string_view LineParser::TakeToken(const bool (&stops)[256]) {
  const std::size_t start = at_;
  while (!AtEnd()) {
    const auto byte = static_cast<unsigned char>(Peek());
    const bool escaped = at_ > start && line_[at_ - 1] == '\\' && byte >= 0x20 && byte != 0x7F;
    if (stops[byte] && !escaped) break;
    ++at_;
  }
  return line_.substr(start, at_ - start);
}

std::string_view LineParser::TakeUnquoted() {
  const std::size_t start = at_;
  while (!AtEnd() && Peek() != ',' && Peek() != ' ') ++at_;
  return line_.substr(start, at_ - start);
}

/// `text` where a backslash before one of `escapable` is taken away; a view of itself when there is
/// nothing to do.
std::string_view LineParser::Unescape(std::string_view text, std::string_view escapable) {
  if (text.find('\\') == std::string_view::npos) return text;
  if (unescaped_used_ == unescaped_.size()) unescaped_.push_back(std::make_unique<std::string>());
  std::string& out = *unescaped_[unescaped_used_++];
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\0' || escapable.find(next) == std::string_view::npos) {
      out += text[i];
      continue;
    }
    ++i;
    out += escapable == kStringEscapes ? StringEscape(next) : next;
  }
  return out;
}

}  // namespace bedplate

#include "connectors/files/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kMaxNumberBytes = 400;
constexpr std::array<std::string_view, 5> kTrueWords{"true", "t", "yes", "y", "on"};
constexpr std::array<std::string_view, 5> kFalseWords{"false", "f", "no", "n", "off"};

Error BadCell(std::string_view text, std::string_view expected) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("expected {}, got '{}'", expected, ToValidUtf8(text, 64))};
}

/// Appends the digits before the decimal mark without their thousands marks; false when those do
/// not stand three digits apart, as in 1,23 which means something else.
bool TakeWholePart(std::string_view& text, char thousands, std::string& out) {
  std::size_t in_group = 0;
  bool grouped = false;
  while (!text.empty() &&
         (IsDigit(text.front()) || (thousands != '\0' && text.front() == thousands))) {
    if (IsDigit(text.front())) {
      out += text.front();
      ++in_group;
    } else {
      const bool right = grouped ? in_group == 3 : in_group >= 1 && in_group <= 3;
      if (!right) return false;
      grouped = true;
      in_group = 0;
    }
    text.remove_prefix(1);
  }
  return !grouped || in_group == 3;
}

/// The number as from_chars reads it; empty when it is not one.
std::string Normalise(std::string_view text, const NumberStyle& style) {
  std::string out;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    if (text.front() == '-') out += '-';
    text.remove_prefix(1);
  }
  const std::size_t sign = out.size();
  if (!TakeWholePart(text, style.thousands, out)) return {};
  bool has_digits = out.size() > sign;
  if (!text.empty() && text.front() == style.decimal) {
    if (!has_digits) out += '0';
    out += '.';
    text.remove_prefix(1);
    while (!text.empty() && IsDigit(text.front())) {
      has_digits = true;
      out += text.front();
      text.remove_prefix(1);
    }
  }
  if (!has_digits) return {};
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    out += 'e';
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    out += text;
    return out;
  }
  return text.empty() ? out : std::string();
}

std::optional<double> ToDouble(const std::string& number) {
  double value = 0;
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (stop != end || number.empty()) return std::nullopt;
  // Out of range is also what is too small to tell from zero.
  if (error == std::errc::result_out_of_range) value = std::strtod(number.c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

Result<Value> ReadDouble(std::string_view text, const NumberStyle& style) {
  if (text.size() <= kMaxNumberBytes) {
    if (const auto value = ToDouble(Normalise(text, style))) return Value(*value);
  }
  return BadCell(text, fmt::format("a finite number with the decimal mark '{}'", style.decimal));
}

Result<Value> ReadInt64(std::string_view text, const NumberStyle& style) {
  if (text.size() <= kMaxNumberBytes) {
    std::string number = Normalise(text, style);
    // 5.00 is the integer 5.
    if (const std::size_t point = number.find('.');
        point != std::string::npos && number.find_first_not_of('0', point + 1) == number.npos) {
      number.resize(point);
    }
    std::int64_t value = 0;
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, value);
    if (error == std::errc() && stop == end) return Value(value);
  }
  return BadCell(text, "a whole number of 64 bits");
}

Result<Value> ReadBool(std::string_view text, const NumberStyle& style) {
  const std::string word = LowerAscii(text.substr(0, 8));
  if (std::find(kTrueWords.begin(), kTrueWords.end(), word) != kTrueWords.end()) {
    return Value(true);
  }
  if (std::find(kFalseWords.begin(), kFalseWords.end(), word) != kFalseWords.end()) {
    return Value(false);
  }
  const auto number = ReadInt64(text, style);
  if (number.ok() && *number == Value(std::int64_t{1})) return Value(true);
  if (number.ok() && *number == Value(std::int64_t{0})) return Value(false);
  return BadCell(text, "true or false");
}

// What the bytes 0x80 to 0x9F stand for; the others are those of Latin-1.
constexpr std::array<unsigned, 32> kWindows1252{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

/// Of a code point below 0x10000.
void AppendUtf8(unsigned code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
  } else {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
  }
  out += static_cast<char>(0x80U | (code & 0x3FU));
}

}  // namespace

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Result<Value> ReadCell(std::string_view text, ValueType type, const NumberStyle& style) {
  switch (type) {
    case ValueType::kDouble: return ReadDouble(Trim(text), style);
    case ValueType::kInt64: return ReadInt64(Trim(text), style);
    case ValueType::kBool: return ReadBool(Trim(text), style);
    case ValueType::kString: break;
  }
  return Value(std::string(text));
}

std::string Latin1ToUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) AppendUtf8(static_cast<unsigned char>(c), out);
  return out;
}

std::string Windows1252ToUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    const bool differs = byte >= 0x80 && byte < 0x80 + kWindows1252.size();
    AppendUtf8(differs ? kWindows1252[byte - 0x80] : byte, out);
  }
  return out;
}

}  // namespace bedplate

#include "api/json_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::int64_t kNanosecondsInMillisecond = 1'000'000;
constexpr std::size_t kNumberBytes = 32;  // more than any double or 64-bit integer takes

void AppendEscaped(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (text[i]) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    }
  }
  out.append(text, plain, text.size() - plain);
}

/// Appends `count` items separated by commas, where one takes at most `item_bytes`.
template <typename Append>
void AppendArray(std::string& out, std::size_t count, std::size_t item_bytes, Append append) {
  out.reserve(out.size() + 2 + count * item_bytes);
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append(i);
  }
  out += ']';
}

}  // namespace

void AppendInteger(std::string& out, std::int64_t number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

void AppendNumber(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, kNumberBytes> text;
  const char* const end = fmt::format_to(text.data(), FMT_COMPILE("{}"), number);
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void AppendMilliseconds(std::string& out, std::int64_t nanoseconds) {
  std::int64_t whole = nanoseconds / kNanosecondsInMillisecond;
  std::int64_t rest = nanoseconds % kNanosecondsInMillisecond;
  if (rest < 0) {
    out += '-';
    whole = -whole;
    rest = -rest;
  }
  AppendInteger(out, whole);
  if (rest == 0) return;
  std::array<char, 8> digits;
  fmt::format_to(digits.data(), FMT_COMPILE(".{:06}"), rest);
  std::size_t length = 7;
  while (digits[length - 1] == '0') --length;
  out.append(digits.data(), length);
}

void JsonWriter::Separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::Close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  first_ = true;  // the value that follows takes no comma
  return *this;
}

JsonWriter& JsonWriter::Text(std::string_view text) {
  Separate();
  out_ += '"';
  if (IsValidUtf8(text)) {
    AppendEscaped(out_, text);
  } else {
    AppendEscaped(out_, ToValidUtf8(text, 3 * text.size()));
  }
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::Number(double number) {
  Separate();
  AppendNumber(out_, number);
  return *this;
}

JsonWriter& JsonWriter::Number(const std::optional<double>& number) {
  return number ? Number(*number) : Null();
}

JsonWriter& JsonWriter::Integer(std::int64_t number) {
  Separate();
  AppendInteger(out_, number);
  return *this;
}

JsonWriter& JsonWriter::Unsigned(std::uint64_t number) {
  Separate();
  const fmt::format_int text(number);
  out_.append(text.data(), text.size());
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  Separate();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Null() {
  Separate();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::Milliseconds(Timestamp time) {
  Separate();
  AppendMilliseconds(out_, time.nanoseconds());
  return *this;
}

JsonWriter& JsonWriter::Milliseconds(const std::optional<Timestamp>& time) {
  return time ? Milliseconds(*time) : Null();
}

JsonWriter& JsonWriter::Milliseconds(const std::optional<std::chrono::nanoseconds>& duration) {
  return duration ? Milliseconds(Timestamp(duration->count())) : Null();
}

JsonWriter& JsonWriter::Value(const bedplate::Value& value) {
  switch (TypeOf(value)) {
    case ValueType::kDouble: return Number(std::get<double>(value));
    case ValueType::kInt64: return Integer(std::get<std::int64_t>(value));
    case ValueType::kBool: return Bool(std::get<bool>(value));
    case ValueType::kString: break;
  }
  return Text(std::get<std::string>(value));
}

JsonWriter& JsonWriter::Numbers(std::span<const double> numbers) {
  Separate();
  AppendArray(out_, numbers.size(), 8, [&](std::size_t i) { AppendNumber(out_, numbers[i]); });
  return *this;
}

JsonWriter& JsonWriter::Unsigneds(std::span<const std::uint64_t> numbers) {
  Separate();
  AppendArray(out_, numbers.size(), 4, [&](std::size_t i) {
    const fmt::format_int text(numbers[i]);
    out_.append(text.data(), text.size());
  });
  return *this;
}

JsonWriter& JsonWriter::MillisecondsOf(std::span<const std::int64_t> nanoseconds) {
  Separate();
  AppendArray(out_, nanoseconds.size(), 14,
              [&](std::size_t i) { AppendMilliseconds(out_, nanoseconds[i]); });
  return *this;
}

}  // namespace bedplate

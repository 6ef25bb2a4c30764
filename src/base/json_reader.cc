#include "base/json_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/ascii.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownBytes = 40;  // of a wrong value in a message
constexpr std::size_t kShownFieldBytes = 64;

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

/// The length of the number at the start of `text` by the grammar of RFC 8259, 6; 0 when none is.
std::size_t NumberLength(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = SkipDigits(text, at);
  if (whole == at || (text[at] == '0' && whole > at + 1)) return 0;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = SkipDigits(text, at + 1);
    if (end == at + 1) return 0;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t digits = at + 1;
    if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
    const std::size_t end = SkipDigits(text, digits);
    if (end == digits) return 0;
    at = end;
  }
  return at;
}

template <typename Number>
bool Convert(std::string_view token, Number& number) {
  const auto [end, code] = std::from_chars(token.data(), token.data() + token.size(), number);
  return code == std::errc() && end == token.data() + token.size();
}

void AppendUtf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80U) {
    byte(code);
  } else if (code < 0x800U) {
    byte(0xC0U | code >> 6U);
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000U) {
    byte(0xE0U | code >> 12U);
    byte(0x80U | (code >> 6U & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | code >> 18U);
    byte(0x80U | (code >> 12U & 0x3FU));
    byte(0x80U | (code >> 6U & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

}  // namespace

const std::string& JsonReader::field() const {
  static const std::string kNone;
  return levels_.empty() ? kNone : levels_.back().field;
}

void JsonReader::SkipSpace() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
    ++at_;
  }
}

bool JsonReader::Take(char c) {
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonReader::TakeWord(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

JsonKind JsonReader::Peek() {
  SkipSpace();
  if (failed() || at_ >= text_.size()) return JsonKind::kNothing;
  switch (text_[at_]) {
    case '{': return JsonKind::kObject;
    case '[': return JsonKind::kArray;
    case '"': return JsonKind::kText;
    case 't':
    case 'f': return JsonKind::kBool;
    case 'n': return JsonKind::kNull;
    default: break;
  }
  return IsDigit(text_[at_]) || text_[at_] == '-' ? JsonKind::kNumber : JsonKind::kNothing;
}

void JsonReader::Enter(bool object) {
  if (failed()) return;
  SkipSpace();
  if (levels_.size() >= kMaxDepth) {
    Refuse(fmt::format("at most {} levels", kMaxDepth));
  } else if (!Take(object ? '{' : '[')) {
    Refuse(object ? "an object" : "an array");
  } else {
    levels_.push_back({.object = object, .field = {}, .fields = {}});
  }
}

void JsonReader::EnterObject() { Enter(true); }
void JsonReader::EnterArray() { Enter(false); }

bool JsonReader::NextInLevel(char end) {
  if (failed()) return false;
  BEDPLATE_CHECK(!levels_.empty());
  BEDPLATE_CHECK(levels_.back().object == (end == '}'));
  SkipSpace();
  if (Take(end)) {
    levels_.pop_back();
    return false;
  }
  Level& level = levels_.back();
  if (!level.first && !Take(',')) {
    Refuse(fmt::format("',' or '{}'", end));
    return false;
  }
  if (!level.first) ++level.index;
  level.first = false;
  SkipSpace();
  return true;
}

bool JsonReader::NextItem() { return NextInLevel(']'); }

bool JsonReader::NextField() {
  if (!NextInLevel('}')) return false;
  Level& level = levels_.back();
  level.field.clear();
  std::string name;
  if (at_ >= text_.size() || text_[at_] != '"') {
    Refuse("a field name in quotes");
    return false;
  }
  if (!ReadText(name)) return false;
  level.field = std::move(name);
  if (std::ranges::find(level.fields, level.field) != level.fields.end()) {
    Fault("", "expected each field once, got it again");
    return false;
  }
  if (level.fields.size() >= most_fields_) {
    Fault("", fmt::format("expected at most {} fields", most_fields_));
    return false;
  }
  level.fields.push_back(level.field);
  SkipSpace();
  if (!Take(':')) {
    Refuse("':'");
    return false;
  }
  SkipSpace();
  return true;
}

std::string_view JsonReader::NumberToken() {
  if (failed()) return {};
  SkipSpace();
  last_ = at_;
  const std::string_view token = text_.substr(at_, NumberLength(text_.substr(at_)));
  if (token.empty()) Refuse("a number");
  return token;
}

double JsonReader::Number() {
  const std::string_view token = NumberToken();
  double number = 0;
  if (token.empty()) return 0;
  if (!Convert(token, number)) {
    // Too small to be told from zero is no fault; too large is.
    number = std::strtod(std::string(token).c_str(), nullptr);
    if (!std::isfinite(number)) {
      Refuse("a number that a double can hold");
      return 0;
    }
  }
  at_ += token.size();
  return number;
}

std::string_view JsonReader::NumberText() {
  const std::string_view token = NumberToken();
  at_ += token.size();
  return token;
}

std::int64_t JsonReader::Integer() {
  const std::string_view token = NumberToken();
  std::int64_t number = 0;
  if (token.empty()) return 0;
  if (!Convert(token, number)) {
    Refuse("a whole number of at most 64 bits");
    return 0;
  }
  at_ += token.size();
  return number;
}

std::uint64_t JsonReader::Unsigned() {
  const std::string_view token = NumberToken();
  std::uint64_t number = 0;
  if (token.empty()) return 0;
  if (!Convert(token, number)) {
    Refuse("a whole number from 0, of at most 64 bits");
    return 0;
  }
  at_ += token.size();
  return number;
}

bool JsonReader::Bool() {
  if (failed()) return false;
  SkipSpace();
  last_ = at_;
  if (TakeWord("true")) return true;
  if (!TakeWord("false")) Refuse("true or false");
  return false;
}

std::string JsonReader::Text() {
  std::string text;
  if (failed()) return text;
  SkipSpace();
  last_ = at_;
  if (at_ >= text_.size() || text_[at_] != '"') {
    Refuse("text");
    return text;
  }
  if (!ReadText(text)) text.clear();
  return text;
}

bool JsonReader::ReadText(std::string& out) {
  const std::size_t begin = at_++;
  while (at_ < text_.size()) {
    const std::size_t plain = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    out.append(text_, plain, at_ - plain);
    if (Take('"')) {
      if (IsValidUtf8(out)) return true;
      at_ = begin;
      Refuse("UTF-8 text");
      return false;
    }
    if (at_ < text_.size() && (text_[at_] != '\\' || !ReadEscape(out))) {
      Refuse("text without raw control characters and with JSON's escapes only");
      return false;
    }
  }
  Refuse("a closing quote");
  return false;
}

bool JsonReader::ReadEscape(std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ + 1 >= text_.size()) return false;
  const char name = text_[at_ + 1];
  if (name == 'u') return ReadUnicode(out);
  const std::size_t index = kNames.find(name);
  if (index == std::string_view::npos) return false;
  out += kMeanings[index];
  at_ += 2;
  return true;
}

bool JsonReader::ReadUnicode(std::string& out) {
  std::uint32_t code = 0;
  if (!ReadHex(code)) return false;
  if (code >= 0xDC00 && code < 0xE000) return false;
  if (code >= 0xD800 && code < 0xDC00) {
    std::uint32_t low = 0;
    if (!ReadHex(low) || low < 0xDC00 || low >= 0xE000) return false;
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  AppendUtf8(out, code);
  return true;
}

/// Takes `\uXXXX`.
bool JsonReader::ReadHex(std::uint32_t& out) {
  const std::string_view escape = text_.substr(at_, 6);
  if (escape.size() < 6 || !escape.starts_with("\\u")) return false;
  const auto [end, code] = std::from_chars(escape.data() + 2, escape.data() + 6, out, 16);
  if (code != std::errc() || end != escape.data() + 6) return false;
  at_ += 6;
  return true;
}

void JsonReader::Skip() {
  const std::size_t depth = levels_.size();
  do {
    const bool inside = levels_.size() > depth;
    if (inside && !(levels_.back().object ? NextField() : NextItem())) continue;
    SkipOrEnter();
  } while (levels_.size() > depth && !failed());
}

/// Passes over a plain value, or enters the object or array that stands here.
void JsonReader::SkipOrEnter() {
  switch (Peek()) {
    case JsonKind::kObject: EnterObject(); break;
    case JsonKind::kArray: EnterArray(); break;
    case JsonKind::kText: (void)Text(); break;
    case JsonKind::kNumber: (void)Number(); break;
    case JsonKind::kBool: (void)Bool(); break;
    case JsonKind::kNull:
    case JsonKind::kNothing:
      if (!TakeWord("null")) Refuse("a value");
      break;
  }
}

void JsonReader::Refuse(std::string_view expected) {
  Fault("", fmt::format("expected {}, got {}", expected, Here()));
}

void JsonReader::RefuseLast(std::string_view expected) {
  at_ = last_;
  Refuse(expected);
}

void JsonReader::RefuseField(std::initializer_list<std::string_view> known) {
  Fault("", fmt::format("expected one of the fields {}", fmt::join(known, ", ")));
}

void JsonReader::Fault(std::string_view field, std::string_view message) {
  if (failed()) return;
  std::string place = Place();
  if (!field.empty()) place += place.empty() ? std::string(field) : fmt::format(".{}", field);
  Error error(ErrorCode::kInvalidArgument, std::string(message));
  if (place.empty()) {
    error_ = std::move(error);
  } else {
    error_ = std::move(error).At(place);
  }
}

Status JsonReader::Finish() {
  SkipSpace();
  if (!failed()) {
    BEDPLATE_CHECK(levels_.empty());
    if (at_ < text_.size()) Refuse("nothing after the JSON document");
  }
  if (error_) return *error_;
  return {};
}

std::string JsonReader::Place() const {
  std::string place;
  for (const Level& level : levels_) {
    if (!level.object) {
      place += fmt::format("[{}]", level.index);
    } else if (!level.field.empty()) {
      place +=
          fmt::format("{}{}", place.empty() ? "" : ".", ToValidUtf8(level.field, kShownFieldBytes));
    }
  }
  return place;
}

std::string JsonReader::Here() const {
  if (at_ >= text_.size()) return "the end of the text";
  if (text_[at_] == '{') return "an object";
  if (text_[at_] == '[') return "an array";
  const std::string_view rest = text_.substr(at_);
  const std::size_t end = text_[at_] == '"' ? rest.find('"', 1) : rest.find_first_of(",]} \t\r\n");
  const std::size_t length = end == std::string_view::npos ? rest.size()
                             : text_[at_] == '"'           ? end + 1
                                                           : std::max<std::size_t>(end, 1);
  return ToValidUtf8(rest.substr(0, std::min(length, kShownBytes)), 3 * kShownBytes) +
         (length > kShownBytes ? "…" : "");
}

}  // namespace bedplate

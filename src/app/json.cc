#include "app/json.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/json_reader.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownBytes = 80;

const boost::json::value* Member(const boost::json::value& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  return object.as_object().if_contains({key.data(), key.size()});
}

boost::json::value ReadValue(JsonReader& json);

boost::json::value ReadObject(JsonReader& json) {
  boost::json::object object;
  json.EnterObject();
  while (json.NextField()) {
    const std::string name = json.field();
    object[name] = ReadValue(json);
  }
  return object;
}

boost::json::value ReadArray(JsonReader& json) {
  boost::json::array array;
  json.EnterArray();
  while (json.NextItem()) array.push_back(ReadValue(json));
  return array;
}

/// Whole numbers stay whole, as far as 64 bits hold them.
boost::json::value ReadNumber(JsonReader& json) {
  JsonReader as_integer = json;
  const std::int64_t integer = as_integer.Integer();
  if (!as_integer.failed()) {
    json = as_integer;
    return integer;
  }
  JsonReader as_unsigned = json;
  const std::uint64_t positive = as_unsigned.Unsigned();
  if (!as_unsigned.failed()) {
    json = as_unsigned;
    return positive;
  }
  return json.Number();
}

boost::json::value ReadValue(JsonReader& json) {
  switch (json.Peek()) {
    case JsonKind::kObject: return ReadObject(json);
    case JsonKind::kArray: return ReadArray(json);
    case JsonKind::kNumber: return ReadNumber(json);
    case JsonKind::kText: return boost::json::value(json.Text());
    case JsonKind::kBool: return json.Bool();
    case JsonKind::kNull:
    case JsonKind::kNothing: json.Skip(); break;
  }
  return nullptr;
}

}  // namespace

Result<boost::json::value> ParseAnswer(std::string_view text) {
  // Not with the library's own parser, which rounds one double in three to a neighbour.
  JsonReader json(text);
  boost::json::value value = ReadValue(json);
  if (!json.Finish().ok()) {
    return Error(ErrorCode::kInternal,
                 fmt::format("the answer is not JSON: '{}'", ToValidUtf8(text, kShownBytes)));
  }
  return value;
}

std::string JsonText(const boost::json::value& object, std::string_view key) {
  const boost::json::value* member = Member(object, key);
  return member == nullptr ? std::string() : JsonCell(*member);
}

std::optional<double> JsonNumber(const boost::json::value& object, std::string_view key) {
  const boost::json::value* member = Member(object, key);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->to_number<double>();
}

std::vector<std::string> JsonTexts(const boost::json::value& object, std::string_view key) {
  std::vector<std::string> texts;
  const boost::json::value* list = Member(object, key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& text : list->as_array()) texts.push_back(JsonCell(text));
  return texts;
}

std::string JsonCell(const boost::json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return {value.as_string().data(), value.as_string().size()};
  // Boost.JSON writes 1.5 as 1.5E0; people read 1.5.
  if (value.is_double()) return fmt::format("{}", value.as_double());
  return boost::json::serialize(value);
}

}  // namespace bedplate

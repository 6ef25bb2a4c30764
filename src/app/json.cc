#include "app/json.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace bedplate {
namespace {

const boost::json::value* Member(const boost::json::value& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  return object.as_object().if_contains({key.data(), key.size()});
}

}  // namespace

Result<boost::json::value> ParseAnswer(std::string_view text) {
  boost::json::error_code code;
  boost::json::value value = boost::json::parse({text.data(), text.size()}, code);
  if (code) {
    return Error(ErrorCode::kInternal,
                 fmt::format("the answer is not JSON: '{}'", text.substr(0, 80)));
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

std::string JsonCell(const boost::json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return {value.as_string().data(), value.as_string().size()};
  // Boost.JSON writes 1.5 as 1.5E0; people read 1.5.
  if (value.is_double()) return fmt::format("{}", value.as_double());
  return boost::json::serialize(value);
}

}  // namespace bedplate

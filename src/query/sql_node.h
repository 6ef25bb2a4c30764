#pragma once

#include <algorithm>
#include <boost/json/value.hpp>
#include <span>
#include <string_view>

// Looking into the tree that ParseSqlTree gives; what is absent or of another kind reads as empty.

namespace bedplate::sql_guard {

namespace json = boost::json;

inline bool Contains(std::span<const std::string_view> list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

inline std::string_view Text(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

inline const json::object* Object(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

inline const json::array& Array(const json::object& node, std::string_view key) {
  static const json::array none;
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

}  // namespace bedplate::sql_guard

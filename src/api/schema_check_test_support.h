#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace bedplate {

/// Holds JSON against the schemas of an OpenAPI document, for tests. It knows the part of JSON
/// Schema that openapi.yaml uses and takes any other keyword for a fault, so that no rule of the
/// document goes unchecked. Stricter than the standard in one point: a property that the document
/// does not name is a fault.
class SchemaChecker {
 public:
  explicit SchemaChecker(const YamlValue& document) : document_(document) {}

  /// What is wrong, each with its place; empty when `value` conforms.
  std::vector<std::string> Check(const YamlValue& schema, const boost::json::value& value) {
    faults_.clear();
    CheckAt("$", schema, value);
    return faults_;
  }

  /// Follows `$ref: "#/a/b"` as long as there is one.
  const YamlValue* Resolve(const YamlValue* node) {
    while (const YamlValue* reference = node->Find("$ref")) node = &Lookup(reference->scalar);
    return node;
  }

 private:
  const YamlValue& Lookup(std::string_view reference) {
    if (!reference.starts_with("#/")) return Miss(reference);
    const YamlValue* at = &document_;
    for (std::string_view rest = reference.substr(2); at != nullptr && !rest.empty();) {
      const std::size_t end = std::min(rest.find('/'), rest.size());
      at = at->Find(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return at != nullptr ? *at : Miss(reference);
  }
  const YamlValue& Miss(std::string_view reference) {
    static const YamlValue kNothing;
    faults_.push_back(fmt::format("the document has no {}", reference));
    return kNothing;
  }

  void Fault(const std::string& place, std::string text) {
    faults_.push_back(place + ": " + std::move(text));
  }

  void CheckAt(const std::string& place, const YamlValue& unresolved,
               const boost::json::value& value) {
    CheckMember(place, unresolved, value);
    if (value.is_object()) CheckNames(place, *Resolve(&unresolved), value.as_object());
  }

  /// All but the names, on which a schema decides together with the parts of its allOf.
  void CheckMember(const std::string& place, const YamlValue& unresolved,
                   const boost::json::value& value) {
    const YamlValue& schema = *Resolve(&unresolved);
    CheckKeywords(place, schema);
    CheckType(place, schema, value);
    CheckEnum(place, schema, value);
    if (const YamlValue* parts = schema.Find("allOf")) {
      for (const YamlValue& part : parts->items) CheckMember(place, part, value);
    }
    if (value.is_object()) CheckProperties(place, schema, value.as_object());
    if (value.is_array()) CheckArray(place, schema, value.as_array());
  }

  void CheckKeywords(const std::string& place, const YamlValue& schema) {
    constexpr std::array<std::string_view, 15> kKnown{
        "type",    "properties",  "required", "items",
        "enum",    "allOf",       "$ref",     "additionalProperties",
        "format",  "description", "default",  "examples",
        "minimum", "maximum",     "maxLength"};
    for (const auto& [keyword, rule] : schema.fields) {
      if (std::find(kKnown.begin(), kKnown.end(), keyword) == kKnown.end()) {
        Fault(place, fmt::format("the schema's keyword '{}' is not understood", keyword));
      }
    }
  }

  static bool IsOfType(const boost::json::value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    return type == "integer" && (value.is_int64() || value.is_uint64());
  }

  void CheckType(const std::string& place, const YamlValue& schema,
                 const boost::json::value& value) {
    const YamlValue* type = schema.Find("type");
    if (type == nullptr) return;
    std::vector<YamlValue> types = type->items;
    if (type->kind == YamlKind::kScalar) types.push_back(*type);
    const bool fits = std::any_of(types.begin(), types.end(), [&value](const YamlValue& one) {
      return IsOfType(value, one.scalar);
    });
    if (!fits) Fault(place, "is of another type: " + boost::json::serialize(value).substr(0, 80));
  }

  void CheckEnum(const std::string& place, const YamlValue& schema,
                 const boost::json::value& value) {
    const YamlValue* choices = schema.Find("enum");
    if (choices == nullptr) return;
    const bool found =
        value.is_string() && std::any_of(choices->items.begin(), choices->items.end(),
                                         [&value](const YamlValue& choice) {
                                           return value.as_string() == choice.scalar;
                                         });
    if (!found) Fault(place, "is none of the choices: " + boost::json::serialize(value));
  }

  /// Every name that a schema, with the parts of its allOf, gives a property.
  void CollectNames(const YamlValue& unresolved, std::set<std::string>& names, bool& open) {
    const YamlValue& schema = *Resolve(&unresolved);
    if (const YamlValue* properties = schema.Find("properties")) {
      for (const auto& [name, rule] : properties->fields) names.insert(name);
    }
    if (schema.Find("additionalProperties") != nullptr) open = true;
    if (const YamlValue* parts = schema.Find("allOf")) {
      for (const YamlValue& part : parts->items) CollectNames(part, names, open);
    }
  }

  void CheckNames(const std::string& place, const YamlValue& schema,
                  const boost::json::object& object) {
    std::set<std::string> names;
    bool open = false;
    CollectNames(schema, names, open);
    for (const auto& [name, value] : object) {
      if (!open && !names.contains(std::string(name))) {
        Fault(place, fmt::format("has the property '{}' that the document does not name",
                                 std::string_view(name)));
      }
    }
  }

  void CheckProperties(const std::string& place, const YamlValue& schema,
                       const boost::json::object& object) {
    if (const YamlValue* required = schema.Find("required")) {
      for (const YamlValue& name : required->items) {
        if (!object.contains(name.scalar)) {
          Fault(place, fmt::format("lacks the property '{}'", name.scalar));
        }
      }
    }
    const YamlValue* properties = schema.Find("properties");
    const YamlValue* others = schema.Find("additionalProperties");
    for (const auto& [name, value] : object) {
      const YamlValue* rule = properties != nullptr ? properties->Find(name) : nullptr;
      if (rule == nullptr) rule = others;
      if (rule != nullptr) CheckAt(place + "." + std::string(name), *rule, value);
    }
  }

  void CheckArray(const std::string& place, const YamlValue& schema,
                  const boost::json::array& array) {
    const YamlValue* items = schema.Find("items");
    if (items == nullptr) return;
    for (std::size_t i = 0; i < array.size(); ++i) {
      CheckAt(fmt::format("{}[{}]", place, i), *items, array[i]);
    }
  }

  const YamlValue& document_;
  std::vector<std::string> faults_;
};

}  // namespace bedplate

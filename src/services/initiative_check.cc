#include "services/initiative_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownNameBytes = 80;

bool Holds(ValueType type, TagContent content) {
  return (type == ValueType::kString) == (content == TagContent::kText);
}

std::string_view Describe(TagContent content) {
  return content == TagContent::kText ? "a tag that holds text" : "a tag that holds numbers";
}

}  // namespace

Status InitiativeCheck::CheckAll(const YamlValue& section, CheckReferences references) {
  for (const auto& [name, map] : section.fields) {
    if (faults_.full()) break;
    if (map.kind != YamlKind::kMap) continue;
    RETURN_IF_ERROR(CheckOne(map, "initiatives." + ToValidUtf8(name, kShownNameBytes), references));
  }
  return {};
}

Status InitiativeCheck::CheckOne(const YamlValue& map, const std::string& key,
                                 CheckReferences references) {
  const YamlValue* scope = map.Find("scope");
  const PlacedInitiative placed = ReadInitiative(map, key, ZoneOf(scope), faults_);
  if (references == CheckReferences::kNo) return {};
  return CheckPlaced(placed, scope, key);
}

Status InitiativeCheck::CheckReferencesOf(const YamlValue& map, const std::string& key) {
  const YamlValue* scope = map.Find("scope");
  YamlFaults of_itself(faults_.file());
  return CheckPlaced(ReadInitiative(map, key, ZoneOf(scope), of_itself), scope, key);
}

Status InitiativeCheck::CheckPlaced(const PlacedInitiative& placed, const YamlValue* scope,
                                    const std::string& key) {
  if (!placed.initiative.scope.empty()) CheckScope(*scope, key + ".scope");
  for (const TagReference& tag : placed.tags) RETURN_IF_ERROR(CheckTag(tag));
  return {};
}

/// The dates of an initiative are local to its scope.
std::string InitiativeCheck::ZoneOf(const YamlValue* scope) const {
  return plant_.ZoneOf(scope != nullptr ? scope->scalar : "");
}

void InitiativeCheck::CheckScope(const YamlValue& scope, const std::string& key) {
  if (std::ranges::binary_search(plant_.assets(), scope.scalar, {}, &Asset::path)) return;
  faults_.Add(scope, key, "the path of an asset of the plant");
}

Status InitiativeCheck::CheckTag(const TagReference& reference) {
  if (faults_.full()) return {};
  ASSIGN_OR_RETURN(const std::optional<ValueType> type, tags_.TypeOf(reference.tag));
  const std::string shown = reference.place->Describe();
  if (!type) {
    ASSIGN_OR_RETURN(const std::optional<std::string> nearest, tags_.Nearest(reference.tag));
    faults_.Add(*reference.place, reference.key, "a tag that is declared or has samples",
                nearest ? fmt::format("{} (did you mean '{}'?)", shown, *nearest) : shown);
  } else if (!Holds(*type, reference.content)) {
    faults_.Add(*reference.place, reference.key, Describe(reference.content),
                fmt::format("{}, whose type is {}", shown, ValueTypeName(*type)));
  }
  return {};
}

}  // namespace bedplate

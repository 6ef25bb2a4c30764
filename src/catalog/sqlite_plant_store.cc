#include "catalog/sqlite_plant_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "catalog/plant_rows.h"
#include "catalog/samples_check.h"
#include "catalog/sqlite_audit_log.h"

namespace bedplate {
namespace {

/// The form in which the store keeps a plant, so that equal plants compare equal.
Plant Canonical(Plant plant) {
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(plant.assets.begin(), plant.assets.end(), by_path);
  std::sort(plant.tags.begin(), plant.tags.end(), by_path);
  std::sort(plant.templates.begin(), plant.templates.end(), by_name);
  std::sort(plant.initiatives.begin(), plant.initiatives.end(), by_name);
  std::sort(plant.sources.begin(), plant.sources.end(), by_name);
  for (Tag& tag : plant.tags) tag.declared = true;
  for (AssetTemplate& asset_template : plant.templates) {
    std::sort(asset_template.tags.begin(), asset_template.tags.end(), by_path);
    for (Tag& tag : asset_template.tags) tag.declared = true;
  }
  return plant;
}

Result<Plant> ReadPlant(SqliteConnection& connection) {
  Plant plant;
  ASSIGN_OR_RETURN(plant.templates, ReadTemplates(connection));
  ASSIGN_OR_RETURN(plant.assets, ReadAssets(connection));
  ASSIGN_OR_RETURN(plant.tags, ReadDeclaredTags(connection));
  ASSIGN_OR_RETURN(plant.initiatives, ReadTexts(connection, TextTable::kInitiative));
  ASSIGN_OR_RETURN(plant.sources, ReadTexts(connection, TextTable::kSource));
  return plant;
}

/// A tag that is no longer declared stays known when it has samples, with what gives them meaning.
Status RemoveDeclaration(SqliteConnection& connection, const Tag& tag,
                         const StoredTypeLookup& stored_type) {
  const std::optional<ValueType> stored =
      stored_type ? stored_type(tag.path) : std::optional(tag.type);
  if (!stored) return DeleteTag(connection, tag.path);
  Tag bare;
  bare.path = tag.path;
  bare.type = *stored;
  bare.unit = tag.unit;
  return PutTags(connection, std::vector<const Tag*>{&bare});
}

template <typename T, typename Put>
Status PutAll(SqliteConnection& connection, const std::vector<const T*>& things, Put put) {
  for (const T* thing : things) RETURN_IF_ERROR(put(connection, *thing));
  return {};
}

Status WriteAssets(SqliteConnection& connection, const PlantDifference& difference,
                   const StoredTypeLookup& stored_type) {
  RETURN_IF_ERROR(PutAll(connection, difference.templates.put, PutTemplate));
  RETURN_IF_ERROR(PutAll(connection, difference.assets.put, PutAsset));
  for (const Asset* asset : difference.assets.removed) {
    RETURN_IF_ERROR(DeleteAsset(connection, asset->path));
  }
  for (const AssetTemplate* asset_template : difference.templates.removed) {
    RETURN_IF_ERROR(DeleteTemplate(connection, asset_template->name));
  }
  for (const Tag* tag : difference.tags.removed) {
    RETURN_IF_ERROR(RemoveDeclaration(connection, *tag, stored_type));
  }
  return PutTags(connection, difference.tags.put);
}

Status WriteTexts(SqliteConnection& connection, TextTable table,
                  const Difference<DeclaredText>& difference) {
  for (const DeclaredText* text : difference.put) {
    RETURN_IF_ERROR(PutText(connection, table, *text));
  }
  for (const DeclaredText* text : difference.removed) {
    RETURN_IF_ERROR(DeleteText(connection, table, text->name));
  }
  return {};
}

/// What the reader of plant files makes sure of, for plants that come another way.
Status CheckReferences(const Plant& plant) {
  std::set<std::string_view> templates{""};
  std::set<std::string_view> paths{""};
  for (const AssetTemplate& asset_template : plant.templates) templates.insert(asset_template.name);
  for (const Asset& asset : plant.assets) paths.insert(asset.path);
  for (const Asset& asset : plant.assets) {
    const std::string_view parent = ParentPath(asset.path);
    if (templates.contains(asset.template_name) && paths.contains(parent)) continue;
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("asset {} needs the template '{}' and the parent '{}' to be declared",
                             asset.path, asset.template_name, parent));
  }
  return {};
}

std::string Summary(const std::vector<Change>& changes) {
  const auto count = [&](ChangeKind kind) {
    return std::count_if(changes.begin(), changes.end(),
                         [&](const Change& change) { return change.kind == kind; });
  };
  return fmt::format("{} added, {} changed, {} removed", count(ChangeKind::kAdded),
                     count(ChangeKind::kChanged), count(ChangeKind::kRemoved));
}

/// What can be excluded without looking at every path: the text before the first wildcard.
std::string_view LiteralPrefix(const Glob& glob) {
  const std::string_view pattern = glob.pattern();
  return pattern.substr(0, pattern.find_first_of("*?{"));
}

}  // namespace

Result<std::vector<Change>> SqlitePlantStore::Apply(const Plant& plant, std::string_view actor,
                                                    const PlantApplyOptions& options) {
  RETURN_IF_ERROR(CheckReferences(plant));
  const Plant wanted = Canonical(plant);
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  ASSIGN_OR_RETURN(const Plant stored, ReadPlant(*writer));
  PlantDifference difference = ComparePlants(stored, wanted);
  SamplesCheck samples(*writer, options);
  RETURN_IF_ERROR(samples.Run(difference));
  if (options.dry_run || difference.changes.empty()) return std::move(difference.changes);
  RETURN_IF_ERROR(WriteAssets(*writer, difference, options.stored_type));
  RETURN_IF_ERROR(WriteTexts(*writer, TextTable::kInitiative, difference.initiatives));
  RETURN_IF_ERROR(WriteTexts(*writer, TextTable::kSource, difference.sources));
  RETURN_IF_ERROR(
      InsertAuditEntry(*writer, clock_.Now(), actor, "plant.apply", Summary(difference.changes)));
  if (!samples.relabelled().empty()) {
    RETURN_IF_ERROR(InsertAuditEntry(*writer, clock_.Now(), actor, "plant.relabel-units",
                                     fmt::format("{}", fmt::join(samples.relabelled(), "; "))));
  }
  RETURN_IF_ERROR(transaction.Commit());
  return std::move(difference.changes);
}

Result<Plant> SqlitePlantStore::Export() const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(const SqliteTransaction view, SqliteTransaction::BeginRead(*reader));
  return ReadPlant(*reader);
}

Result<std::vector<Asset>> SqlitePlantStore::ListAssets() const {
  const auto reader = database_.BorrowReader();
  return ReadAssets(*reader);
}

Result<bool> SqlitePlantStore::HasAsset(std::string_view path) const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(SqliteStatement select, reader->Prepare("SELECT 1 FROM asset WHERE path = ?"));
  return select.Bind(path).Step();
}

Result<std::vector<Tag>> SqlitePlantStore::ListTags(const Glob& glob) const {
  const auto reader = database_.BorrowReader();
  if (glob.IsExact()) {
    ASSIGN_OR_RETURN(std::optional<Tag> tag, ReadTag(*reader, glob.pattern()));
    std::vector<Tag> tags;
    if (tag) tags.push_back(*std::move(tag));
    return tags;
  }
  ASSIGN_OR_RETURN(std::vector<Tag> tags, ReadTagsFrom(*reader, LiteralPrefix(glob)));
  std::erase_if(tags, [&](const Tag& tag) { return !glob.Matches(tag.path); });
  return tags;
}

Result<std::optional<Tag>> SqlitePlantStore::FindTag(std::string_view path) const {
  const auto reader = database_.BorrowReader();
  return ReadTag(*reader, path);
}

Result<std::vector<PathOwner>> SqlitePlantStore::FindPaths(
    std::span<const std::string> paths) const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginRead(*reader));
  ASSIGN_OR_RETURN(std::vector<PathOwner> owners, ReadPathOwners(*reader, paths));
  RETURN_IF_ERROR(transaction.Commit());
  return owners;
}

Status SqlitePlantStore::NoteWrittenTags(std::span<const Tag> tags) {
  if (tags.empty()) return {};
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  RETURN_IF_ERROR(InsertNewTags(*writer, tags));
  return transaction.Commit();
}

Result<std::vector<InitiativeText>> SqlitePlantStore::ListInitiatives() const {
  const auto reader = database_.BorrowReader();
  return ReadTexts(*reader, TextTable::kInitiative);
}

Result<std::vector<SourceText>> SqlitePlantStore::ListSources() const {
  const auto reader = database_.BorrowReader();
  return ReadTexts(*reader, TextTable::kSource);
}

Status SqlitePlantStore::PutEvents(std::span<const Event> events) {
  if (events.empty()) return {};
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  for (const Event& event : events) RETURN_IF_ERROR(PutEvent(*writer, event));
  return transaction.Commit();
}

Result<std::vector<Event>> SqlitePlantStore::ListEvents(TimeRange range,
                                                        std::uint64_t limit) const {
  const auto reader = database_.BorrowReader();
  return ReadEvents(*reader, range, limit);
}

}  // namespace bedplate

#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "catalog/plant_store.h"
#include "catalog/sqlite.h"

namespace bedplate {

// How the parts of a plant become rows and back. All calls run in the caller's transaction.

Result<std::vector<AssetTemplate>> ReadTemplates(SqliteConnection& connection);
Result<std::vector<Asset>> ReadAssets(SqliteConnection& connection);
/// Where texts of a kind are kept.
enum class TextTable : std::uint8_t { kInitiative, kSource };
Result<std::vector<DeclaredText>> ReadTexts(SqliteConnection& connection, TextTable table);

/// Tags that are declared, sorted by path.
Result<std::vector<Tag>> ReadDeclaredTags(SqliteConnection& connection);
/// Tags whose path starts with `prefix`, sorted by path.
Result<std::vector<Tag>> ReadTagsFrom(SqliteConnection& connection, std::string_view prefix);
Result<std::optional<Tag>> ReadTag(SqliteConnection& connection, std::string_view path);
Result<std::vector<PathOwner>> ReadPathOwners(SqliteConnection& connection,
                                              std::span<const std::string> paths);

// Insert or replace.
Status PutTemplate(SqliteConnection& connection, const AssetTemplate& asset_template);
Status PutAsset(SqliteConnection& connection, const Asset& asset);
Status PutTags(SqliteConnection& connection, const std::vector<const Tag*>& tags);
Status PutText(SqliteConnection& connection, TextTable table, const DeclaredText& text);

/// Inserts tags that are not there yet; leaves the others as they are.
Status InsertNewTags(SqliteConnection& connection, std::span<const Tag> tags);

Status DeleteTemplate(SqliteConnection& connection, std::string_view name);
Status DeleteAsset(SqliteConnection& connection, std::string_view path);
Status DeleteTag(SqliteConnection& connection, std::string_view path);
Status DeleteText(SqliteConnection& connection, TextTable table, std::string_view name);

Status PutEvent(SqliteConnection& connection, const Event& event);
/// Events that overlap `range`, sorted by start.
Result<std::vector<Event>> ReadEvents(SqliteConnection& connection, TimeRange range,
                                      std::uint64_t limit);

}  // namespace bedplate

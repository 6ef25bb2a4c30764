#include "catalog/plant_rows.h"

#include <fmt/format.h>

#include <map>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "model/path.h"

namespace bedplate {
namespace {

constexpr std::string_view kTagColumns =
    "path, type, unit, low_low, low, high, high_high, description, source, interval_seconds";

std::string_view NameOf(TextTable table) {
  return table == TextTable::kInitiative ? "initiative" : "source";
}

// In place of an interval, of which none is 0: the tag is written on change.
constexpr double kOnChangeSeconds = 0;

Result<ValueType> ReadValueType(const SqliteStatement& row, int column, std::string_view path) {
  const std::int64_t number = row.Integer(column);
  if (number >= static_cast<int>(ValueType::kDouble) &&
      number <= static_cast<int>(ValueType::kString)) {
    return static_cast<ValueType>(number);
  }
  return row.DamagedRow("tag", path, fmt::format("the type {}", number));
}

/// Reads kTagColumns from column `first` on.
Result<Tag> ReadTagColumns(const SqliteStatement& row, int first) {
  const std::string path = row.Text(first);
  if (const Status valid = CheckPath(path); !valid.ok()) {
    return row.DamagedRow("tag", path, "a path that is not valid: " + valid.error().message());
  }
  ASSIGN_OR_RETURN(const ValueType type, ReadValueType(row, first + 1, path));
  const std::optional<double> interval_seconds = row.OptionalReal(first + 9);
  const bool on_change = interval_seconds == kOnChangeSeconds;
  return Tag{.path = path,
             .type = type,
             .unit = row.Text(first + 2),
             .limits = {.low_low = row.OptionalReal(first + 3),
                        .low = row.OptionalReal(first + 4),
                        .high = row.OptionalReal(first + 5),
                        .high_high = row.OptionalReal(first + 6)},
             .description = row.Text(first + 7),
             .source = row.Text(first + 8),
             .interval_seconds = on_change ? std::nullopt : interval_seconds,
             .on_change = on_change,
             .declared = true};
}

/// Binds kTagColumns and then `last`.
template <typename Last>
SqliteStatement& BindTag(SqliteStatement& statement, const Tag& tag, const Last& last) {
  return statement.Bind(
      tag.path, static_cast<int>(tag.type), tag.unit, tag.limits.low_low, tag.limits.low,
      tag.limits.high, tag.limits.high_high, tag.description, tag.source,
      tag.on_change ? std::optional(kOnChangeSeconds) : tag.interval_seconds, last);
}

/// All rows of a bound statement, each made into a Result of a value by `read`.
template <typename Read>
auto Collect(SqliteStatement& select, Read read) -> Result<
    std::vector<typename std::invoke_result_t<Read, const SqliteStatement&>::value_type>> {
  std::vector<typename std::invoke_result_t<Read, const SqliteStatement&>::value_type> values;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return values;
    ASSIGN_OR_RETURN(auto value, read(select));
    values.push_back(std::move(value));
  }
}

Result<Tag> ReadTagRow(const SqliteStatement& row) {
  ASSIGN_OR_RETURN(Tag tag, ReadTagColumns(row, 0));
  tag.declared = row.Integer(10) != 0;
  return tag;
}

Result<Asset> ReadAssetRow(const SqliteStatement& row) {
  const std::string path = row.Text(0);
  if (const Status valid = CheckPath(path); !valid.ok()) {
    return row.DamagedRow("asset", path, "a path that is not valid: " + valid.error().message());
  }
  const std::int64_t level = row.Integer(1);
  if (level < static_cast<int>(AssetLevel::kEnterprise) ||
      level > static_cast<int>(AssetLevel::kEquipment)) {
    return row.DamagedRow("asset", path, fmt::format("the level {}", level));
  }
  return Asset{.path = path,
               .level = static_cast<AssetLevel>(level),
               .description = row.Text(2),
               .template_name = row.Text(3),
               .time_zone = row.Text(4),
               .currency = row.Text(5)};
}

Result<Event> ReadEventRow(const SqliteStatement& row) {
  Event event{.id = row.Text(0),
              .asset = row.Text(1),
              .kind = row.Text(2),
              .code = row.Text(3),
              .text = row.Text(4),
              .start = Timestamp(row.Integer(5)),
              .stop = std::nullopt,
              .source = row.Text(7)};
  if (const auto stop_ns = row.OptionalInteger(6)) event.stop = Timestamp(*stop_ns);
  return event;
}

/// A parent stands before its children, as a path sorts before what it begins.
Status CheckParents(const SqliteStatement& rows, const std::vector<Asset>& assets) {
  std::unordered_set<std::string_view> known;
  for (const Asset& asset : assets) {
    const std::string_view parent = ParentPath(asset.path);
    if (!parent.empty() && !known.contains(parent)) {
      return rows.DamagedRow("asset", asset.path, "no row for the asset above it");
    }
    known.insert(asset.path);
  }
  return {};
}

Status DeleteByKey(SqliteConnection& connection, std::string_view sql, std::string_view key) {
  ASSIGN_OR_RETURN(SqliteStatement statement, connection.Prepare(sql));
  return statement.Bind(key).Run();
}

}  // namespace

Result<std::vector<AssetTemplate>> ReadTemplates(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   connection.Prepare("SELECT name, description FROM template ORDER BY name"));
  ASSIGN_OR_RETURN(auto templates, Collect(select, [](const SqliteStatement& row) {
                     return Result(AssetTemplate{row.Text(0), row.Text(1), {}});
                   }));
  ASSIGN_OR_RETURN(
      SqliteStatement tags,
      connection.Prepare(fmt::format("SELECT {} FROM template_tag WHERE template = ? ORDER BY path",
                                     kTagColumns)));
  for (AssetTemplate& asset_template : templates) {
    tags.Bind(asset_template.name);
    ASSIGN_OR_RETURN(asset_template.tags, Collect(tags, [](const SqliteStatement& row) {
                       return ReadTagColumns(row, 0);
                     }));
    tags.Reset();
  }
  return templates;
}

Result<std::vector<Asset>> ReadAssets(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   connection.Prepare("SELECT path, level, description, template, time_zone, "
                                      "currency FROM asset ORDER BY path"));
  ASSIGN_OR_RETURN(std::vector<Asset> assets, Collect(select, ReadAssetRow));
  RETURN_IF_ERROR(CheckParents(select, assets));
  return assets;
}

Result<std::vector<DeclaredText>> ReadTexts(SqliteConnection& connection, TextTable table) {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   connection.Prepare(fmt::format("SELECT name, yaml, line FROM {} ORDER BY name",
                                                  NameOf(table))));
  return Collect(select, [](const SqliteStatement& row) {
    return Result(DeclaredText{row.Text(0), row.Text(1), static_cast<int>(row.Integer(2))});
  });
}

Result<std::vector<Tag>> ReadDeclaredTags(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      connection.Prepare(fmt::format(
          "SELECT {}, declared FROM tag WHERE declared = 1 ORDER BY path", kTagColumns)));
  return Collect(select, ReadTagRow);
}

Result<std::vector<Tag>> ReadTagsFrom(SqliteConnection& connection, std::string_view prefix) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      connection.Prepare(fmt::format(
          "SELECT {}, declared FROM tag WHERE path >= ? AND path < ? ORDER BY path", kTagColumns)));
  // No UTF-8 text has the byte 0xFF, so this bound lies behind every path with the prefix.
  select.Bind(prefix, std::string(prefix) + '\xFF');
  return Collect(select, ReadTagRow);
}

Result<std::optional<Tag>> ReadTag(SqliteConnection& connection, std::string_view path) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      connection.Prepare(fmt::format("SELECT {}, declared FROM tag WHERE path = ?", kTagColumns)));
  ASSIGN_OR_RETURN(const bool row, select.Bind(path).Step());
  if (!row) return std::optional<Tag>();
  ASSIGN_OR_RETURN(Tag tag, ReadTagRow(select));
  return std::optional(std::move(tag));
}

Result<std::vector<PathOwner>> ReadPathOwners(SqliteConnection& connection,
                                              std::span<const std::string> paths) {
  ASSIGN_OR_RETURN(
      SqliteStatement tag,
      connection.Prepare(fmt::format("SELECT {}, declared FROM tag WHERE path = ?", kTagColumns)));
  ASSIGN_OR_RETURN(SqliteStatement asset, connection.Prepare("SELECT 1 FROM asset WHERE path = ?"));
  std::vector<PathOwner> owners(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    ASSIGN_OR_RETURN(const bool is_tag, tag.Bind(paths[i]).Step());
    if (is_tag) {
      ASSIGN_OR_RETURN(owners[i].tag, ReadTagRow(tag));
    }
    tag.Reset();
    if (is_tag) continue;
    ASSIGN_OR_RETURN(owners[i].is_asset, asset.Bind(paths[i]).Step());
    asset.Reset();
  }
  return owners;
}

Status PutTemplate(SqliteConnection& connection, const AssetTemplate& asset_template) {
  ASSIGN_OR_RETURN(SqliteStatement put,
                   connection.Prepare("INSERT INTO template (name, description) VALUES (?, ?) "
                                      "ON CONFLICT DO UPDATE SET description = "
                                      "excluded.description"));
  RETURN_IF_ERROR(put.Bind(asset_template.name, asset_template.description).Run());
  RETURN_IF_ERROR(
      DeleteByKey(connection, "DELETE FROM template_tag WHERE template = ?", asset_template.name));
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   connection.Prepare(fmt::format("INSERT INTO template_tag ({}, template) "
                                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                                  kTagColumns)));
  for (const Tag& tag : asset_template.tags) {
    RETURN_IF_ERROR(BindTag(insert, tag, asset_template.name).Run());
  }
  return {};
}

Status PutAsset(SqliteConnection& connection, const Asset& asset) {
  ASSIGN_OR_RETURN(SqliteStatement put,
                   connection.Prepare("INSERT OR REPLACE INTO asset (path, level, description, "
                                      "template, time_zone, currency) VALUES (?, ?, ?, ?, ?, ?)"));
  const auto template_name =
      asset.template_name.empty() ? std::nullopt : std::optional(asset.template_name);
  return put
      .Bind(asset.path, static_cast<int>(asset.level), asset.description, template_name,
            asset.time_zone, asset.currency)
      .Run();
}

Status PutTags(SqliteConnection& connection, const std::vector<const Tag*>& tags) {
  ASSIGN_OR_RETURN(SqliteStatement put,
                   connection.Prepare(fmt::format("INSERT OR REPLACE INTO tag ({}, declared) "
                                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                                  kTagColumns)));
  for (const Tag* tag : tags) RETURN_IF_ERROR(BindTag(put, *tag, tag->declared).Run());
  return {};
}

Status PutText(SqliteConnection& connection, TextTable table, const DeclaredText& text) {
  ASSIGN_OR_RETURN(
      SqliteStatement put,
      connection.Prepare(fmt::format(
          "INSERT OR REPLACE INTO {} (name, yaml, line) VALUES (?, ?, ?)", NameOf(table))));
  return put.Bind(text.name, text.yaml, text.line).Run();
}

Status InsertNewTags(SqliteConnection& connection, std::span<const Tag> tags) {
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   connection.Prepare(fmt::format("INSERT INTO tag ({}, declared) "
                                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                                                  "ON CONFLICT DO NOTHING",
                                                  kTagColumns)));
  for (const Tag& tag : tags) RETURN_IF_ERROR(BindTag(insert, tag, tag.declared).Run());
  return {};
}

Status DeleteTemplate(SqliteConnection& connection, std::string_view name) {
  return DeleteByKey(connection, "DELETE FROM template WHERE name = ?", name);
}

Status DeleteAsset(SqliteConnection& connection, std::string_view path) {
  return DeleteByKey(connection, "DELETE FROM asset WHERE path = ?", path);
}

Status DeleteTag(SqliteConnection& connection, std::string_view path) {
  return DeleteByKey(connection, "DELETE FROM tag WHERE path = ?", path);
}

Status DeleteText(SqliteConnection& connection, TextTable table, std::string_view name) {
  return DeleteByKey(connection, fmt::format("DELETE FROM {} WHERE name = ?", NameOf(table)), name);
}

Status PutEvent(SqliteConnection& connection, const Event& event) {
  ASSIGN_OR_RETURN(
      SqliteStatement put,
      connection.Prepare("INSERT OR REPLACE INTO event (id, asset, kind, code, text, start_ns, "
                         "stop_ns, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  const auto stop_ns = event.stop ? std::optional(event.stop->nanoseconds()) : std::nullopt;
  return put
      .Bind(event.id, event.asset, event.kind, event.code, event.text, event.start.nanoseconds(),
            stop_ns, event.source)
      .Run();
}

Result<std::vector<Event>> ReadEvents(SqliteConnection& connection, TimeRange range,
                                      std::uint64_t limit) {
  // An event without length overlaps the range that its instant lies in.
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      connection.Prepare("SELECT id, asset, kind, code, text, start_ns, stop_ns, source FROM event "
                         "WHERE start_ns < ?2 AND (start_ns >= ?1 OR stop_ns IS NULL OR "
                         "stop_ns > ?1) ORDER BY start_ns, id LIMIT ?3"));
  select.Bind(range.start.nanoseconds(), range.stop.nanoseconds(), limit);
  return Collect(select, ReadEventRow);
}

}  // namespace bedplate

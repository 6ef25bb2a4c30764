#include "query/plant_relations.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

namespace bedplate {
namespace {

constexpr std::uint64_t kMaxEvents = 1'000'000;
constexpr std::uint64_t kLettersPerPage = 512;

using Read = std::function<Result<std::vector<RelationRow>>()>;

/// A relation small enough to be one page.
class OnePage final : public RowSource {
 public:
  explicit OnePage(Read read) : read_(std::move(read)) {}

  Result<std::vector<RelationRow>> Next(const CancelToken& /*cancel*/) override {
    if (std::exchange(done_, true)) return std::vector<RelationRow>();
    return read_();
  }

 private:
  Read read_;
  bool done_ = false;
};

RelationCell TextOrNull(const std::string& text) {
  if (text.empty()) return std::monostate();
  return text;
}

template <typename T>
RelationCell OrNull(const std::optional<T>& value) {
  if (!value) return std::monostate();
  return *value;
}

RelationRow TagRow(const Tag& tag, const SeriesInfo* series) {
  return {tag.path,
          std::string(ValueTypeName(series == nullptr ? tag.type : series->type)),
          TextOrNull(tag.unit),
          TextOrNull(tag.description),
          OrNull(tag.limits.low_low),
          OrNull(tag.limits.low),
          OrNull(tag.limits.high),
          OrNull(tag.limits.high_high),
          TextOrNull(tag.source),
          OrNull(tag.interval_seconds),
          tag.on_change,
          tag.declared,
          series == nullptr ? std::uint64_t{0} : series->samples,
          series == nullptr ? RelationCell() : OrNull(series->first),
          series == nullptr ? RelationCell() : OrNull(series->last),
          series == nullptr ? std::uint64_t{0} : series->conflicts};
}

Result<std::vector<RelationRow>> ReadTags(const Historian& historian, Catalog& catalog) {
  ASSIGN_OR_RETURN(const Glob everything, Glob::Parse("**"));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, catalog.plant().ListTags(everything));
  std::map<std::string, std::pair<const Tag*, const SeriesInfo*>> by_path;
  for (const Tag& tag : tags) by_path[tag.path].first = &tag;
  const std::vector<SeriesInfo> stored = historian.List(everything);
  for (const SeriesInfo& series : stored) by_path[series.path].second = &series;
  std::vector<RelationRow> rows;
  rows.reserve(by_path.size());
  for (const auto& [path, entry] : by_path) {
    const auto& [tag, series] = entry;
    rows.push_back(TagRow(tag != nullptr ? *tag : Tag{.path = path}, series));
  }
  return rows;
}

Relation Tags(const Historian& historian, Catalog& catalog) {
  return {"tags",
          {{"path", DUCKDB_TYPE_VARCHAR, "the tag's place in the plant"},
           {"type", DUCKDB_TYPE_VARCHAR, "double, int64, bool or string"},
           {"unit", DUCKDB_TYPE_VARCHAR, "of its values"},
           {"description", DUCKDB_TYPE_VARCHAR, "as declared"},
           {"low_low", DUCKDB_TYPE_DOUBLE, "values below are bad"},
           {"low", DUCKDB_TYPE_DOUBLE, "values below are unusual"},
           {"high", DUCKDB_TYPE_DOUBLE, "values above are unusual"},
           {"high_high", DUCKDB_TYPE_DOUBLE, "values above are bad"},
           {"source", DUCKDB_TYPE_VARCHAR, "who writes it"},
           {"interval_seconds", DUCKDB_TYPE_DOUBLE, "how often it is expected"},
           {"on_change", DUCKDB_TYPE_BOOLEAN, "written when it changes only"},
           {"declared", DUCKDB_TYPE_BOOLEAN, "by a plant file, not by its first write"},
           {"samples", DUCKDB_TYPE_UBIGINT, "how many are stored"},
           {"first", DUCKDB_TYPE_TIMESTAMP_TZ, "time of the first sample"},
           {"last", DUCKDB_TYPE_TIMESTAMP_TZ, "time of the last sample"},
           {"conflicts", DUCKDB_TYPE_UBIGINT, "times written again with another value"}},
          [&historian, &catalog] {
            return std::make_unique<OnePage>([&] { return ReadTags(historian, catalog); });
          }};
}

Result<std::vector<RelationRow>> ReadAssets(Catalog& catalog) {
  ASSIGN_OR_RETURN(const std::vector<Asset> assets, catalog.plant().ListAssets());
  std::vector<RelationRow> rows;
  rows.reserve(assets.size());
  for (const Asset& asset : assets) {
    rows.push_back({asset.path, std::string(AssetLevelName(asset.level)),
                    TextOrNull(std::string(ParentPath(asset.path))), TextOrNull(asset.description),
                    TextOrNull(asset.template_name), TextOrNull(asset.time_zone),
                    TextOrNull(asset.currency)});
  }
  return rows;
}

Relation Assets(Catalog& catalog) {
  return {"assets",
          {{"path", DUCKDB_TYPE_VARCHAR, "the asset's place in the plant"},
           {"level", DUCKDB_TYPE_VARCHAR, "enterprise, site, area, line or equipment"},
           {"parent", DUCKDB_TYPE_VARCHAR, "path of the asset above"},
           {"description", DUCKDB_TYPE_VARCHAR, "as declared"},
           {"template", DUCKDB_TYPE_VARCHAR, "the machine type"},
           {"time_zone", DUCKDB_TYPE_VARCHAR, "IANA name; NULL: the parent's"},
           {"currency", DUCKDB_TYPE_VARCHAR, "ISO 4217; NULL: the parent's"}},
          [&catalog] { return std::make_unique<OnePage>([&] { return ReadAssets(catalog); }); }};
}

Result<std::vector<RelationRow>> ReadEvents(Catalog& catalog) {
  ASSIGN_OR_RETURN(const std::vector<Event> events,
                   catalog.plant().ListEvents(kAllTime, kMaxEvents + 1));
  if (events.size() > kMaxEvents) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("there are more than {} events; SQL reads no more", kMaxEvents));
  }
  std::vector<RelationRow> rows;
  rows.reserve(events.size());
  for (const Event& event : events) {
    rows.push_back({event.id, event.asset, event.kind, TextOrNull(event.code),
                    TextOrNull(event.text), event.start, OrNull(event.stop),
                    TextOrNull(event.source)});
  }
  return rows;
}

Relation Events(Catalog& catalog) {
  return {"events",
          {{"id", DUCKDB_TYPE_VARCHAR, "given by the source"},
           {"asset", DUCKDB_TYPE_VARCHAR, "path of the asset"},
           {"kind", DUCKDB_TYPE_VARCHAR, "stop, alarm, batch, state, …"},
           {"code", DUCKDB_TYPE_VARCHAR, "the source's reason or state"},
           {"text", DUCKDB_TYPE_VARCHAR, "in words"},
           {"start", DUCKDB_TYPE_TIMESTAMP_TZ, "when it began"},
           {"stop", DUCKDB_TYPE_TIMESTAMP_TZ, "when it ended; NULL: still open"},
           {"source", DUCKDB_TYPE_VARCHAR, "who reported it"}},
          [&catalog] { return std::make_unique<OnePage>([&] { return ReadEvents(catalog); }); }};
}

/// Newest first, a page at a time: a million letters of 4 KiB do not fit in memory.
class DeadLetterPages final : public RowSource {
 public:
  explicit DeadLetterPages(Catalog& catalog) : catalog_(catalog) {}

  Result<std::vector<RelationRow>> Next(const CancelToken& cancel) override {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the query was stopped");
    DeadLetterQuery query;
    query.limit = kLettersPerPage;
    query.before_id = before_id_;
    ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters, catalog_.dead_letters().List(query));
    std::vector<RelationRow> rows;
    rows.reserve(letters.size());
    for (const DeadLetter& letter : letters) {
      before_id_ = letter.id;
      rows.push_back({letter.id, letter.received, letter.source, TextOrNull(letter.place),
                      TextOrNull(letter.tag), letter.code, letter.reason,
                      TextOrNull(letter.payload)});
    }
    return rows;
  }

 private:
  Catalog& catalog_;
  std::uint64_t before_id_ = UINT64_MAX;
};

Relation DeadLetters(Catalog& catalog) {
  return {"dead_letters",
          {{"id", DUCKDB_TYPE_UBIGINT, "in order of arrival"},
           {"received", DUCKDB_TYPE_TIMESTAMP_TZ, "when it came in"},
           {"source", DUCKDB_TYPE_VARCHAR, "which way in"},
           {"place", DUCKDB_TYPE_VARCHAR, "file and row, line, topic"},
           {"tag", DUCKDB_TYPE_VARCHAR, "path, where it is known"},
           {"code", DUCKDB_TYPE_VARCHAR, "what is wrong, as a stable name"},
           {"reason", DUCKDB_TYPE_VARCHAR, "what was expected and what came"},
           {"payload", DUCKDB_TYPE_VARCHAR, "the input itself"}},
          [&catalog] { return std::make_unique<DeadLetterPages>(catalog); }};
}

}  // namespace

std::vector<Relation> PlantRelations(const Historian& historian, Catalog& catalog) {
  return {Tags(historian, catalog), Assets(catalog), Events(catalog), DeadLetters(catalog)};
}

}  // namespace bedplate

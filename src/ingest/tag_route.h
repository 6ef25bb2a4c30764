#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "catalog/catalog.h"
#include "historian/historian.h"
#include "ingest/sink.h"

namespace bedplate {

/// What the gate must know of a path to store samples under it.
struct TagRoute {
  std::optional<Tag> tag;         // as the catalog has it; empty: not noted yet
  std::optional<TagId> id;        // empty: the historian has no such series yet
  std::optional<ValueType> type;  // of the declaration, else of the series; empty: not settled yet
  bool is_asset = false;          // the plant has an asset there, and so no tag

  [[nodiscard]] bool declared() const { return tag && tag->declared; }

  // Of TagRoutes: whether a memo of this is still good.
  std::uint64_t keeper = 0;  // number of the TagRoutes that has it
  std::uint64_t epoch = 0;
};

/// Remembers the route of each path, so that a known tag costs one look-up in memory. Safe for
/// concurrent use.
class TagRoutes {
 public:
  /// Arguments must outlive this.
  TagRoutes(Historian& historian, Catalog& catalog);

  /// The route of a valid path; errors are those of the catalog.
  Result<std::shared_ptr<const TagRoute>> Find(const std::string& path);
  /// Sees to it that the routes of these paths are known, of those that are valid, in one look at
  /// the catalog for all that are new.
  Status LookUp(std::span<const std::string* const> paths);
  /// Whether `memo` holds the route of its path as it is now.
  [[nodiscard]] bool IsCurrent(const RouteMemo& memo) const;

  /// The route of a valid path with its series, created with `type` when it is new. Errors:
  /// kConflict when the series has another type, or those of the stores.
  Result<std::shared_ptr<const TagRoute>> Create(const std::string& path, ValueType type);

  /// Writes tags that have samples now into the catalog, and their routes. One that was noted
  /// meanwhile stays as it is. Errors: those of the catalog.
  Status Note(std::span<const Tag> tags);

  /// To be called when what the catalog says of `path` has changed, or of every path.
  void Forget(const std::string& path);
  void ForgetAll();

 private:
  [[nodiscard]] TagRoute RouteOf(const std::string& path, PathOwner owner) const;
  std::shared_ptr<const TagRoute> Remember(const std::string& path, std::uint64_t epoch,
                                           TagRoute route);

  Historian& historian_;
  Catalog& catalog_;
  const std::uint64_t number_;  // no two have the same in a process
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const TagRoute>> routes_;
  std::atomic<std::uint64_t> epoch_ = 0;  // how often anything was forgotten
  std::mutex note_mutex_;                 // one note at a time
};

}  // namespace bedplate

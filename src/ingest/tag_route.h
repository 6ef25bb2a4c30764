#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "catalog/catalog.h"
#include "historian/historian.h"

namespace bedplate {

/// What the gate must know of a path to store samples under it.
struct TagRoute {
  std::optional<Tag> tag;         // as the catalog has it; empty: not noted yet
  std::optional<TagId> id;        // empty: the historian has no such series yet
  std::optional<ValueType> type;  // of the declaration, else of the series; empty: not settled yet
  bool is_asset = false;          // the plant has an asset there, and so no tag

  [[nodiscard]] bool declared() const { return tag && tag->declared; }
};

/// Remembers the route of each path, so that a known tag costs one look-up in memory. Safe for
/// concurrent use.
class TagRoutes {
 public:
  /// Arguments must outlive this.
  TagRoutes(Historian& historian, Catalog& catalog) : historian_(historian), catalog_(catalog) {}

  /// The route of a valid path; errors are those of the catalog.
  Result<std::shared_ptr<const TagRoute>> Find(const std::string& path);

  /// The route of a valid path with its series, created with `type` when it is new. Errors:
  /// kConflict when the series has another type, or those of the stores.
  Result<std::shared_ptr<const TagRoute>> Create(const std::string& path, ValueType type);

  /// To be called when what the catalog says of `path` has changed, or of every path.
  void Forget(const std::string& path);
  void ForgetAll();

 private:
  Result<std::shared_ptr<const TagRoute>> Load(const std::string& path);
  void Remember(const std::string& path, std::uint64_t epoch,
                std::shared_ptr<const TagRoute> route);
  std::uint64_t Epoch() const;

  Historian& historian_;
  Catalog& catalog_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const TagRoute>> routes_;
  std::uint64_t epoch_ = 0;  // how often anything was forgotten
};

}  // namespace bedplate

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/asset.h"
#include "model/event.h"
#include "model/path.h"
#include "model/tag.h"

namespace bedplate {

/// A machine type: the tags every asset of this template has. Paths are relative to the asset.
struct AssetTemplate {
  std::string name;
  std::string description;
  std::vector<Tag> tags;

  bool operator==(const AssetTemplate&) const = default;
};

/// A use case as its YAML stands, kept as text so that what was signed is what is shown.
/// `catalog` does not look inside; `value` parses it.
struct InitiativeText {
  std::string name;  // kebab-case, unique
  std::string yaml;

  bool operator==(const InitiativeText&) const = default;
};

/// Everything that plant files declare, with templates already expanded into `tags`.
struct Plant {
  std::vector<AssetTemplate> templates;
  std::vector<Asset> assets;  // parents before children
  std::vector<Tag> tags;      // absolute paths
  std::vector<InitiativeText> initiatives;

  bool operator==(const Plant&) const = default;
};

enum class ChangeKind { kAdded, kChanged, kRemoved };

/// One line of "what changed": `~ tag acme/…/temperature: unit K -> degC`.
struct Change {
  ChangeKind kind = ChangeKind::kAdded;
  std::string what;  // "asset", "tag", "template", "initiative"
  std::string name;
  std::string detail;  // field: old -> new; …

  bool operator==(const Change&) const = default;
};

/// The plant model. Safe for concurrent use; a change is one transaction.
class PlantStore {
 public:
  virtual ~PlantStore() = default;

  /// Makes the stored plant equal to `plant` for the kinds that `plant` declares, and says what
  /// changed (in a stable order). Declared tags that are gone lose their declaration, never their
  /// samples. Undeclared (written, not declared) tags stay. With `dry_run` nothing is stored.
  /// Errors: kConflict when a declared type differs from `stored_type` of the tag (samples exist).
  virtual Result<std::vector<Change>> Apply(const Plant& plant, bool dry_run,
                                            std::string_view actor) = 0;
  [[nodiscard]] virtual Result<Plant> Export() const = 0;

  [[nodiscard]] virtual Result<std::vector<Asset>> ListAssets() const = 0;
  /// Declared and undeclared tags whose path matches, sorted by path.
  [[nodiscard]] virtual Result<std::vector<Tag>> ListTags(const Glob& glob) const = 0;
  [[nodiscard]] virtual Result<std::optional<Tag>> FindTag(std::string_view path) const = 0;
  /// Records tags that were created by a write; those already known are left as they are.
  virtual Status NoteWrittenTags(std::span<const Tag> tags) = 0;

  [[nodiscard]] virtual Result<std::vector<InitiativeText>> ListInitiatives() const = 0;

  /// Inserts or replaces by id.
  virtual Status PutEvents(std::span<const Event> events) = 0;
  [[nodiscard]] virtual Result<std::vector<Event>> ListEvents(TimeRange range,
                                                              std::uint64_t limit) const = 0;
};

}  // namespace bedplate

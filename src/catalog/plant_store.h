#pragma once

#include <functional>
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

/// Something that is declared in YAML and kept as its text, so that what was written is what is
/// shown. The catalog does not look inside.
struct DeclaredText {
  std::string name;  // kebab-case, unique
  std::string yaml;  // a map, not indented
  int line = 1;      // where its first line stands in the file it came from, for messages

  /// The place in a file is not part of what was declared.
  bool operator==(const DeclaredText& other) const {
    return name == other.name && yaml == other.yaml;
  }
};
using InitiativeText = DeclaredText;  // a use case; `value` reads it
using SourceText = DeclaredText;      // a source of samples; its connector reads it

/// Everything that plant files declare, with templates already expanded into `tags`. A part that is
/// not declared is empty, and Apply leaves what is stored of it alone.
struct Plant {
  bool declares_assets = true;  // templates, assets and tags, which stand or fall together
  bool declares_initiatives = true;
  bool declares_sources = true;
  std::vector<AssetTemplate> templates;
  std::vector<Asset> assets;  // parents before children
  std::vector<Tag> tags;      // absolute paths
  std::vector<InitiativeText> initiatives;
  std::vector<SourceText> sources;

  bool operator==(const Plant&) const = default;
};

enum class ChangeKind { kAdded, kChanged, kRemoved };

/// One line of "what changed": `~ tag acme/…/temperature: unit K -> degC`.
struct Change {
  ChangeKind kind = ChangeKind::kAdded;
  std::string what;  // "asset", "tag", "template", "initiative", "source"
  std::string name;
  std::string detail;  // field: old -> new; …

  bool operator==(const Change&) const = default;
};

/// The type of the samples stored for a path; empty when there are none.
using StoredTypeLookup = std::function<std::optional<ValueType>(std::string_view path)>;

/// Whether two units, neither empty, are spellings of one.
using UnitComparison = std::function<bool(std::string_view a, std::string_view b)>;

/// How a plant is applied. The functions are called while the catalog is locked, so they must not
/// call back into it.
struct PlantApplyOptions {
  bool dry_run = false;  // nothing is stored
  /// The unit of a tag with samples may change, and its numbers stay as they are: the old unit was
  /// a mistake of the declaration.
  bool relabel_units = false;
  /// What the historian holds; null: the types of tags that were written stand in for it.
  StoredTypeLookup stored_type = nullptr;
  UnitComparison same_unit = nullptr;  // null: only the same text is the same unit
};

/// What the plant has at a path: a tag, an asset or neither.
struct PathOwner {
  std::optional<Tag> tag;
  bool is_asset = false;
};

/// The plant model. Safe for concurrent use; a change is one transaction.
class PlantStore {
 public:
  virtual ~PlantStore() = default;

  /// Makes the stored plant equal to `plant` for the kinds that `plant` declares, and says what
  /// changed (in a stable order). Declared tags that are gone lose their declaration, never their
  /// samples. Undeclared (written, not declared) tags stay. A change leaves one entry in the audit
  /// log, and one more names the tags whose unit was relabelled.
  /// Errors: kConflict naming every tag whose samples have another type or unit than it is declared
  /// with, and every asset at the path of a tag with samples; kInvalidArgument when an asset's
  /// template or parent is not in `plant`.
  virtual Result<std::vector<Change>> Apply(const Plant& plant, std::string_view actor,
                                            const PlantApplyOptions& options) = 0;
  Result<std::vector<Change>> Apply(const Plant& plant, bool dry_run, std::string_view actor,
                                    const StoredTypeLookup& stored_type = nullptr) {
    return Apply(plant, actor, {.dry_run = dry_run, .stored_type = stored_type});
  }
  /// What is declared, sorted by path or name (so parents before children).
  [[nodiscard]] virtual Result<Plant> Export() const = 0;

  [[nodiscard]] virtual Result<std::vector<Asset>> ListAssets() const = 0;
  [[nodiscard]] virtual Result<bool> HasAsset(std::string_view path) const = 0;
  /// Declared and undeclared tags whose path matches, sorted by path.
  [[nodiscard]] virtual Result<std::vector<Tag>> ListTags(const Glob& glob) const = 0;
  [[nodiscard]] virtual Result<std::optional<Tag>> FindTag(std::string_view path) const = 0;
  /// What is at each of the paths, in their order, as of one moment. For many at once: a look at
  /// the catalog costs more than a row of it.
  [[nodiscard]] virtual Result<std::vector<PathOwner>> FindPaths(
      std::span<const std::string> paths) const = 0;
  /// Records tags that were created by a write; those already known are left as they are.
  virtual Status NoteWrittenTags(std::span<const Tag> tags) = 0;

  [[nodiscard]] virtual Result<std::vector<InitiativeText>> ListInitiatives() const = 0;
  [[nodiscard]] virtual Result<std::vector<SourceText>> ListSources() const = 0;

  /// Inserts or replaces by id, in one transaction.
  virtual Status PutEvents(std::span<const Event> events) = 0;
  /// Events that overlap `range` (an open one lasts for ever), sorted by start.
  [[nodiscard]] virtual Result<std::vector<Event>> ListEvents(TimeRange range,
                                                              std::uint64_t limit) const = 0;
};

}  // namespace bedplate

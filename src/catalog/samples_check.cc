#include "catalog/samples_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/plant_rows.h"

namespace bedplate {
namespace {

constexpr std::size_t kConflictsShown = 20;

std::string UnitText(const std::string& unit) { return unit.empty() ? "no unit" : unit; }

void AddDetail(std::vector<Change>& changes, const std::string& path, std::string_view detail) {
  const auto of_tag = std::ranges::find_if(changes, [&path](const Change& change) {
    return change.what == "tag" && change.name == path;
  });
  if (of_tag != changes.end()) of_tag->detail += fmt::format("; {}", detail);
}

}  // namespace

Status SamplesCheck::Run(PlantDifference& difference) {
  for (const Tag* tag : difference.tags.put) {
    RETURN_IF_ERROR(CheckTag(*tag, difference.changes));
  }
  for (const Asset* asset : difference.assets.put) RETURN_IF_ERROR(CheckAsset(*asset));
  if (conflicts_.empty()) return {};
  const std::size_t hidden = conflicts_.size() - std::min(conflicts_.size(), kConflictsShown);
  conflicts_.resize(conflicts_.size() - hidden);
  std::string text = fmt::format("{}", fmt::join(conflicts_, "; "));
  if (hidden > 0) text += fmt::format("; and {} more", hidden);
  if (units_conflict_) {
    text +=
        ". Stored numbers are not converted: declare a new tag for the new unit, or, where the old "
        "unit was a mistake and the numbers are right as they are, apply with --relabel-units "
        "(relabel_units=true)";
  }
  return Error(ErrorCode::kConflict, std::move(text));
}

Status SamplesCheck::CheckTag(const Tag& tag, std::vector<Change>& changes) {
  ASSIGN_OR_RETURN(const std::optional<Tag> known, ReadTag(connection_, tag.path));
  const std::optional<ValueType> stored = StoredType(tag.path, known);
  if (!stored) return {};
  if (*stored != tag.type) {
    conflicts_.push_back(fmt::format("tag {} is declared as {} but has samples of type {}",
                                     tag.path, ValueTypeName(tag.type), ValueTypeName(*stored)));
  } else {
    CheckUnit(tag, known ? known->unit : "", changes);
  }
  return {};
}

void SamplesCheck::CheckUnit(const Tag& tag, const std::string& stored_unit,
                             std::vector<Change>& changes) {
  if (MeansTheSame(stored_unit, tag.unit)) return;
  if (stored_unit.empty()) {
    AddDetail(changes, tag.path, fmt::format("its stored samples are taken to be in {}", tag.unit));
  } else if (options_.relabel_units) {
    relabelled_.push_back(
        fmt::format("{}: {} -> {}", tag.path, UnitText(stored_unit), UnitText(tag.unit)));
    AddDetail(changes, tag.path, "relabelled: the stored numbers stay as they are");
  } else {
    units_conflict_ = true;
    conflicts_.push_back(fmt::format("tag {} is declared with {} but has samples in {}", tag.path,
                                     UnitText(tag.unit), stored_unit));
  }
}

Status SamplesCheck::CheckAsset(const Asset& asset) {
  ASSIGN_OR_RETURN(const std::optional<Tag> known, ReadTag(connection_, asset.path));
  if (StoredType(asset.path, known)) {
    conflicts_.push_back(
        fmt::format("asset {} is declared at the path of a tag that has samples", asset.path));
  }
  return {};
}

std::optional<ValueType> SamplesCheck::StoredType(const std::string& path,
                                                  const std::optional<Tag>& known) const {
  if (options_.stored_type) return options_.stored_type(path);
  // Without the historian only a tag that a write created is known to have samples.
  if (!known || known->declared) return std::nullopt;
  return known->type;
}

bool SamplesCheck::MeansTheSame(const std::string& a, const std::string& b) const {
  return a == b || (options_.same_unit && !a.empty() && !b.empty() && options_.same_unit(a, b));
}

}  // namespace bedplate

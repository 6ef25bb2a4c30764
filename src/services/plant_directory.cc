#include "services/plant_directory.h"

#include <algorithm>

#include "model/path.h"

namespace bedplate {

PlantDirectory::PlantDirectory(std::vector<Asset> assets) : assets_(std::move(assets)) {
  // A parent's path is a prefix of its children's, so it sorts, and is completed, before them.
  std::ranges::sort(assets_, {}, &Asset::path);
  for (std::size_t i = 0; i < assets_.size(); ++i) {
    Asset& asset = assets_[i];
    if (main_zone_.empty()) main_zone_ = asset.time_zone;
    if (main_currency_.empty()) main_currency_ = asset.currency;
    const Asset* parent = Nearest(ParentPath(asset.path));
    if (asset.time_zone.empty()) {
      asset.time_zone = parent != nullptr ? parent->time_zone : std::string(kDefaultTimeZone);
    }
    if (asset.currency.empty() && parent != nullptr) asset.currency = parent->currency;
    by_path_.emplace(asset.path, i);
  }
  if (main_zone_.empty()) main_zone_ = kDefaultTimeZone;
}

Result<PlantDirectory> PlantDirectory::Read(const PlantStore& plant) {
  ASSIGN_OR_RETURN(std::vector<Asset> assets, plant.ListAssets());
  return PlantDirectory(std::move(assets));
}

std::string PlantDirectory::ZoneOf(std::string_view path) const {
  const Asset* asset = Nearest(path);
  return asset != nullptr ? asset->time_zone : std::string(kDefaultTimeZone);
}

std::string PlantDirectory::CurrencyOf(std::string_view path) const {
  const Asset* asset = Nearest(path);
  return asset != nullptr ? asset->currency : std::string();
}

std::string PlantDirectory::Enterprise() const {
  const Asset* only = nullptr;
  for (const Asset& asset : assets_) {
    if (asset.level != AssetLevel::kEnterprise) continue;
    if (only != nullptr) return {};
    only = &asset;
  }
  return only != nullptr ? only->path : std::string();
}

const Asset* PlantDirectory::Nearest(std::string_view path) const {
  for (; !path.empty(); path = ParentPath(path)) {
    const auto found = by_path_.find(path);
    if (found != by_path_.end()) return &assets_[found->second];
  }
  return nullptr;
}

}  // namespace bedplate

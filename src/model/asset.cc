#include "model/asset.h"

#include <iterator>

namespace bedplate {
namespace {

constexpr std::string_view kLevelNames[] = {"enterprise", "site", "area", "line", "equipment"};

}  // namespace

std::string_view AssetLevelName(AssetLevel level) noexcept {
  return kLevelNames[static_cast<std::size_t>(level) - 1];
}

std::optional<AssetLevel> ParseAssetLevel(std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(kLevelNames); ++i) {
    if (kLevelNames[i] == name) return static_cast<AssetLevel>(i + 1);
  }
  return std::nullopt;
}

}  // namespace bedplate

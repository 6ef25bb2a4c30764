#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/plant_store.h"
#include "model/asset.h"

namespace bedplate {

inline constexpr std::string_view kDefaultTimeZone = "UTC";

/// The assets with what they inherit filled in: an asset without a time zone or currency has that
/// of the nearest asset above it.
class PlantDirectory {
 public:
  /// Takes the assets as the catalog lists them, in any order.
  explicit PlantDirectory(std::vector<Asset> assets);
  static Result<PlantDirectory> Read(const PlantStore& plant);

  /// By path, with effective zone (UTC when nobody names one) and currency (else empty).
  [[nodiscard]] const std::vector<Asset>& assets() const { return assets_; }
  /// The zone in force at a path, of an asset or of anything below one.
  [[nodiscard]] std::string ZoneOf(std::string_view path) const;
  [[nodiscard]] std::string CurrencyOf(std::string_view path) const;
  /// The only enterprise's path; empty when there are none or several.
  [[nodiscard]] std::string Enterprise() const;
  /// What the topmost asset that names one says: the zone and currency to show the whole plant in.
  [[nodiscard]] const std::string& main_zone() const { return main_zone_; }
  [[nodiscard]] const std::string& main_currency() const { return main_currency_; }

 private:
  [[nodiscard]] const Asset* Nearest(std::string_view path) const;

  std::vector<Asset> assets_;                                // sorted by path
  std::map<std::string, std::size_t, std::less<>> by_path_;  // index into assets_
  std::string main_zone_;
  std::string main_currency_;
};

}  // namespace bedplate

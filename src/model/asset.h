#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate {

/// The equipment hierarchy of ISA-95 part 1 (IEC 62264-1, 5.3), from the top.
enum class AssetLevel : std::uint8_t { kEnterprise = 1, kSite, kArea, kLine, kEquipment };

std::string_view AssetLevelName(AssetLevel level) noexcept;
std::optional<AssetLevel> ParseAssetLevel(std::string_view name) noexcept;

/// A place in the plant. Its path is the names from the enterprise down, separated by `/`.
struct Asset {
  std::string path;
  AssetLevel level = AssetLevel::kEquipment;
  std::string description;
  std::string template_name;  // empty: none
  std::string time_zone;      // IANA name; empty: inherited from the parent
  std::string currency;       // ISO 4217; empty: inherited from the parent

  bool operator==(const Asset&) const = default;
};

}  // namespace bedplate

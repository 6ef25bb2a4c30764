#pragma once

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace bedplate {

/// Where a file of the real data sets lies, which are not part of the repository: below the folder
/// that BEDPLATE_DATA names, or ../shared/data beside the checkout. It need not be there.
inline std::filesystem::path SharedDataFile(std::string_view name) {
  // No test changes the environment, so no other thread does while it is read.
  const char* const given = std::getenv("BEDPLATE_DATA");  // NOLINT(concurrency-mt-unsafe)
  const std::filesystem::path root =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(BEDPLATE_SOURCE_DIR) / "../shared/data";
  return root / name;
}

}  // namespace bedplate

#pragma once

#include <span>

#include "api/static_files.h"

namespace bedplate {

/// The browser UI that this program was built with; empty in a build without it. The table is made
/// by the build (cmake/BedplateUi.cmake).
std::span<const StaticFile> UiFiles();

}  // namespace bedplate

#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate {

/// Puts a new catalog, with a token for the administrator in admin.token, in the place of one that
/// is missing or cannot be opened, which is kept in a folder of its own in `directory`/quarantine.
/// Returns what that costs, for people; nothing when the catalog opens. Nobody may have the
/// directory open. After an interruption it may be repeated. Errors: what keeps the catalog from
/// being opened, but damage; those of writing.
Result<std::optional<std::string>> ReplaceUnusableCatalog(FileSystem& files, const Clock& clock,
                                                          const std::string& directory);

}  // namespace bedplate

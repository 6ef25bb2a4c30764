#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// What is kept while a store is opened is kept only where this much of the disk is free behind it.
inline constexpr std::uint64_t kFreeBehindEvidenceBytes = 1ULL << 20U;

/// Writes what was found damaged to `path`, so that it can be looked at. Nothing depends on it:
/// what cannot be written as a whole takes no room. Errors: kResourceExhausted where there is not
/// enough of it, those of writing.
Status KeepEvidence(FileSystem& files, const std::string& path, std::string_view content);

/// A folder that is not there yet in the `quarantine` of the store in `directory`, by the time of
/// `clock`: what was kept once is never written over.
Result<std::string> NewQuarantineFolder(FileSystem& files, const Clock& clock,
                                        const std::string& directory);

/// "quarantine" of the store in `directory`.
std::string QuarantinePath(const std::string& directory);

}  // namespace bedplate::historian

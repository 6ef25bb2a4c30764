#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "historian/recovery_scope.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// What is lost with a segment whose file is missing or has another size; nothing where it is as
/// it should be, as far as that can be told without reading it.
std::optional<Error> FindLoss(FileSystem& files, const SegmentReader& segment);

/// The second step: removes the files of segments that the manifest does not name, and returns what
/// is lost of `named`, those that it names. Where the store is new there must be none of either.
/// Errors: kCorruption for a segment in a new store, and those of the file system.
Result<std::vector<Error>> RecoverSegments(const RecoveryScope& scope, const SegmentList& named,
                                           bool is_new);

}  // namespace bedplate::historian

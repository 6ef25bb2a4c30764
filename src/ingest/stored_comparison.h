#pragma once

#include "historian/historian.h"
#include "ingest/sink.h"
#include "model/sample.h"

namespace bedplate {

/// Adds to `preview` how many of `samples` are new, duplicates of what is stored under `tag` (which
/// is empty where nothing is) and how many would replace it, and what they reach from and to.
/// Samples of one time count in their order, as an append counts them. Errors are those of Scan.
Status CompareWithStored(const Historian& historian, const std::optional<TagId>& tag,
                         const SampleColumns& samples, TagPreview& preview);

}  // namespace bedplate

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "historian/segment_info.h"
#include "historian/segment_salvage.h"
#include "historian/series_registry.h"

namespace bedplate::historian {

/// The series of a store, by ascending id: who has lost something wants its name.
using SeriesTable = std::vector<SeriesRecord>;

/// The path of a series, or its number where nobody knows it.
std::string NameOf(const SeriesTable& series, TagId tag);

/// "from 2026-03-01T00:00:00Z to …", both included.
std::string Between(std::int64_t first_time, std::int64_t last_time);

/// "3 samples of plant/a from … to …".
std::string DescribeSamples(std::uint64_t samples, std::string_view whose, std::int64_t first_time,
                            std::int64_t last_time);

/// What is wrong with one file, in one sentence. There must be something (CHECK).
std::string DescribeDamage(const std::vector<Error>& damage);

/// What a segment holds that none of the tags between `spans` tells any more: the tags that may be
/// meant, as many as a person reads.
std::string DescribeLostTags(const SeriesTable& series, const SegmentInfo& info,
                             const std::vector<TagSpan>& spans);

}  // namespace bedplate::historian

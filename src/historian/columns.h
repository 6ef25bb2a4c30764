#pragma once

#include <cstdint>

#include "model/sample.h"

namespace bedplate::historian {

// Operations on SampleColumns that work on whole ranges, so that moving samples costs a few copies
// of memory instead of one step per sample.

/// Appends samples [begin, end) of `from`, which has the same type.
void AppendRange(const SampleColumns& from, std::size_t begin, std::size_t end, SampleColumns& to);

/// Puts sample `index` of `from` before position `at` of `to`, or in the place of `at`.
void InsertSample(const SampleColumns& from, std::size_t index, std::size_t at, SampleColumns& to);
void ReplaceSample(const SampleColumns& from, std::size_t index, std::size_t at, SampleColumns& to);

/// Removes samples from `size` on.
void TruncateColumns(std::size_t size, SampleColumns& columns);

/// Whether two samples have the same value, doubles bit for bit, and the same quality.
bool SameReading(const SampleColumns& a, std::size_t a_index, const SampleColumns& b,
                 std::size_t b_index);

/// First position whose time is not before `time`.
std::size_t LowerBound(const SampleColumns& columns, std::int64_t time);

/// Memory that the samples [begin, end) take, in bytes.
std::uint64_t BytesOf(const SampleColumns& columns, std::size_t begin, std::size_t end);

}  // namespace bedplate::historian

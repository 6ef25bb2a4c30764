#include "historian/columns.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace bedplate::historian {
namespace {

/// Calls `action(a.column, b.column)` for the column that holds the values.
template <typename A, typename B, typename Action>
auto OnValues(A& a, B& b, Action action) {
  switch (a.type) {
    case ValueType::kDouble: return action(a.doubles, b.doubles);
    case ValueType::kInt64: return action(a.int64s, b.int64s);
    case ValueType::kBool: return action(a.bools, b.bools);
    case ValueType::kString: break;
  }
  return action(a.strings, b.strings);
}

template <typename T>
void AppendColumn(const std::vector<T>& from, std::size_t begin, std::size_t end,
                  std::vector<T>& to) {
  const auto start = from.begin() + static_cast<std::ptrdiff_t>(begin);
  to.insert(to.end(), start, start + static_cast<std::ptrdiff_t>(end - begin));
}

/// Gives `to` a quality column when `from` has one, as none means "all good", and says whether it
/// has one now. (Of columns without samples the quality column is empty either way.)
bool MatchQualities(const SampleColumns& from, SampleColumns& to) {
  if (from.qualities.empty()) return !to.qualities.empty();
  if (to.qualities.empty()) to.qualities.resize(to.size(), 0);
  return true;
}

bool SameValue(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}
template <typename T>
bool SameValue(const T& a, const T& b) {
  return a == b;
}

}  // namespace

void AppendRange(const SampleColumns& from, std::size_t begin, std::size_t end, SampleColumns& to) {
  BEDPLATE_CHECK(from.type == to.type);
  const bool has_qualities = MatchQualities(from, to);
  if (has_qualities) {
    if (from.qualities.empty()) {
      to.qualities.resize(to.qualities.size() + (end - begin), 0);
    } else {
      AppendColumn(from.qualities, begin, end, to.qualities);
    }
  }
  AppendColumn(from.times, begin, end, to.times);
  OnValues(from, to,
           [&](const auto& source, auto& target) { AppendColumn(source, begin, end, target); });
}

void InsertSample(const SampleColumns& from, std::size_t index, std::size_t at, SampleColumns& to) {
  const bool has_qualities = MatchQualities(from, to);
  const auto position = static_cast<std::ptrdiff_t>(at);
  if (has_qualities) {
    to.qualities.insert(to.qualities.begin() + position, from.QualityAt(index).status_code());
  }
  to.times.insert(to.times.begin() + position, from.times[index]);
  OnValues(from, to, [&](const auto& source, auto& target) {
    target.insert(target.begin() + position, source[index]);
  });
}

void ReplaceSample(const SampleColumns& from, std::size_t index, std::size_t at,
                   SampleColumns& to) {
  const bool has_qualities = MatchQualities(from, to);
  if (has_qualities) to.qualities[at] = from.QualityAt(index).status_code();
  OnValues(from, to, [&](const auto& source, auto& target) { target[at] = source[index]; });
}

void TruncateColumns(std::size_t size, SampleColumns& columns) {
  columns.times.resize(size);
  if (!columns.qualities.empty()) columns.qualities.resize(size);
  OnValues(columns, columns, [&](auto& values, auto&) { values.resize(size); });
}

bool SameReading(const SampleColumns& a, std::size_t a_index, const SampleColumns& b,
                 std::size_t b_index) {
  if (a.QualityAt(a_index) != b.QualityAt(b_index)) return false;
  return OnValues(a, b, [&](const auto& a_values, const auto& b_values) {
    return SameValue(a_values[a_index], b_values[b_index]);
  });
}

std::size_t LowerBound(const SampleColumns& columns, std::int64_t time) {
  const auto& times = columns.times;
  return static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), time) -
                                  times.begin());
}

std::uint64_t BytesOf(const SampleColumns& columns, std::size_t begin, std::size_t end) {
  const std::size_t count = end - begin;
  std::uint64_t bytes = count * sizeof(std::int64_t);
  if (!columns.qualities.empty()) bytes += count * sizeof(std::uint32_t);
  switch (columns.type) {
    case ValueType::kDouble:
    case ValueType::kInt64: return bytes + count * sizeof(std::int64_t);
    case ValueType::kBool: return bytes + count;
    case ValueType::kString: break;
  }
  for (std::size_t i = begin; i < end; ++i) {
    bytes += sizeof(std::string) + columns.strings[i].size();
  }
  return bytes;
}

}  // namespace bedplate::historian

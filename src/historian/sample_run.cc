#include "historian/sample_run.h"

#include <cstring>
#include <span>
#include <vector>

namespace bedplate {
namespace {

const std::byte* ValuesOf(const SampleColumns& samples) {
  switch (samples.type) {
    case ValueType::kDouble: return std::as_bytes(std::span(samples.doubles)).data();
    case ValueType::kInt64: return std::as_bytes(std::span(samples.int64s)).data();
    case ValueType::kBool: return std::as_bytes(std::span(samples.bools)).data();
    case ValueType::kString: break;
  }
  return nullptr;
}

template <typename T>
void CopyColumn(const std::byte* from, std::size_t count, std::vector<T>& to) {
  to.resize(count);
  if (count > 0) std::memcpy(to.data(), from, count * sizeof(T));
}

}  // namespace

SampleRun RunOf(const SampleColumns& samples) {
  BEDPLATE_CHECK(samples.value_count() == samples.size());
  BEDPLATE_CHECK(samples.qualities.empty() || samples.qualities.size() == samples.size());
  SampleRun run;
  run.type = samples.type;
  run.count = samples.size();
  run.times = std::as_bytes(std::span(samples.times)).data();
  run.values = ValuesOf(samples);
  if (samples.type == ValueType::kString) run.texts = samples.strings.data();
  if (!samples.qualities.empty())
    run.qualities = std::as_bytes(std::span(samples.qualities)).data();
  return run;
}

SampleColumns ColumnsOf(const SampleRun& run) {
  SampleColumns columns;
  columns.type = run.type;
  CopyColumn(run.times, run.count, columns.times);
  switch (run.type) {
    case ValueType::kDouble: CopyColumn(run.values, run.count, columns.doubles); break;
    case ValueType::kInt64: CopyColumn(run.values, run.count, columns.int64s); break;
    case ValueType::kBool: CopyColumn(run.values, run.count, columns.bools); break;
    case ValueType::kString: columns.strings.assign(run.texts, run.texts + run.count); break;
  }
  if (run.qualities != nullptr) CopyColumn(run.qualities, run.count, columns.qualities);
  return columns;
}

}  // namespace bedplate

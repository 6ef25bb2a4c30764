// Any bytes, in any chunks: the writer never crashes, stores only paths and times that are what
// they should be, and gives the same for the body in one piece and for one that it has seen before.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "connectors/line_protocol/line_writer.h"
#include "ingest/memory_sink.h"
#include "model/path.h"

namespace {

constexpr std::size_t kMaxLineBytes = 256;

bedplate::LineWriteSummary Write(bedplate::MemorySink& sink, std::string_view body,
                                 std::size_t chunk_bytes, bedplate::LineSeriesPool& pool) {
  bedplate::LineWriteOptions options;
  options.series = &pool;
  options.max_line_bytes = kMaxLineBytes;
  options.batch_samples = 16;
  bedplate::LineWriter writer(sink, options);
  while (!body.empty()) {
    BEDPLATE_CHECK(writer.Feed(body.substr(0, chunk_bytes)).ok());
    body.remove_prefix(std::min(chunk_bytes, body.size()));
  }
  return writer.Finish().value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t chunk_bytes = 1 + data[0] % 32;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  // The second and third time all keys are known, and simple lines go a shorter way.
  bedplate::LineSeriesPool pool;
  bedplate::MemorySink first;
  bedplate::MemorySink whole;
  bedplate::MemorySink parts;
  Write(first, body, 1, pool);
  const auto expected = Write(whole, body, SIZE_MAX, pool);
  const auto got = Write(parts, body, chunk_bytes, pool);
  BEDPLATE_CHECK(first.samples == whole.samples);
  BEDPLATE_CHECK(got.points == expected.points);
  BEDPLATE_CHECK(got.rejected_points == expected.rejected_points);
  BEDPLATE_CHECK(parts.total() == whole.total());
  for (const auto& [path, samples] : whole.samples) {
    BEDPLATE_CHECK(path.size() > bedplate::kMaxPathBytes || bedplate::CheckPath(path).ok());
    BEDPLATE_CHECK(parts.samples.at(path) == samples);
  }
  return 0;
}

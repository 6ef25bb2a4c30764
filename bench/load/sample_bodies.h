#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate::bench {

/// One sample of the comparison's data.
struct WalkSample {
  std::uint32_t tag = 0;
  std::int32_t value = 0;  // hundredths
  std::int64_t time = 0;   // s since 1970
};

/// Writes the samples of one request's body.
using BodyFormat = std::function<void(const std::vector<WalkSample>& samples, std::string& out)>;

/// `line`: InfluxDB line protocol with times in ns. `tsv`: tag, time in s, value, as ClickHouse
/// reads it. `append`: the binary body of POST /api/v1/append (docs/formats/append.md). Errors:
/// kInvalidArgument.
Result<BodyFormat> FindBodyFormat(std::string_view name);

struct GenerateOptions {
  std::uint32_t tags = 2000;
  std::uint32_t samples = 2500;  // of each tag
  std::uint64_t seed = 1;
  std::int64_t start = 1'704'067'200;  // s since 1970, the time of the first samples
  std::uint32_t body_samples = 100'000;
  double late_percent = 0;  // of the samples, held back to a later body chosen at random
  std::vector<std::string> formats = {"line"};
  std::string directory;  // exists; gets FORMAT.bodies, FORMAT.index and values.int32
};

/// Writes the bodies, second by second and tag by tag, and every value in hundredths (int32, in
/// the same order as if nothing came late). Errors: kInvalidArgument, kIo.
Status GenerateBodies(const GenerateOptions& options);

}  // namespace bedplate::bench

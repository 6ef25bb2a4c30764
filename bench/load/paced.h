#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "load/target.h"

namespace bedplate::bench {

struct PaceOptions {
  std::uint32_t tags = 100'000;
  std::uint32_t seconds = 600;
  std::uint32_t bodies_per_second = 10;  // each with its share of the tags
  std::uint32_t clients = 2;
  bool unpaced = false;  // everything is due at once
  std::uint64_t seed = 1;
  std::int64_t start = 1'704'067'200;  // s since 1970, the time of the first samples
  std::string sums_file;               // gets the sum of each tag in hundredths (int64)
};

/// One line-protocol sample of every tag in each second, sent when it is due whether or not what
/// was sent before is acknowledged (within the number of clients). Latencies count from when a
/// body was due, so that a server that stalls does not hide what waited behind it. Returns the
/// report as JSON.
Result<std::string> SendPaced(const PaceOptions& options, const Target& target);

}  // namespace bedplate::bench

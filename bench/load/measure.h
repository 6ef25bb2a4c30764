#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "load/target.h"

namespace bedplate::bench {

struct MeasureOptions {
  std::string method = "GET";
  std::string body;
  std::uint32_t warm_up = 3;  // requests that do not count
  std::uint32_t repeat = 20;
  std::string answer_file;  // gets the last answer's body
};

/// Asks the same again and again over one connection. Returns the report as JSON. Errors: kIo;
/// kInternal for an answer other than 2xx.
Result<std::string> MeasureRequest(const MeasureOptions& options, const Target& target);

}  // namespace bedplate::bench

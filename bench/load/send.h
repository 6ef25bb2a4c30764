#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "load/http_client.h"
#include "load/report.h"
#include "load/target.h"

namespace bedplate::bench {

/// Sends a body until it is acknowledged: a 503 is counted and sent again after the time that it
/// asks for. The latency of the report counts from `since`. Errors: kIo; kInternal for any other
/// answer, with its beginning.
Status SendBody(HttpClient& client, const Target& target, std::string_view body,
                std::uint64_t samples, std::chrono::steady_clock::time_point since, Report& report);

/// Sends every body of `file` (see BodyFile) as fast as it is acknowledged, with `clients`
/// connections that take turns. Returns the report as JSON.
Result<std::string> SendBodies(const std::string& file, const Target& target,
                               std::uint32_t clients);

}  // namespace bedplate::bench

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/http.h"
#include "base/result.h"
#include "services/write_keys.h"

namespace bedplate {

/// The head of a line protocol write.
struct LineWriteRequest {
  int version = 1;         // 1: POST /write, 2: POST /api/v2/write; decides how errors are written
  std::string precision;   // as given, empty when it was not
  bool gzip = false;       // the body comes compressed
  std::string letter_key;  // set: what DeadLetter keys begin with, so that a letter comes once
  Principal principal;
  CancelToken cancel;
};

/// Makes the consumer of one write: it takes the body in pieces and answers when the good lines are
/// durable and the bad ones dead letters. Wired in src/app, since connectors are not known here.
/// Errors (an unknown precision) become answers in InfluxDB's form.
using LineProtocolWriterFactory =
    std::function<Result<std::unique_ptr<BodyConsumer>>(const LineWriteRequest&)>;

struct InfluxOptions {
  std::string server_version;  // of Bedplate, for /health
  LineProtocolWriterFactory make_writer;
  std::function<Status()> health;  // an error is what /health fails with
  WriteKeys* keys = nullptr;       // for the header Idempotency-Key; null: it is not looked at
};

inline constexpr std::uint64_t kLineProtocolLimitBytes = 512ULL << 20U;

/// Adds ping, health, writeV1 and writeV2, which InfluxDB's own clients use unchanged.
void AddInfluxRoutes(Router& router, InfluxOptions options);

/// An error as InfluxDB 1.x or 2.x writes it.
HttpResponse InfluxError(int version, const Error& error, int status);

}  // namespace bedplate

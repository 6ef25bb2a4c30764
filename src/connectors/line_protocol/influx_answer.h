#pragma once

#include <string>

#include "base/result.h"
#include "connectors/line_protocol/line_writer.h"

namespace bedplate {

/// Which of InfluxDB's HTTP interfaces a client speaks: `/write` or `/api/v2/write`.
enum class InfluxVersion { kV1, kV2 };

struct InfluxAnswer {
  int status = 204;
  std::string body;  // JSON; empty with 204
};

/// The answer to a write: 204 when every point was stored, else 400 naming the first lines that
/// were refused and how many there were; the others are stored. In v1 the text is
/// `partial write: …  dropped=N`, in v2 the code is `invalid`, as InfluxDB's own clients expect.
InfluxAnswer AnswerWrite(InfluxVersion version, const LineWriteSummary& summary);

/// The answer to a call that failed as a whole. Clients repeat a write after a 5xx and give it up
/// after a 4xx, so a full disk is 503.
InfluxAnswer AnswerError(InfluxVersion version, const Error& error);

}  // namespace bedplate

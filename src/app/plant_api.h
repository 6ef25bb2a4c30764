#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "api/http.h"
#include "app/command.h"
#include "app/exit_code.h"
#include "base/result.h"
#include "ingest/sink.h"

namespace bedplate {

/// How long a verb waits for a server that does not answer.
inline constexpr std::chrono::milliseconds kCallTimeout = std::chrono::minutes(10);
/// The same where the server reads or writes all that is stored, which takes hours for years of
/// it; who has waited for too long has Ctrl-C.
inline constexpr std::chrono::milliseconds kLongCallTimeout = std::chrono::hours(24);

/// The API of one data directory, for a verb: through the running server's Unix socket if there is
/// one, else the same routes in this process (docs/decisions/0004-one-way-through.md).
class PlantApi {
 public:
  /// Errors: kNotFound when `directory` is no data directory, kConflict when another process has
  /// it open without serving, or what opening the stores says.
  static Result<std::unique_ptr<PlantApi>> Open(CommandContext& context,
                                                const std::string& directory);
  virtual ~PlantApi() = default;

  /// One call as `local` (admin). Errors are about reaching the server, which may take `timeout`
  /// for it; an HTTP error is an answer.
  virtual Result<HttpResponse> Call(HttpRequest request, std::chrono::milliseconds timeout) = 0;
  Result<HttpResponse> Call(HttpRequest request) { return Call(std::move(request), kCallTimeout); }
  /// Where decoded samples go: the stores of this process or the running server.
  virtual IngestSink& sink() = 0;
};

/// Turns an answer into the body of a success, or into the Error that its problem document tells
/// of, with one line for each fault.
Result<std::string> BodyOrError(Result<HttpResponse> response);

/// Shorthand for verbs: opens, calls, and takes the body.
Result<std::string> CallOnce(CommandContext& context, const std::string& directory,
                             HttpRequest request, std::chrono::milliseconds timeout = kCallTimeout);

}  // namespace bedplate

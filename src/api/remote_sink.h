#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/append_format.h"
#include "api/http.h"
#include "ingest/sink.h"

namespace bedplate {

/// Sends a request to a running server; an Error when it cannot be reached.
using ApiCaller = std::function<Result<HttpResponse>(HttpRequest)>;

/// Takes what a decoder makes and sends it to a server by POST /api/v1/append, in requests of a
/// bounded size, one after the other. Text that is not UTF-8 cannot travel in JSON, so samples with
/// such a path or value are sent as dead letters, as the server's own trust gate would have made.
class RemoteSink final : public IngestSink {
 public:
  explicit RemoteSink(ApiCaller call) : call_(std::move(call)) {}

  /// Errors: what the caller says, or what the server's problem document says.
  Result<IngestReport> IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> letters) override;
  Result<IngestReport> Preview(std::vector<PathBatch> batches,
                               std::vector<DeadLetter> letters) override;

 private:
  ApiCaller call_;
};

}  // namespace bedplate

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/sink.h"

namespace bedplate {

// The bodies of POST /api/v1/append: written by RemoteSink, read by the server, and the other way
// round for the report. Schemas: Append and AppendReport in openapi.yaml.

/// One call's worth of samples and dead letters.
struct AppendBody {
  std::string source;
  std::vector<PathBatch> batches;
  std::vector<DeadLetter> letters;
};

/// Errors: kInvalidArgument with the place of the first fault, as in
/// `batches[3].values[17]: expected a number, got "abc"`. Whether samples can be stored is for the
/// trust gate to say.
Result<AppendBody> ParseAppend(std::string_view text);

/// Writes an append body piece by piece, so that its size can be bounded.
class AppendWriter {
 public:
  explicit AppendWriter(std::string_view source);

  /// Adds samples [begin, end) of a batch whose texts are valid UTF-8. Not after AddLetter.
  void AddSamples(const PathBatch& batch, std::size_t begin, std::size_t end);
  void AddLetter(const DeadLetter& letter);
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] bool empty() const { return !any_; }
  /// The whole body; the writer is spent.
  std::string Finish();

 private:
  void StartItem();

  std::string text_;
  bool in_letters_ = false;
  bool any_ = false;   // something was added
  bool first_ = true;  // of its array
};

std::string FormatIngestReport(const IngestReport& report);
/// Errors: kInternal, as only a server that is not ours can answer otherwise.
Result<IngestReport> ParseIngestReport(std::string_view text);

}  // namespace bedplate

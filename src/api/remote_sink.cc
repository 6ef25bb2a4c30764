#include "api/remote_sink.h"

#include <algorithm>
#include <iterator>

#include "api/problem.h"
#include "base/utf8.h"
#include "ingest/refusal.h"

namespace bedplate {
namespace {

constexpr std::size_t kRequestBytes = 8ULL << 20U;  // a request is sent once it is this long
constexpr std::size_t kSamplesAtOnce = 20'000;      // added before the length is looked at

/// The letter of a sample that JSON cannot carry.
DeadLetter LetterFor(const PathBatch& batch, std::size_t index, const char* code,
                     const char* reason) {
  return LetterOf(
      batch,
      {.index = index, .code = code, .reason = reason, .payload = PayloadOf(batch.samples, index)});
}

bool AllUtf8(const std::vector<std::string>& texts) {
  return std::ranges::all_of(texts, [](const std::string& text) { return IsValidUtf8(text); });
}

/// Takes what JSON cannot carry out of `batch` and makes letters of it.
void SetAside(PathBatch& batch, std::vector<DeadLetter>& letters) {
  const bool bad_name = !IsValidUtf8(batch.path) || !IsValidUtf8(batch.unit);
  if (!bad_name && AllUtf8(batch.samples.strings)) return;
  PathBatch kept{batch.path, batch.unit, {}, batch.origin};
  kept.samples.type = batch.samples.type;
  kept.origin.lines.clear();
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    if (bad_name) {
      letters.push_back(LetterFor(batch, i, "bad-path", "expected a path and unit in UTF-8"));
    } else if (!IsValidUtf8(batch.samples.strings[i])) {
      letters.push_back(LetterFor(batch, i, "bad-text", "expected text in UTF-8"));
    } else {
      kept.samples.PushFrom(batch.samples, i);
      if (!batch.origin.lines.empty()) kept.origin.lines.push_back(batch.origin.lines[i]);
    }
  }
  batch = std::move(kept);
}

/// Fills requests and sends each when it is long enough.
class Sender {
 public:
  Sender(const ApiCaller& call, std::string_view source, bool dry_run)
      : call_(call), source_(source), dry_run_(dry_run), writer_(source_) {}

  Status Send(const PathBatch& batch) {
    for (std::size_t begin = 0; begin < batch.samples.size(); begin += kSamplesAtOnce) {
      writer_.AddSamples(batch, begin, std::min(begin + kSamplesAtOnce, batch.samples.size()));
      RETURN_IF_ERROR(SendIfLong());
    }
    return {};
  }
  Status Send(const DeadLetter& letter) {
    writer_.AddLetter(letter);
    return SendIfLong();
  }
  Result<IngestReport> Finish() {
    if (!writer_.empty()) RETURN_IF_ERROR(SendNow());
    return std::move(report_);
  }

 private:
  Status SendIfLong() {
    if (writer_.size() < kRequestBytes) return {};
    return SendNow();
  }

  Status SendNow() {
    HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/append"};
    request.headers["content-type"] = "application/json";
    if (dry_run_) request.params.emplace("dry_run", "true");
    request.body = writer_.Finish();
    writer_ = AppendWriter(source_);
    ASSIGN_OR_RETURN(const HttpResponse response, call_(std::move(request)));
    if (response.status != 200) return ErrorOf(response);
    ASSIGN_OR_RETURN(IngestReport report, ParseIngestReport(response.body));
    report_.stored += report.stored;
    report_.duplicates += report.duplicates;
    report_.conflicts += report.conflicts;
    std::ranges::move(report.letters, std::back_inserter(report_.letters));
    std::ranges::move(report.new_tags, std::back_inserter(report_.new_tags));
    std::ranges::move(report.preview, std::back_inserter(report_.preview));
    return {};
  }

  const ApiCaller& call_;
  const std::string source_;
  const bool dry_run_;
  AppendWriter writer_;
  IngestReport report_;
};

Result<IngestReport> SendAll(Sender sender, std::span<PathBatch> batches,
                             std::vector<DeadLetter> letters) {
  for (PathBatch& batch : batches) {
    SetAside(batch, letters);
    RETURN_IF_ERROR(sender.Send(batch));
  }
  for (const DeadLetter& letter : letters) RETURN_IF_ERROR(sender.Send(letter));
  return sender.Finish();
}

}  // namespace

Result<IngestReport> RemoteSink::IngestInPlace(std::string_view source,
                                               std::span<PathBatch> batches,
                                               std::vector<DeadLetter> letters) {
  return SendAll(Sender(call_, source, false), batches, std::move(letters));
}

Result<IngestReport> RemoteSink::Preview(std::vector<PathBatch> batches,
                                         std::vector<DeadLetter> letters) {
  return SendAll(Sender(call_, "preview", true), batches, std::move(letters));
}

}  // namespace bedplate

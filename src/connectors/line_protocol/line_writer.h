#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/line_protocol/line_batcher.h"
#include "connectors/line_protocol/line_splitter.h"
#include "ingest/sink.h"

namespace bedplate {

struct LineWriteOptions {
  std::string source = "line-protocol";  // of dead letters
  LinePrecision precision = LinePrecision::kNanoseconds;
  Timestamp received;  // the time of lines that have none
  std::size_t max_line_bytes = 1ULL << 20U;
  // One ingest call is made when one of these is reached, at the end of a line.
  std::uint64_t batch_samples = 131'072;
  std::uint64_t batch_letters = 1'024;
  std::uint64_t batch_bytes = 8ULL << 20U;
  std::size_t kept_letters = 10;
  LineSeriesPool* series = nullptr;  // keeps what is known of keys between bodies; null: forgotten
};

/// What became of one body.
struct LineWriteSummary {
  std::uint64_t points = 0;           // lines that hold a point, good or bad
  std::uint64_t rejected_points = 0;  // of them: refused, or with a field that was refused
  std::uint64_t stored = 0;           // samples, as in IngestReport
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::vector<DeadLetter> first_letters;  // at most LineWriteOptions::kept_letters
};

/// Takes the bytes of a body as they arrive and stores them in batches of bounded size, so that a
/// body of any length needs the memory of one batch. The result does not depend on the chunks.
///
///   LineWriter writer(sink, options);
///   for each chunk: RETURN_IF_ERROR(writer.Feed(chunk));
///   ASSIGN_OR_RETURN(LineWriteSummary summary, writer.Finish());
///
/// An error is one of the sink, and the writer is not to be used after it. What was stored before
/// stays stored; a client that repeats the whole body stores nothing twice.
class LineWriter {
 public:
  /// `sink` must outlive the writer.
  LineWriter(IngestSink& sink, LineWriteOptions options);

  Status Feed(std::string_view chunk);
  /// The body is complete; its last line may lack the newline.
  Result<LineWriteSummary> Finish();
  /// The body broke off: its whole lines are stored. What follows the last newline is not, since
  /// half a line can look like a whole one with another value or time.
  Result<LineWriteSummary> FinishBroken();

 private:
  Status AddLines();
  Status AddSimpleLines();
  [[nodiscard]] bool BatchIsFull() const;
  Status Flush();

  IngestSink& sink_;
  LineWriteOptions options_;
  LineSplitter splitter_;
  LineBatcher batcher_;
  std::uint64_t batch_bytes_ = 0;
  LineWriteSummary summary_;
};

}  // namespace bedplate

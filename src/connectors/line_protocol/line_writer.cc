#include "connectors/line_protocol/line_writer.h"

#include <set>

namespace bedplate {

LineWriter::LineWriter(IngestSink& sink, LineWriteOptions options)
    : sink_(sink),
      options_(std::move(options)),
      splitter_(options_.max_line_bytes),
      batcher_(options_.precision, options_.received, options_.max_line_bytes, options_.series) {}

Status LineWriter::Feed(std::string_view chunk) {
  splitter_.Feed(chunk);
  return AddLines();
}

Result<LineWriteSummary> LineWriter::Finish() {
  splitter_.Finish();
  RETURN_IF_ERROR(AddLines());
  RETURN_IF_ERROR(Flush());
  return std::move(summary_);
}

Result<LineWriteSummary> LineWriter::FinishBroken() {
  RETURN_IF_ERROR(Flush());
  return std::move(summary_);
}

Status LineWriter::AddLines() {
  RETURN_IF_ERROR(AddSimpleLines());
  LineSplitter::Line line;
  while (splitter_.Next(line)) {
    summary_.points += batcher_.Add(line) ? 1 : 0;
    batch_bytes_ += line.text.size();
    if (BatchIsFull()) RETURN_IF_ERROR(Flush());
    RETURN_IF_ERROR(AddSimpleLines());
  }
  return {};
}

Status LineWriter::AddSimpleLines() {
  std::uint64_t number = 0;
  for (auto text = splitter_.AtLineStart(number); !text.empty();
       text = splitter_.AtLineStart(number)) {
    const std::size_t bytes = batcher_.AddSimple(text, number);
    if (bytes == 0) break;
    splitter_.SkipLine(bytes);
    ++summary_.points;
    batch_bytes_ += bytes;
    if (BatchIsFull()) RETURN_IF_ERROR(Flush());
  }
  return {};
}

bool LineWriter::BatchIsFull() const {
  return batcher_.samples() >= options_.batch_samples ||
         batcher_.letters() >= options_.batch_letters || batch_bytes_ >= options_.batch_bytes;
}

Status LineWriter::Flush() {
  batch_bytes_ = 0;
  if (batcher_.empty()) return {};
  LineBatcher::Taken taken = batcher_.Take();
  ASSIGN_OR_RETURN(IngestReport report,
                   sink_.IngestInPlace(options_.source, taken.batches, std::move(taken.letters)));
  summary_.stored += report.stored;
  summary_.duplicates += report.duplicates;
  summary_.conflicts += report.conflicts;
  // A line with two bad fields has two letters, and never two batches.
  std::set<std::string_view> places;
  for (const DeadLetter& letter : report.letters) places.insert(letter.place);
  summary_.rejected_points += places.size();
  for (DeadLetter& letter : report.letters) {
    if (summary_.first_letters.size() >= options_.kept_letters) break;
    summary_.first_letters.push_back(std::move(letter));
  }
  return {};
}

}  // namespace bedplate

#include "connectors/files/csv_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <memory>
#include <ratio>
#include <span>

#include "base/utf8.h"
#include "connectors/files/byte_source.h"
#include "connectors/files/csv_reader.h"
#include "connectors/files/file_hash.h"
#include "connectors/files/import_plan.h"
#include "connectors/files/row_batcher.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kRowsBetweenCancelChecks = 1'024;

/// How errors and dead letters show a file: its name without the folders.
std::string ShownName(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return ToValidUtf8(name, name.size() * 3);
}

std::string Describe(const TimeJumps& jumps) {
  const double days =
      std::abs(std::chrono::duration<double, std::ratio<86'400>>(jumps.largest).count());
  return fmt::format(
      "times jump: {} of {} steps are not {} (the largest is {:.0f} days{}); is the order of day "
      "and "
      "month in time.format right?",
      jumps.other, jumps.steps, FormatDuration(std::chrono::abs(jumps.usual)), days,
      jumps.largest.count() < 0 ? " backwards" : "");
}

/// A compressed file as text is one long line of nonsense.
Status RefuseCompressed(const RandomAccessFile& file) {
  std::array<char, 4> head{};
  const auto count = std::min<std::uint64_t>(head.size(), file.size());
  const std::span<char> front = std::span(head).first(count);
  RETURN_IF_ERROR(file.ReadAt(0, std::as_writable_bytes(front)));
  const std::string_view begin(front.data(), front.size());
  const auto refuse = [](std::string_view what) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("expected a CSV file, got {}", what));
  };
  if (begin.starts_with("\x1F\x8B")) return refuse("gzip; unpack it first (gunzip)");
  if (begin.starts_with("PK\x03\x04")) {
    return refuse("a ZIP archive or a workbook (.xlsx); save it as CSV first");
  }
  return {};
}

/// One file on its way into the sink.
class ImportRun {
 public:
  ImportRun(const ImportMap& map, const RandomAccessFile& file, std::string name, IngestSink& sink,
            const ImportProgressFn& progress, const CancelToken& cancel,
            const ImportOptions& options)
      : map_(map),
        file_(file),
        name_(std::move(name)),
        sink_(sink),
        progress_(progress),
        cancel_(cancel),
        options_(options),
        source_(MakeFileSource(file)),
        reader_(*source_, map.csv.csv) {}

  Result<ImportReport> Run() {
    RETURN_IF_ERROR(ReadHeader());
    ASSIGN_OR_RETURN(const std::string hash, HashFile(file_, cancel_));
    ASSIGN_OR_RETURN(TimeReader times, TimeReader::Make(map_.time));
    RowBatcher batcher(map_, plan_, std::move(times), name_, hash);
    RETURN_IF_ERROR(ReadRows(batcher));
    report_.empty_cells = batcher.empty_cells();
    report_.first = batcher.first();
    report_.last = batcher.last();
    if (report_.rows == 0) report_.warnings.emplace_back("the file has a header and no rows");
    if (const auto jumps = batcher.FindJumps()) report_.warnings.push_back(Describe(*jumps));
    return std::move(report_);
  }

 private:
  Status ReadHeader();
  Status ReadRows(RowBatcher& batcher);
  Status AddRow(RowBatcher& batcher);
  [[nodiscard]] bool BatchIsFull(const RowBatcher& batcher) const;
  Status Flush(RowBatcher& batcher);

  const ImportMap& map_;
  const RandomAccessFile& file_;
  std::string name_;
  IngestSink& sink_;
  const ImportProgressFn& progress_;
  const CancelToken& cancel_;
  const ImportOptions& options_;
  std::unique_ptr<ByteSource> source_;
  CsvReader reader_;
  CsvRow row_;
  ImportPlan plan_;
  std::uint64_t batch_bytes_ = 0;
  ImportReport report_;
};

/// Leaves the first data row in row_ when the file has no header.
Status ImportRun::ReadHeader() {
  RETURN_IF_ERROR(RefuseCompressed(file_));
  RETURN_IF_ERROR(reader_.SkipLines(map_.csv.skip_rows));
  ASSIGN_OR_RETURN(const bool has_row, reader_.Next(row_));
  if (!has_row) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("expected {}, but the file is empty{}", map_.csv.header ? "a header" : "rows",
                    map_.csv.skip_rows > 0 ? " behind the skipped rows" : ""));
  }
  if (!row_.fault.empty()) {
    return Error(ErrorCode::kInvalidArgument, row_.fault).At(fmt::format("line {}", row_.line));
  }
  auto plan = PlanImport(map_, row_);
  if (!plan.ok()) return std::move(plan).error().At(fmt::format("line {}", row_.line));
  plan_ = std::move(plan).value();
  return {};
}

Status ImportRun::ReadRows(RowBatcher& batcher) {
  if (!map_.csv.header) RETURN_IF_ERROR(AddRow(batcher));
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, reader_.Next(row_));
    if (!has_row) break;
    RETURN_IF_ERROR(AddRow(batcher));
  }
  return Flush(batcher);
}

Status ImportRun::AddRow(RowBatcher& batcher) {
  ++report_.rows;
  batcher.Add(row_);
  batch_bytes_ += row_.text.size();
  if (report_.rows % kRowsBetweenCancelChecks == 0 && cancel_.cancelled()) {
    return Error(ErrorCode::kCancelled, fmt::format("cancelled after {} rows", report_.rows));
  }
  if (!BatchIsFull(batcher)) return {};
  return Flush(batcher);
}

bool ImportRun::BatchIsFull(const RowBatcher& batcher) const {
  return batcher.samples() >= options_.batch_samples ||
         batcher.letters() >= options_.batch_letters || batch_bytes_ >= options_.batch_bytes;
}

Status ImportRun::Flush(RowBatcher& batcher) {
  batch_bytes_ = 0;
  RowBatcher::Taken taken = batcher.Take();
  report_.samples += taken.samples;
  if (taken.samples > 0 || !taken.letters.empty()) {
    ASSIGN_OR_RETURN(
        IngestReport done,
        options_.dry_run
            ? sink_.Preview(std::move(taken.batches), std::move(taken.letters))
            : sink_.Ingest(options_.source, std::move(taken.batches), std::move(taken.letters)));
    report_.stored += done.stored;
    report_.duplicates += done.duplicates;
    report_.conflicts += done.conflicts;
    report_.letters += done.letters.size();
    for (const DeadLetter& letter : done.letters) ++report_.letters_by_code[letter.code];
    std::ranges::move(done.new_tags, std::back_inserter(report_.new_tags));
    for (TagPreview& preview : done.preview) {
      const auto [known, is_new] = report_.tags.try_emplace(preview.path, preview);
      if (!is_new) known->second.Merge(preview);
    }
  }
  if (progress_) {
    progress_({.bytes = reader_.bytes_read(), .total_bytes = file_.size(), .rows = report_.rows});
  }
  return {};
}

}  // namespace

Result<ImportReport> CsvImport::Run(const ImportMap& map, FileSystem& files,
                                    const std::string& path, IngestSink& sink,
                                    const ImportProgressFn& progress, const CancelToken& cancel,
                                    const ImportOptions& options) {
  ASSIGN_OR_RETURN(const auto file, files.OpenRandomAccess(path));
  const std::string name = ShownName(path);
  auto report = ImportRun(map, *file, name, sink, progress, cancel, options).Run();
  if (!report.ok()) return std::move(report).error().At(name);
  return report;
}

}  // namespace bedplate

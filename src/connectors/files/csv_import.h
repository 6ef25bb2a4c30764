#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file_system.h"
#include "base/result.h"
#include "base/time.h"
#include "connectors/files/import_map.h"
#include "ingest/sink.h"

namespace bedplate {

/// What an import did. A second import of the same file stores 0, finds all of it as duplicates
/// and adds no dead letter to the store.
struct ImportReport {
  std::uint64_t rows = 0;         // without the header
  std::uint64_t samples = 0;      // cells that were read and handed on
  std::uint64_t empty_cells = 0;  // null values
  std::uint64_t stored = 0;       // as in IngestReport
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t letters = 0;
  std::map<std::string, std::uint64_t> letters_by_code;
  std::vector<std::string> new_tags;  // that this file made
  std::optional<Timestamp> first;     // of the samples handed on
  std::optional<Timestamp> last;
  std::vector<std::string> warnings;       // of the file as a whole, each a sentence
  std::map<std::string, TagPreview> tags;  // by path, of a dry run
};

struct ImportProgress {
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t rows = 0;
};

/// Called after each batch and at the end.
using ImportProgressFn = std::function<void(const ImportProgress&)>;

struct ImportOptions {
  std::string source = "import";  // of tags and dead letters
  bool dry_run = false;           // nothing is stored
  // One ingest call is made when one of these is reached, at the end of a row.
  std::uint64_t batch_samples = 65'536;
  std::uint64_t batch_letters = 1'024;
  std::uint64_t batch_bytes = 8ULL << 20U;
};

/// Imports CSV files in the memory of one batch.
///
/// A row that cannot be read is one dead letter (`bad-row`, `bad-time`), a cell that cannot be read
/// is one (`bad-number`, `bad-text`) and costs no other cell; what the gate refuses is one as at
/// TrustGate. Each says `file.csv:17 column Usage_kWh`, with the row as its payload, and has a key
/// of the file's content, line and column.
class CsvImport {
 public:
  /// Errors: those of opening and reading `path`; kInvalidArgument for an empty file, for columns
  /// of the map that the file lacks, for UTF-16 and for a compressed file; kCancelled; those of the
  /// sink. What was stored before an error stays, and counts as duplicates when the import is
  /// repeated.
  static Result<ImportReport> Run(const ImportMap& map, FileSystem& files, const std::string& path,
                                  IngestSink& sink, const ImportProgressFn& progress,
                                  const CancelToken& cancel, const ImportOptions& options = {});
};

}  // namespace bedplate

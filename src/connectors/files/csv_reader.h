#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/files/byte_source.h"

namespace bedplate {

struct CsvOptions {
  char delimiter = ',';
  std::size_t max_row_bytes = 1ULL << 20U;
};

/// One row. Views are valid until the next call of CsvReader::Next.
struct CsvRow {
  std::uint64_t line = 0;                // of its first line in the file, from 1
  std::vector<std::string_view> fields;  // without quotes; empty when there is a fault
  std::string_view text;                 // as it stands in the file, without its line end
  std::string fault;                     // why the row cannot be read; empty when it can
};

/// Reads CSV (RFC 4180) row by row in bounded memory: quotes, quotes doubled inside quotes, line
/// ends inside quotes, LF or CRLF, with or without one at the end. A quote inside a field that does
/// not begin with one stands for itself. A UTF-8 byte order mark is skipped. Blank lines are not
/// rows.
///
/// A row that cannot be read has a fault, and reading goes on at the next line: behind the end of
/// its quotes when they close, else behind its own first line, so that a quote which never closes
/// costs one line.
class CsvReader {
 public:
  /// `source` must outlive the reader.
  CsvReader(ByteSource& source, const CsvOptions& options);

  /// False at the end. Errors are those of the source, and kInvalidArgument for UTF-16.
  Result<bool> Next(CsvRow& row);
  /// Passes over `count` lines, whatever they hold, before the first row.
  Status SkipLines(std::uint64_t count);

  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  /// A field as it lies in the buffer.
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool doubled = false;  // holds quotes that stand twice
  };
  enum class Outcome { kRow, kNeedMore, kBadQuote, kOpenQuote };

  Status Start();
  Status Fill();
  bool SkipBlankLine();
  Outcome Scan();
  Outcome ScanField();
  Outcome ScanQuoted(Span& field);
  Outcome ScanPlain(Span& field);
  void TakeRow(CsvRow& row);
  std::string_view FieldText(const Span& span);
  Status TakeBad(std::string fault, std::size_t from, CsvRow& row);
  Status SkipToLineEnd(std::size_t from);
  void Advance(std::size_t to);
  [[nodiscard]] std::size_t RowBytes() const;

  ByteSource& source_;
  CsvOptions options_;
  std::string buffer_;  // what was read; used up before begin_
  std::size_t begin_ = 0;
  std::size_t at_ = 0;     // where the scan of the row that starts at begin_ has come to
  std::string unescaped_;  // the fields that had doubled quotes
  std::string kept_;       // the text of a row with a fault
  std::vector<Span> spans_;
  bool started_ = false;
  bool at_end_ = false;
  std::uint64_t line_ = 1;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace bedplate

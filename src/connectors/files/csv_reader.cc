#include "connectors/files/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate {
namespace {

constexpr std::size_t kFillBytes = 64ULL << 10U;
constexpr std::size_t kKeptBytes = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(ByteSource& source, const CsvOptions& options)
    : source_(source), options_(options) {}

Status CsvReader::Start() {
  if (started_) return {};
  started_ = true;
  RETURN_IF_ERROR(Fill());
  const std::string_view head = buffer_;
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    return Error(ErrorCode::kInvalidArgument,
                 "the file is UTF-16; expected UTF-8 or Latin-1, so save it again as UTF-8");
  }
  if (head.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
  return {};
}

/// Reads at least as much as lies in the buffer, so that a long row is not scanned too often.
Status CsvReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t old_size = buffer_.size();
  const std::size_t wanted = old_size + std::max(kFillBytes, old_size);
  buffer_.resize(wanted);
  std::size_t size = old_size;
  while (size < wanted && !at_end_) {
    auto read = source_.Read(std::span(buffer_).subspan(size));
    if (!read.ok()) return std::move(read).error();
    at_end_ = *read == 0;
    size += *read;
  }
  buffer_.resize(size);
  bytes_read_ += size - old_size;
  return {};
}

Status CsvReader::SkipLines(std::uint64_t count) {
  RETURN_IF_ERROR(Start());
  for (std::uint64_t i = 0; i < count && (begin_ < buffer_.size() || !at_end_); ++i) {
    RETURN_IF_ERROR(SkipToLineEnd(begin_));
  }
  return {};
}

Result<bool> CsvReader::Next(CsvRow& row) {
  RETURN_IF_ERROR(Start());
  while (true) {
    if (SkipBlankLine()) continue;
    if (begin_ == buffer_.size() && at_end_) return false;
    const Outcome outcome = Scan();
    const bool too_long = RowBytes() > options_.max_row_bytes;
    if (outcome == Outcome::kNeedMore && !too_long) {
      RETURN_IF_ERROR(Fill());
      continue;
    }
    if (too_long) {
      RETURN_IF_ERROR(TakeBad(fmt::format("the row has more than {} bytes; is a quote not closed?",
                                          options_.max_row_bytes),
                              begin_, row));
    } else if (outcome == Outcome::kBadQuote) {
      RETURN_IF_ERROR(
          TakeBad("expected the delimiter or the end of the line after a closing quote", at_, row));
    } else if (outcome == Outcome::kOpenQuote) {
      RETURN_IF_ERROR(TakeBad("a quote opens that is never closed", begin_, row));
    } else {
      TakeRow(row);
    }
    return true;
  }
}

bool CsvReader::SkipBlankLine() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  std::size_t length = 0;
  if (rest.starts_with('\n')) length = 1;
  if (rest.starts_with("\r\n")) length = 2;
  Advance(begin_ + length);
  return length > 0;
}

/// How long the row is as far as it was scanned, without its line end.
std::size_t CsvReader::RowBytes() const {
  const std::size_t length = at_ - begin_;
  return length > 0 && buffer_[at_ - 1] == '\r' ? length - 1 : length;
}

/// Cuts the row at begin_ into spans_ and leaves at_ at the end of its text.
CsvReader::Outcome CsvReader::Scan() {
  spans_.clear();
  at_ = begin_;
  while (true) {
    const Outcome outcome = ScanField();
    if (outcome != Outcome::kRow) return outcome;
    if (at_ == buffer_.size() || buffer_[at_] != options_.delimiter) return Outcome::kRow;
    ++at_;
  }
}

CsvReader::Outcome CsvReader::ScanField() {
  if (at_ == buffer_.size() && !at_end_) return Outcome::kNeedMore;
  Span& field = spans_.emplace_back();
  const bool quoted = at_ < buffer_.size() && buffer_[at_] == '"';
  return quoted ? ScanQuoted(field) : ScanPlain(field);
}

CsvReader::Outcome CsvReader::ScanPlain(Span& field) {
  field.begin = at_;
  while (at_ < buffer_.size() && buffer_[at_] != options_.delimiter && buffer_[at_] != '\n') ++at_;
  if (at_ == buffer_.size() && !at_end_) return Outcome::kNeedMore;
  field.end = at_;
  const bool ends_row = at_ == buffer_.size() || buffer_[at_] == '\n';
  if (ends_row && field.end > field.begin && buffer_[field.end - 1] == '\r') --field.end;
  return Outcome::kRow;
}

CsvReader::Outcome CsvReader::ScanQuoted(Span& field) {
  field.begin = ++at_;
  while (true) {
    at_ = std::min(buffer_.find('"', at_), buffer_.size());
    // The byte after a quote decides whether it closes.
    if (at_ + 1 >= buffer_.size() && !at_end_) return Outcome::kNeedMore;
    if (at_ == buffer_.size()) return Outcome::kOpenQuote;
    if (at_ + 1 == buffer_.size() || buffer_[at_ + 1] != '"') break;
    field.doubled = true;
    at_ += 2;
  }
  field.end = at_++;
  if (at_ + 1 >= buffer_.size() && !at_end_) return Outcome::kNeedMore;
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  if (rest == "\r" || rest.starts_with("\r\n")) ++at_;
  const bool ends =
      at_ == buffer_.size() || buffer_[at_] == options_.delimiter || buffer_[at_] == '\n';
  return ends ? Outcome::kRow : Outcome::kBadQuote;
}

void CsvReader::TakeRow(CsvRow& row) {
  row.line = line_;
  row.fault.clear();
  row.text = std::string_view(buffer_).substr(begin_, RowBytes());
  row.fields.clear();
  unescaped_.clear();
  unescaped_.reserve(row.text.size());  // so that views into it stay
  for (const Span& span : spans_) row.fields.push_back(FieldText(span));
  Advance(std::min(at_ + 1, buffer_.size()));
}

std::string_view CsvReader::FieldText(const Span& span) {
  const std::string_view text = std::string_view(buffer_).substr(span.begin, span.end - span.begin);
  if (!span.doubled) return text;
  const std::size_t start = unescaped_.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    unescaped_ += text[i];
    if (text[i] == '"') ++i;
  }
  return std::string_view(unescaped_).substr(start);
}

/// Goes on behind the line end that comes at or after `from`.
Status CsvReader::TakeBad(std::string fault, std::size_t from, CsvRow& row) {
  row.line = line_;
  row.fault = std::move(fault);
  row.fields.clear();
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  kept_ = rest.substr(0, std::min(rest.find('\n', from - begin_), kKeptBytes));
  if (!kept_.empty() && kept_.back() == '\r') kept_.pop_back();
  row.text = kept_;
  return SkipToLineEnd(from);
}

Status CsvReader::SkipToLineEnd(std::size_t from) {
  while (true) {
    const std::size_t newline = buffer_.find('\n', from);
    Advance(newline == std::string::npos ? buffer_.size() : newline + 1);
    if (newline != std::string::npos || at_end_) return {};
    RETURN_IF_ERROR(Fill());
    from = begin_;
  }
}

/// Uses the buffer up to `to`.
void CsvReader::Advance(std::size_t to) {
  const auto first = buffer_.begin();
  line_ += static_cast<std::uint64_t>(std::count(first + static_cast<std::ptrdiff_t>(begin_),
                                                 first + static_cast<std::ptrdiff_t>(to), '\n'));
  begin_ = to;
}

}  // namespace bedplate

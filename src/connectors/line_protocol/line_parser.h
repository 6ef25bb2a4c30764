#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bedplate {

/// What the numbers in the timestamp column count.
enum class LinePrecision { kNanoseconds, kMicroseconds, kMilliseconds, kSeconds, kMinutes, kHours };

/// Reads the `precision` parameter of InfluxDB v1 (`n u ms s m h`) and v2 (`ns us ms s`). Empty is
/// nanoseconds in both.
std::optional<LinePrecision> ParseLinePrecision(std::string_view text) noexcept;
std::int64_t NanosecondsPer(LinePrecision precision) noexcept;

struct LineTag {
  std::string_view key;
  std::string_view value;

  bool operator==(const LineTag&) const = default;
};

using LineValue = std::variant<double, std::int64_t, std::uint64_t, bool, std::string_view>;

struct LineField {
  std::string_view key;  // as written, with its escapes; see UnescapeLineKey
  LineValue value;       // strings without quotes and escapes
};

/// Why a line was refused. `code` is a DeadLetter code: `bad-line`, `bad-number`, `bad-time`,
/// `bad-utf8`, `line-too-long`.
struct LineFault {
  const char* code = "";
  std::size_t column = 0;  // in bytes, from 1; 0: the whole line
  std::string message;

  /// `column 17: expected …`.
  [[nodiscard]] std::string ToString() const;
};

/// Measurement and tags of one line, unescaped; tags sorted by key.
struct LineKey {
  std::string_view measurement;
  std::vector<LineTag> tags;
};

/// The text of a key without its escapes: `\,` `\=` and `\ ` lose the backslash, any other
/// backslash stands for itself. Allocates only if there is one.
std::string UnescapeLineKey(std::string_view text);

/// Reads InfluxDB line protocol one line at a time, strictly as InfluxData's own v2 decoder does
/// (docs/guides/line-protocol.md lists where we differ). Views it hands out point into the line or
/// into the parser and are valid until the next call. Allocates nothing once its buffers have
/// grown.
class LineParser {
 public:
  enum class Outcome {
    kPoint,    // key_text(), fields(), time() are set; ParseKey() gives the rest
    kNothing,  // blank or a comment
    kFault,    // fault() says why
  };

  explicit LineParser(LinePrecision precision) : precision_(precision) {}

  /// Splits `line` (without its newline) into key, fields and time. The key is only found, not
  /// looked into, so that a caller who knows this key already can save the work.
  Outcome Parse(std::string_view line);

  /// Measurement and tags of the line that Parse read; null when they are malformed: then fault()
  /// says why and the whole line is refused.
  const LineKey* ParseKey();

  /// `cpu,host=a` as written: equal texts are equal keys.
  [[nodiscard]] std::string_view key_text() const { return key_text_; }
  [[nodiscard]] const std::vector<LineField>& fields() const { return fields_; }
  /// Nanoseconds since 1970, when the line has a timestamp.
  [[nodiscard]] std::optional<std::int64_t> time() const { return time_; }
  [[nodiscard]] const LineFault& fault() const { return fault_; }

 private:
  bool Fault(const char* code, std::string message);
  bool Fail(std::string_view expected);
  [[nodiscard]] bool AtEnd() const { return at_ == line_.size(); }
  [[nodiscard]] char Peek() const { return line_[at_]; }
  void SkipSpaces();

  bool ReadFields();
  bool ReadField();
  bool ReadValue(LineValue& value);
  bool ReadString(LineValue& value);
  bool ReadBool(LineValue& value);
  bool ReadNumber(LineValue& value);
  bool ReadInteger(std::string_view text, LineValue& value);
  bool ReadTime();
  bool ReadMeasurement();
  bool ReadTag();
  std::string_view TakeToken(const bool (&stops)[256]);
  std::string_view TakeUnquoted();
  std::string_view Unescape(std::string_view text, std::string_view escapable);

  LinePrecision precision_;
  std::string_view line_;
  std::size_t at_ = 0;
  std::size_t key_start_ = 0;
  std::string_view key_text_;
  std::vector<LineField> fields_;
  std::optional<std::int64_t> time_;
  LineKey key_;
  LineFault fault_;
  std::vector<std::unique_ptr<std::string>> unescaped_;  // grown as needed, reused line by line
  std::size_t unescaped_used_ = 0;
};

}  // namespace bedplate

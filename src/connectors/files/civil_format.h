#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate {

/// A date and time of day as written, before a time zone gives it a meaning.
struct CivilTime {
  /// Since 1970-01-01T00:00 of the same calendar, wherever that is.
  std::chrono::nanoseconds since_epoch{0};
  bool is_midnight = false;                    // 00:00:00 was written
  std::optional<std::chrono::minutes> offset;  // east of UTC, when %z was read
};

/// A format of strptime's kind, taken apart once (fields as at TimeOptions::format).
class CivilFormat {
 public:
  /// kInvalidArgument naming the field that is not known, or that year, month and day are not all
  /// there.
  static Result<CivilFormat> Parse(std::string_view format);

  /// kInvalidArgument naming the text, the format and where they part.
  [[nodiscard]] Result<CivilTime> Read(std::string_view text) const;
  [[nodiscard]] bool has_offset() const { return Has('z'); }

 private:
  struct Step {
    bool is_field = false;
    char c = '\0';  // of the field, or the literal
  };
  struct Fields;

  [[nodiscard]] bool Has(char field) const;
  [[nodiscard]] Error Mismatch(std::string_view text, std::string_view rest) const;
  static bool ReadField(char field, std::string_view& text, Fields& fields);
  static bool ReadDateField(char field, std::string_view& text, Fields& fields);
  static bool ReadClockField(char field, std::string_view& text, Fields& fields);

  std::string format_;
  std::vector<Step> steps_;
};

}  // namespace bedplate

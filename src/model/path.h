#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate {

inline constexpr std::size_t kMaxPathBytes = 1024;

/// Whether `path` names a tag or asset: 1 to 1024 bytes of valid UTF-8, segments separated by `/`,
/// no empty segment, no control character, none of `* ? { }` (they belong to globs). The error says
/// which rule is broken.
Status CheckPath(std::string_view path);

/// Whether a byte may stand in a path (bytes of multi-byte UTF-8 sequences may).
bool IsPathCharacter(char c) noexcept;

/// The part before the last `/`, or empty.
std::string_view ParentPath(std::string_view path) noexcept;
/// The part after the last `/`.
std::string_view LastSegment(std::string_view path) noexcept;

/// Matches a path against a glob: `*` any run within a segment, `**` any run of segments, `?` one
/// character within a segment, `{a,b}` one of several. A glob without these is an exact path.
/// Linear time in practice, bounded by |glob| x |path|.
class Glob {
 public:
  /// Errors: kInvalidArgument for braces that do not pair or nest, more than 64 alternatives or
  /// over 1024 bytes.
  static Result<Glob> Parse(std::string_view pattern);

  [[nodiscard]] bool Matches(std::string_view path) const;
  /// Set when the pattern can match one path only.
  [[nodiscard]] bool IsExact() const noexcept { return exact_; }
  [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }
  /// The pattern with its braces expanded: a path matches when it matches one of these.
  [[nodiscard]] const std::vector<std::string>& alternatives() const noexcept {
    return alternatives_;
  }

 private:
  std::string pattern_;
  std::vector<std::string> alternatives_;
  bool exact_ = false;
};

}  // namespace bedplate

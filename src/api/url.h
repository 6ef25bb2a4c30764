#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// The target of a request line, decoded.
struct RequestTarget {
  std::string path;  // starts with '/'; no empty, `.` or `..` segment but a trailing empty one
  std::multimap<std::string, std::string, std::less<>> params;
};

inline constexpr std::size_t kParamLimit = 4096;

/// Reads an origin-form target (RFC 9112, 3.2.1): `/api/v1/last?tag=a%2Fb&tag=c`. In parameters
/// '+' is a space. Errors: kInvalidArgument for another form, an escape that is not two hex digits,
/// an escaped slash in the path, control characters, malformed UTF-8, dot segments and more than
/// kParamLimit parameters.
Result<RequestTarget> ParseTarget(std::string_view target);

enum class PlusSign { kPlus, kSpace };

/// Decodes %XX. Errors: kInvalidArgument as for ParseTarget.
Result<std::string> PercentDecode(std::string_view text, PlusSign plus);

/// Escapes every byte that is not unreserved (RFC 3986, 2.3); with `keep_slash`, '/' stays.
std::string PercentEncode(std::string_view text, bool keep_slash = false);

/// The target that ParseTarget reads back as the same path and parameters.
std::string FormatTarget(const RequestTarget& target);

}  // namespace bedplate

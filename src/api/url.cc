#include "api/url.h"

#include <fmt/format.h>

#include <optional>

#include "base/ascii.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

std::optional<unsigned> HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10;
  return std::nullopt;
}

Error BadTarget(std::string_view expected, std::string_view got) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("request target: expected {}, got '{}'", expected, ToValidUtf8(got, 200))};
}

Status CheckSegments(std::string_view path) {
  std::string_view rest = path.substr(1);
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool is_last = slash == std::string_view::npos;
    if (segment == "." || segment == ".." || (segment.empty() && !is_last)) {
      return BadTarget("a path without empty and dot segments", path);
    }
    if (is_last) return {};
    rest.remove_prefix(slash + 1);
  }
}

Result<std::string> DecodePath(std::string_view text) {
  if (text.find("%2F") != std::string_view::npos || text.find("%2f") != std::string_view::npos) {
    return BadTarget("a path without escaped slashes", text);
  }
  ASSIGN_OR_RETURN(std::string path, PercentDecode(text, PlusSign::kPlus));
  RETURN_IF_ERROR(CheckSegments(path));
  return path;
}

Status AddParam(std::string_view pair, RequestTarget& target) {
  const std::size_t equals = pair.find('=');
  const bool has_value = equals != std::string_view::npos;
  ASSIGN_OR_RETURN(std::string name, PercentDecode(pair.substr(0, equals), PlusSign::kSpace));
  ASSIGN_OR_RETURN(
      std::string value,
      PercentDecode(has_value ? pair.substr(equals + 1) : std::string_view(), PlusSign::kSpace));
  target.params.emplace(std::move(name), std::move(value));
  return {};
}

Status AddParams(std::string_view query, RequestTarget& target) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    if (target.params.size() == kParamLimit) {
      return BadTarget(fmt::format("at most {} parameters", kParamLimit), "more");
    }
    RETURN_IF_ERROR(AddParam(pair, target));
  }
  return {};
}

}  // namespace

Result<std::string> PercentDecode(std::string_view text, PlusSign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char byte = text[i];
    if (byte == '%') {
      const auto high = i + 1 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
      if (!high || !low) return BadTarget("two hex digits after '%'", text.substr(i, 3));
      byte = static_cast<char>(*high * 16 + *low);
      i += 2;
    } else if (byte == '+' && plus == PlusSign::kSpace) {
      byte = ' ';
    }
    // Line breaks and tabs are text in a parameter (SQL, YAML); NUL and the rest never are.
    const bool is_text_space =
        plus == PlusSign::kSpace && (byte == '\n' || byte == '\r' || byte == '\t');
    if (IsControl(byte) && !is_text_space) {
      return BadTarget("no control characters", text);
    }
    decoded += byte;
  }
  if (!IsValidUtf8(decoded)) return BadTarget("UTF-8", decoded);
  return decoded;
}

Result<RequestTarget> ParseTarget(std::string_view target) {
  if (target.empty() || target.front() != '/') return BadTarget("a path from '/'", target);
  if (target.find('#') != std::string_view::npos) return BadTarget("no fragment", target);
  const std::size_t question = target.find('?');
  RequestTarget parsed;
  ASSIGN_OR_RETURN(parsed.path, DecodePath(target.substr(0, question)));
  if (question != std::string_view::npos) {
    RETURN_IF_ERROR(AddParams(target.substr(question + 1), parsed));
  }
  return parsed;
}

std::string PercentEncode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char letter : text) {
    if (kUnreserved.find(letter) != std::string_view::npos || (keep_slash && letter == '/')) {
      encoded += letter;
      continue;
    }
    const auto byte = static_cast<unsigned char>(letter);
    encoded += {'%', kHex[byte >> 4U], kHex[byte & 0x0FU]};
  }
  return encoded;
}

std::string FormatTarget(const RequestTarget& target) {
  std::string text = PercentEncode(target.path, true);
  char separator = '?';
  for (const auto& [name, value] : target.params) {
    text += separator + PercentEncode(name) + '=' + PercentEncode(value);
    separator = '&';
  }
  return text;
}

}  // namespace bedplate

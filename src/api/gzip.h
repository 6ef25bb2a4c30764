#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate {

/// `text` as one gzip member (RFC 1952). Level 1 (fastest) to 9 (smallest).
std::string GzipCompress(std::string_view text, int level);

/// The content of one gzip member, nothing when malformed or longer than `limit_bytes`.
std::optional<std::string> GzipExpand(std::string_view bytes, std::size_t limit_bytes);

/// Whether an Accept-Encoding header (RFC 9110, 12.5.3) takes gzip.
bool AcceptsGzip(std::string_view header);

}  // namespace bedplate

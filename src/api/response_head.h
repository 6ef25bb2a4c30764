#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/http.h"
#include "base/time.h"

namespace bedplate {

/// How the end of a response is told to the peer.
struct Framing {
  bool keep_alive = true;
  bool chunked = false;  // an event stream over HTTP/1.1
  std::optional<std::uint64_t> content_length;
};

/// The status line and header lines of a response, up to the empty line. A header that a handler
/// gave with a line break in it is left out: it could forge others.
std::string FormatResponseHead(const HttpResponse& response, const Framing& framing, Timestamp now);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
std::string FormatHttpDate(Timestamp time);

/// Compresses the body when the caller takes gzip, it is text and it is long enough to gain.
void CompressBody(const HttpRequest& request, HttpResponse& response);

}  // namespace bedplate

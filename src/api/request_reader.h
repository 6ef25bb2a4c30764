#pragma once

// Inside the api folder only: needs Boost.Asio and Boost.Beast.

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "api/http.h"
#include "api/transport.h"
#include "base/result.h"

namespace bedplate {

/// Reads one HTTP/1.x request; what follows it stays in the buffer for the next one.
class RequestReader {
 public:
  /// What the transport has delivered and nobody has read; at most this much is held.
  static constexpr std::size_t kBufferBytes = 64UL * 1024;

  RequestReader(Transport& transport, boost::beast::flat_buffer& buffer,
                std::uint32_t header_limit_bytes);

  /// Reads up to the end of the header. Errors: kInvalidArgument (malformed), kResourceExhausted
  /// (header too large), and the transport's.
  boost::asio::awaitable<Status> ReadHead();

  /// The head as a request without its body. Errors: kInvalidArgument, kUnsupported (a method or
  /// transfer coding that nothing here takes); `method` and `path`, undecoded where it cannot be
  /// decoded, are filled in all the same.
  Status FillHead(HttpRequest& request) const;
  [[nodiscard]] bool keep_alive() const { return parser_.get().keep_alive(); }
  [[nodiscard]] bool is_http_1_0() const { return parser_.get().version() < 11; }
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;

  /// Fills `out` with the next part of the body, short only at its end. Each read of the transport
  /// gets `each_read`, or where that is absent what is left of an earlier deadline. Errors as for
  /// ReadHead.
  boost::asio::awaitable<Result<std::size_t>> ReadBody(
      std::span<char> out, std::optional<std::chrono::milliseconds> each_read);
  /// Whether the whole request has been read.
  [[nodiscard]] bool done() const { return parser_.is_done(); }

 private:
  boost::asio::awaitable<Status> ReadMore();
  Status Parse();

  Transport& transport_;
  boost::beast::flat_buffer& buffer_;
  boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
};

}  // namespace bedplate

#include "api/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "base/check.h"

namespace bedplate {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // the largest window, with gzip's header

z_stream StreamOver(std::string_view input) {
  z_stream stream{};
  // zlib takes input through a pointer that is not const, and leaves it alone.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  return stream;
}

bool IsRefused(std::string_view parameters) {
  const std::size_t weight = parameters.find("q=");
  if (weight == std::string_view::npos) return false;
  return parameters.find_first_of("123456789", weight) == std::string_view::npos;
}

}  // namespace

std::string GzipCompress(std::string_view text, int level) {
  z_stream stream = StreamOver(text);
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> end(&stream, &deflateEnd);
  std::string compressed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  BEDPLATE_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  compressed.resize(stream.total_out);
  return compressed;
}

std::optional<std::string> GzipExpand(std::string_view bytes, std::size_t limit_bytes) {
  z_stream stream = StreamOver(bytes);
  if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> end(&stream, &inflateEnd);
  std::string expanded;
  std::array<char, 16'384> block;
  int state = Z_OK;
  while (state == Z_OK && expanded.size() <= limit_bytes) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    expanded.append(block.data(), block.size() - stream.avail_out);
  }
  if (state != Z_STREAM_END || expanded.size() > limit_bytes) return std::nullopt;
  return expanded;
}

bool AcceptsGzip(std::string_view header) {
  while (!header.empty()) {
    std::string_view item = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), item.size() + 1));
    item.remove_prefix(std::min(item.size(), item.find_first_not_of(' ')));
    const std::string_view name = item.substr(0, item.find_first_of("; "));
    if (name == "gzip" || name == "*") return !IsRefused(item.substr(name.size()));
  }
  return false;
}

}  // namespace bedplate

#include "connectors/line_protocol/gunzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace bedplate {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::size_t kPieceBytes = 64ULL << 10U;
constexpr std::size_t kMaxInputBytes = 1ULL << 30U;  // zlib counts input in 32 bits

Error BadBody(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

}  // namespace

struct Gunzip::Stream {
  z_stream zlib{};
  std::array<char, kPieceBytes> piece{};
};

Gunzip::Gunzip(GunzipLimits limits) : limits_(limits), stream_(std::make_unique<Stream>()) {
  BEDPLATE_CHECK(inflateInit2(&stream_->zlib, kGzipOnly) == Z_OK);
}

Gunzip::~Gunzip() { inflateEnd(&stream_->zlib); }

Status Gunzip::Feed(std::string_view compressed, const Sink& sink) {
  z_stream& zlib = stream_->zlib;
  while (!compressed.empty()) {
    const std::size_t length = std::min(compressed.size(), kMaxInputBytes);
    // zlib takes a pointer to mutable bytes and does not write to them.
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    zlib.avail_in = static_cast<uInt>(length);
    while (zlib.avail_in > 0) {
      if (member_ended_) RETURN_IF_ERROR(StartNextMember());
      RETURN_IF_ERROR(FeedMember(sink));
    }
    compressed.remove_prefix(length);
  }
  return {};
}

Status Gunzip::FeedMember(const Sink& sink) {
  z_stream& zlib = stream_->zlib;
  std::array<char, kPieceBytes>& piece = stream_->piece;
  do {
    const uInt before = zlib.avail_in;
    zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
    zlib.avail_out = static_cast<uInt>(piece.size());
    const int code = inflate(&zlib, Z_NO_FLUSH);
    compressed_bytes_ += before - zlib.avail_in;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return Damaged();
    const std::size_t made = piece.size() - zlib.avail_out;
    inflated_bytes_ += made;
    RETURN_IF_ERROR(CheckLimits());
    if (made > 0) RETURN_IF_ERROR(sink(std::string_view(piece.data(), made)));
    member_ended_ = code == Z_STREAM_END;
  } while (!member_ended_ && zlib.avail_out == 0);
  return {};
}

Status Gunzip::StartNextMember() {
  if (*stream_->zlib.next_in != 0x1F) {
    return BadBody(
        fmt::format("the gzip data ends at byte {}, but more bytes follow", compressed_bytes_));
  }
  BEDPLATE_CHECK(inflateReset(&stream_->zlib) == Z_OK);
  member_ended_ = false;
  return {};
}

Status Gunzip::CheckLimits() const {
  if (inflated_bytes_ > limits_.inflated_bytes) {
    return BadBody(
        fmt::format("the gzip data inflates to more than {} bytes", limits_.inflated_bytes));
  }
  if (inflated_bytes_ > limits_.ratio_free_bytes &&
      inflated_bytes_ / limits_.ratio > compressed_bytes_) {
    return BadBody(
        fmt::format("the gzip data inflates to more than {} times its size", limits_.ratio));
  }
  return {};
}

Error Gunzip::Damaged() const {
  if (inflated_bytes_ == 0 && compressed_bytes_ < 3) return BadBody("the body is not gzip data");
  const char* reason = stream_->zlib.msg;
  return BadBody(fmt::format("the gzip data is damaged near byte {}: {}", compressed_bytes_,
                             reason == nullptr ? "zlib gives no reason" : reason));
}

Status Gunzip::Finish() {
  if (member_ended_) return {};
  return BadBody(fmt::format("the gzip data breaks off after {} bytes", compressed_bytes_));
}

}  // namespace bedplate

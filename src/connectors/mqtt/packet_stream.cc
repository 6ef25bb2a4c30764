#include "connectors/mqtt/packet_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace bedplate::mqtt {
namespace {

constexpr std::size_t kMostHeader = 5;

struct Header {
  std::uint8_t first = 0;
  std::size_t bytes = 0;
  std::uint32_t body_bytes = 0;
};

/// nullopt when it has not arrived as a whole.
Result<std::optional<Header>> ReadHeader(ByteView bytes) {
  Header header;
  for (std::size_t at = 1; at < std::min(bytes.size(), kMostHeader); ++at) {
    const auto byte = std::to_integer<std::uint32_t>(bytes[at]);
    header.body_bytes |= (byte & 0x7FU) << (7 * (at - 1));
    if (byte >= 0x80) continue;
    header.first = std::to_integer<std::uint8_t>(bytes[0]);
    header.bytes = at + 1;
    return std::optional(header);
  }
  if (bytes.size() < kMostHeader) return std::optional<Header>();
  return Error(ErrorCode::kInvalidArgument,
               "MQTT: a packet's length has more than four bytes; is this an MQTT server?");
}

}  // namespace

PacketStream::PacketStream(std::size_t most_bytes) : most_bytes_(most_bytes) {
  BEDPLATE_CHECK(most_bytes >= kHeadBytes);
}

std::span<std::byte> PacketStream::Space(std::size_t count) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.size() - end_ < count && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  if (buffer_.size() - end_ < count) buffer_.resize(end_ + count);
  return std::span(buffer_).subspan(end_);
}

void PacketStream::Filled(std::size_t count) {
  BEDPLATE_CHECK(count <= buffer_.size() - end_);
  end_ += count;
  SkipWhatIsLeft();
}

void PacketStream::SkipWhatIsLeft() {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, end_ - begin_));
  begin_ += skipped;
  skip_ -= skipped;
}

Result<std::optional<PacketStream::Item>> PacketStream::Next() {
  const ByteView read = ByteView(buffer_).subspan(begin_, end_ - begin_);
  ASSIGN_OR_RETURN(const std::optional<Header> header, ReadHeader(read));
  if (!header) return std::optional<Item>();
  const std::uint64_t whole = header->bytes + header->body_bytes;
  const bool is_cut = whole > most_bytes_;
  const std::size_t given = is_cut ? kHeadBytes : static_cast<std::size_t>(whole);
  if (read.size() < given) return std::optional<Item>();
  Item item{Frame{static_cast<PacketType>(header->first >> 4U),
                  static_cast<std::uint8_t>(header->first & 0x0FU),
                  read.subspan(header->bytes, given - header->bytes)},
            is_cut, whole};
  begin_ += given;
  skip_ = whole - given;
  SkipWhatIsLeft();
  return std::optional(item);
}

}  // namespace bedplate::mqtt

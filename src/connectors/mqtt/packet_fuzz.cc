// Whatever a server sends: the stream is cut into packets and each is decoded, in both versions.
// The first byte says in which pieces it arrives.

#include <algorithm>

#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/packet_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate;
  using namespace bedplate::mqtt;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  ByteView left(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  PacketStream stream(PacketStream::kHeadBytes);
  while (!left.empty()) {
    const ByteView now = left.first(std::min(piece, left.size()));
    std::copy(now.begin(), now.end(), stream.Space(now.size()).begin());
    stream.Filled(now.size());
    left = left.subspan(now.size());
    for (auto item = stream.Next(); item.ok() && *item; item = stream.Next()) {
      for (const Version version : {Version::k311, Version::k5}) {
        (void)Decode((*item)->frame, version);
      }
    }
  }
  return 0;
}

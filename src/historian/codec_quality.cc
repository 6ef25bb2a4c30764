#include "historian/codecs.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t { kAllGood = 0, kRuns = 1 };

}  // namespace

void EncodeQualities(std::span<const std::uint32_t> qualities, Bytes& out) {
  out.push_back(std::byte{qualities.empty() ? kAllGood : kRuns});
  for (std::size_t start = 0; start < qualities.size();) {
    std::size_t end = start + 1;
    while (end < qualities.size() && qualities[end] == qualities[start]) ++end;
    PutVarint(out, end - start);
    PutFixed(out, qualities[start]);
    start = end;
  }
}

bool DecodeQualities(ByteReader& in, std::size_t count, std::vector<std::uint32_t>& out) {
  out.clear();
  const auto encoding = in.Fixed<std::uint8_t>();
  if (encoding == kAllGood) return in.ok();
  if (encoding != kRuns) return false;
  while (out.size() < count) {
    const std::uint64_t length = in.Varint();
    const auto quality = in.Fixed<std::uint32_t>();
    if (!in.ok() || length == 0 || length > count - out.size()) return false;
    out.insert(out.end(), length, quality);
  }
  return true;
}

}  // namespace bedplate::historian

#include <algorithm>

#include "historian/codecs.h"
#include "historian/integer_codec.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t { kConstant = 1, kPacked = 2 };

}  // namespace

void EncodeInt64s(std::span<const std::int64_t> values, Bytes& out) {
  const bool constant =
      std::all_of(values.begin(), values.end(), [&](auto value) { return value == values[0]; });
  if (constant && !values.empty()) {
    out.push_back(std::byte{kConstant});
    PutVarint(out, ZigZag(values[0]));
    return;
  }
  out.push_back(std::byte{kPacked});
  EncodeIntegers(values, out);
}

bool DecodeInt64s(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out) {
  switch (in.Fixed<std::uint8_t>()) {
    case kConstant: out.assign(count, UnZigZag(in.Varint())); return in.ok();
    case kPacked: return DecodeIntegers(in, count, out);
    default: return false;
  }
}

}  // namespace bedplate::historian

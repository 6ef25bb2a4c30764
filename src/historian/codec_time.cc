#include <numeric>

#include "historian/codecs.h"
#include "historian/integer_codec.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t { kConstantStride = 1, kPacked = 2 };

/// The largest step that all distances are multiples of: times in ns are mostly whole ms.
std::int64_t CommonUnit(std::span<const std::int64_t> times) {
  std::int64_t unit = 0;
  for (std::size_t i = 1; i < times.size() && unit != 1; ++i) {
    unit = std::gcd(unit, times[i] - times[i - 1]);
  }
  return unit;
}

bool HasConstantStride(std::span<const std::int64_t> times) {
  for (std::size_t i = 2; i < times.size(); ++i) {
    if (times[i] - times[i - 1] != times[1] - times[0]) return false;
  }
  return true;
}

bool DecodeConstantStride(ByteReader& in, std::int64_t first, std::vector<std::int64_t>& out) {
  const std::uint64_t stride = in.Varint();
  auto time = static_cast<std::uint64_t>(first);
  for (std::int64_t& value : out) {
    value = static_cast<std::int64_t>(time);
    time += stride;
  }
  return in.ok();
}

bool DecodePacked(ByteReader& in, std::int64_t first, std::vector<std::int64_t>& out) {
  const std::uint64_t unit = in.Varint();
  const std::size_t count = out.size();
  if (!DecodeIntegers(in, count, out)) return false;
  for (std::int64_t& value : out) {
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(first) +
                                      static_cast<std::uint64_t>(value) * unit);
  }
  return true;
}

}  // namespace

void EncodeTimes(std::span<const std::int64_t> times, Bytes& out) {
  if (HasConstantStride(times)) {
    out.push_back(std::byte{kConstantStride});
    PutVarint(out, times.size() < 2 ? 0 : static_cast<std::uint64_t>(times[1] - times[0]));
    return;
  }
  const std::int64_t unit = CommonUnit(times);
  std::vector<std::int64_t> steps(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) steps[i] = (times[i] - times[0]) / unit;
  out.push_back(std::byte{kPacked});
  PutVarint(out, static_cast<std::uint64_t>(unit));
  EncodeIntegers(steps, out);
}

bool DecodeTimes(ByteReader& in, std::size_t count, std::int64_t first,
                 std::vector<std::int64_t>& out) {
  out.resize(count);
  switch (in.Fixed<std::uint8_t>()) {
    case kConstantStride: return DecodeConstantStride(in, first, out);
    case kPacked: return DecodePacked(in, first, out);
    default: return false;
  }
}

}  // namespace bedplate::historian

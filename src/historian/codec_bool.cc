#include "historian/codecs.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t { kRuns = 1, kBitmap = 2 };

/// First value, then the length of each run; the values alternate.
void EncodeRuns(std::span<const std::uint8_t> values, Bytes& out) {
  out.push_back(std::byte{kRuns});
  out.push_back(static_cast<std::byte>(values.empty() ? 0 : values.front()));
  for (std::size_t start = 0; start < values.size();) {
    std::size_t end = start + 1;
    while (end < values.size() && values[end] == values[start]) ++end;
    PutVarint(out, end - start);
    start = end;
  }
}

void EncodeBitmap(std::span<const std::uint8_t> values, Bytes& out) {
  out.push_back(std::byte{kBitmap});
  const std::size_t start = out.size();
  out.resize(start + (values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    out[start + i / 8] |= static_cast<std::byte>(values[i] << (i % 8));
  }
}

bool DecodeRuns(ByteReader& in, std::size_t count, std::vector<std::uint8_t>& out) {
  auto value = in.Fixed<std::uint8_t>();
  if (value > 1) return false;
  while (out.size() < count) {
    const std::uint64_t length = in.Varint();
    if (!in.ok() || length == 0 || length > count - out.size()) return false;
    out.insert(out.end(), length, value);
    value ^= 1U;
  }
  return in.ok();
}

bool DecodeBitmap(ByteReader& in, std::size_t count, std::vector<std::uint8_t>& out) {
  const ByteView bits = in.Take((count + 7) / 8);
  if (!in.ok()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back((std::to_integer<unsigned>(bits[i / 8]) >> (i % 8)) & 1U);
  }
  return true;
}

}  // namespace

void EncodeBools(std::span<const std::uint8_t> values, Bytes& out) {
  Bytes runs;
  EncodeRuns(values, runs);
  Bytes bitmap;
  EncodeBitmap(values, bitmap);
  PutBytes(out, runs.size() <= bitmap.size() ? runs : bitmap);
}

bool DecodeBools(ByteReader& in, std::size_t count, std::vector<std::uint8_t>& out) {
  out.clear();
  switch (in.Fixed<std::uint8_t>()) {
    case kRuns: return DecodeRuns(in, count, out);
    case kBitmap: return DecodeBitmap(in, count, out);
    default: return false;
  }
}

}  // namespace bedplate::historian

// Arbitrary bytes for every column decoder; and arbitrary values through every encoder and back.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "historian/codecs.h"
#include "historian/format.h"
#include "historian/integer_codec.h"
#include "historian/token_codec.h"

namespace bedplate::historian {
namespace {

void Decode(ByteView bytes, int which, std::size_t count) {
  ByteReader in(bytes);
  std::vector<std::int64_t> integers;
  std::vector<double> doubles;
  std::vector<std::uint8_t> bools;
  std::vector<std::string> strings;
  std::vector<std::uint32_t> qualities;
  switch (which % 8) {
    case 0: static_cast<void>(DecodeTimes(in, count, 5, integers)); break;
    case 1: static_cast<void>(DecodeDoubles(in, count, doubles)); break;
    case 2: static_cast<void>(DecodeInt64s(in, count, integers)); break;
    case 3: static_cast<void>(DecodeBools(in, count, bools)); break;
    case 4: static_cast<void>(DecodeStrings(in, count, strings)); break;
    case 5: static_cast<void>(DecodeQualities(in, count, qualities)); break;
    case 6: static_cast<void>(DecodeIntegers(in, count, integers)); break;
    default:
      integers.resize(count);
      static_cast<void>(DecodeTokenized(in, (which & 8) != 0, 5, integers));
      break;
  }
  BEDPLATE_CHECK(integers.size() <= count && doubles.size() <= count && bools.size() <= count &&
                 strings.size() <= count && qualities.size() <= count);
}

template <typename T>
std::vector<T> ValuesFrom(ByteView bytes) {
  std::vector<T> values(std::min(bytes.size() / sizeof(T), kMaxBlockSamples));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

void RoundTripDoubles(const std::vector<double>& values) {
  Bytes encoded;
  EncodeDoubles(values, encoded);
  ByteReader in(encoded);
  std::vector<double> decoded;
  BEDPLATE_CHECK(DecodeDoubles(in, values.size(), decoded) && in.AtEnd());
  BEDPLATE_CHECK(std::memcmp(decoded.data(), values.data(), values.size() * sizeof(double)) == 0);
}

void RoundTripIntegers(const std::vector<std::int64_t>& values) {
  Bytes encoded;
  EncodeInt64s(values, encoded);
  ByteReader in(encoded);
  std::vector<std::int64_t> decoded;
  BEDPLATE_CHECK(DecodeInt64s(in, values.size(), decoded) && in.AtEnd() && decoded == values);
}

/// The numbers of a narrower type, each also as a decimal and as that decimal in single precision.
template <typename T>
void RoundTripNarrow(ByteView bytes) {
  std::vector<std::int64_t> integers;
  std::vector<double> decimals;
  std::vector<double> floats;
  for (const T value : ValuesFrom<T>(bytes)) {
    integers.push_back(value);
    decimals.push_back(static_cast<double>(value) / 100);
    floats.push_back(static_cast<double>(static_cast<float>(decimals.back())));
  }
  if (integers.empty()) return;
  RoundTripIntegers(integers);
  RoundTripDoubles(decimals);
  RoundTripDoubles(floats);
}

void RoundTrip(ByteView bytes) {
  const auto doubles = ValuesFrom<double>(bytes);
  if (doubles.empty()) return;
  RoundTripDoubles(doubles);
  RoundTripIntegers(ValuesFrom<std::int64_t>(bytes));
  RoundTripNarrow<std::int8_t>(bytes);
  RoundTripNarrow<std::int16_t>(bytes);
  RoundTripNarrow<std::int32_t>(bytes);
}

}  // namespace
}  // namespace bedplate::historian

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate;  // NOLINT(google-build-using-namespace)
  if (size < 3) return 0;
  const ByteView input = std::as_bytes(std::span(data, size));
  const std::size_t count =
      LoadFixed<std::uint16_t>(input.data() + 1) % (historian::kMaxBlockSamples) + 1;
  if (data[0] == 0xFF) {
    historian::RoundTrip(input.subspan(3));
  } else {
    historian::Decode(input.subspan(3), data[0], count);
  }
  return 0;
}

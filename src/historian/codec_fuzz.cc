// Arbitrary bytes for every column decoder; and arbitrary values through every encoder and back.

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "historian/codecs.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

void Decode(ByteView bytes, int which, std::size_t count) {
  ByteReader in(bytes);
  std::vector<std::int64_t> integers;
  std::vector<double> doubles;
  std::vector<std::uint8_t> bools;
  std::vector<std::string> strings;
  std::vector<std::uint32_t> qualities;
  switch (which % 6) {
    case 0: static_cast<void>(DecodeTimes(in, count, 5, integers)); break;
    case 1: static_cast<void>(DecodeDoubles(in, count, doubles)); break;
    case 2: static_cast<void>(DecodeInt64s(in, count, integers)); break;
    case 3: static_cast<void>(DecodeBools(in, count, bools)); break;
    case 4: static_cast<void>(DecodeStrings(in, count, strings)); break;
    default: static_cast<void>(DecodeQualities(in, count, qualities)); break;
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

void RoundTrip(ByteView bytes) {
  const auto doubles = ValuesFrom<double>(bytes);
  const auto integers = ValuesFrom<std::int64_t>(bytes);
  if (doubles.empty()) return;
  Bytes encoded;
  EncodeDoubles(doubles, encoded);
  ByteReader double_reader(encoded);
  std::vector<double> decoded;
  BEDPLATE_CHECK(DecodeDoubles(double_reader, doubles.size(), decoded));
  BEDPLATE_CHECK(std::memcmp(decoded.data(), doubles.data(), doubles.size() * 8) == 0);
  encoded.clear();
  EncodeInt64s(integers, encoded);
  ByteReader integer_reader(encoded);
  std::vector<std::int64_t> decoded_integers;
  BEDPLATE_CHECK(DecodeInt64s(integer_reader, integers.size(), decoded_integers));
  BEDPLATE_CHECK(decoded_integers == integers);
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

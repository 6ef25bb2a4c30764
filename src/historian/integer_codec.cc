#include "historian/integer_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/check.h"
#include "historian/format.h"
#include "historian/packed_codec.h"
#include "historian/token_codec.h"
#include "historian/zstd_codec.h"

namespace bedplate::historian {
namespace {

constexpr unsigned kMaxOrder = 2;
/// A method byte is one of these plus the order of the differences.
enum Method : std::uint8_t { kPacked = 0, kTokens = 16, kCompressed = 32 };
constexpr unsigned kOrderMask = 15;

/// What tokens take besides the bits of a model's estimate: model, center and states.
constexpr std::size_t kTokenBytes = 22;
constexpr std::size_t kFewTokenBytes = 10;
constexpr std::size_t kFew = 512;
/// So many numbers tell well enough how far all are spread.
constexpr std::size_t kSpreadProbes = 1024;
/// The bits that a leading number takes.
constexpr std::uint64_t kLeadingBits = 24;

constexpr std::size_t kMaxVarintBytes = 10;
/// Compressed numbers must be this part smaller, as they take longer to read.
constexpr std::size_t kWorthwhilePart = 8;
/// Compression is tried when this part of all numbers repeats earlier ones.
constexpr std::size_t kRepeatedPart = 3;
/// So many numbers in a row make a repetition.
constexpr std::size_t kRepeatLength = 4;

std::int64_t WrappingAdd(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t WrappingSubtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// The values as differences of some order: first the leading number of each order, then the rest.
struct Differences {
  unsigned order = 0;
  std::vector<std::int64_t> numbers;

  [[nodiscard]] std::span<const std::int64_t> Leading() const {
    return std::span(numbers).first(order);
  }
  [[nodiscard]] std::span<const std::int64_t> Rest() const {
    return std::span(numbers).subspan(order);
  }
};

Differences Differentiate(Differences differences) {
  auto& numbers = differences.numbers;
  for (std::size_t i = numbers.size(); --i > differences.order;) {
    numbers[i] = WrappingSubtract(numbers[i], numbers[i - 1]);
  }
  ++differences.order;
  return differences;
}

std::int64_t MiddleOf(std::span<const std::int64_t> numbers) {
  std::array<std::int64_t, 63> probes;
  const std::size_t count = std::min(numbers.size(), probes.size());
  for (std::size_t i = 0; i < count; ++i) probes[i] = numbers[i * numbers.size() / count];
  const auto middle = probes.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(probes.begin(), middle, probes.begin() + static_cast<std::ptrdiff_t>(count));
  return *middle;
}

/// About how many bits the spread of the numbers around their middle needs, times 2^20, judged from
/// some of them: a double's bits, read as a whole number, are its logarithm drawn by straight
/// lines.
std::uint64_t SpreadBits(const Differences& differences) {
  const auto rest = differences.Rest();
  const std::int64_t middle = MiddleOf(rest);
  constexpr unsigned kDropped = 32;
  constexpr std::uint64_t kOne = std::bit_cast<std::uint64_t>(1.0) >> kDropped;
  const std::size_t step = 1 + rest.size() / kSpreadProbes;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < rest.size(); i += step) {
    const double distance = static_cast<double>(WrappingSubtract(rest[i], middle));
    total += (std::bit_cast<std::uint64_t>(1 + std::abs(distance)) >> kDropped) - kOne;
  }
  return total * step + differences.order * (kLeadingBits << 20U);
}

/// The order whose differences are smallest.
Differences ChooseOrder(std::span<const std::int64_t> values) {
  Differences current{0, {values.begin(), values.end()}};
  Differences best = current;
  std::uint64_t best_bits = SpreadBits(current);
  while (current.order < kMaxOrder && current.order + 1 < values.size()) {
    current = Differentiate(std::move(current));
    const std::uint64_t bits = SpreadBits(current);
    if (bits >= best_bits) continue;
    best_bits = bits;
    best = current;
  }
  return best;
}

/// Whether a good part of the numbers repeats what came before.
bool RepeatsItself(std::span<const std::int64_t> numbers) {
  if (numbers.size() < 8 * kRepeatLength) return false;
  std::array<std::uint16_t, 4096> seen{};
  std::size_t repeated = 0;
  const std::size_t ends = numbers.size() - kRepeatLength;
  for (std::size_t i = 0; i < ends; ++i) {
    std::uint64_t hash = 0;
    for (std::size_t k = 0; k < kRepeatLength; ++k) {
      hash = (hash ^ static_cast<std::uint64_t>(numbers[i + k])) * 0x9E3779B97F4A7C15ULL;
    }
    std::uint16_t& slot = seen[hash >> 52U];
    const auto here = numbers.subspan(i, kRepeatLength);
    if (std::equal(here.begin(), here.end(), numbers.begin() + slot) && slot < i) ++repeated;
    slot = static_cast<std::uint16_t>(i);
  }
  return repeated * kRepeatedPart > ends;
}

void PutHead(Method method, const Differences& differences, Bytes& out) {
  out.push_back(static_cast<std::byte>(method + differences.order));
  for (const std::int64_t number : differences.Leading()) PutVarint(out, ZigZag(number));
}

void PutCompressed(const Differences& differences, Bytes& out) {
  Bytes plain;
  for (const std::int64_t number : differences.Rest()) PutVarint(plain, ZigZag(number));
  Bytes frame;
  CompressZstd(plain, frame);
  PutHead(kCompressed, differences, out);
  PutVarint(out, frame.size());
  PutBytes(out, frame);
}

/// Zigzag varints, which are the whole of `bytes`; most of them are one byte.
bool ReadVarints(ByteView bytes, std::span<std::int64_t> out) {
  std::size_t at = 0;
  for (std::int64_t& number : out) {
    if (at == bytes.size()) return false;
    const auto first = std::to_integer<std::uint8_t>(bytes[at]);
    if (first < 0x80) {
      number = UnZigZag(first);
      ++at;
      continue;
    }
    ByteReader rest(bytes.subspan(at));
    number = UnZigZag(rest.Varint());
    if (!rest.ok()) return false;
    at += rest.position();
  }
  return at == bytes.size();
}

bool DecodeCompressed(ByteReader& in, std::span<std::int64_t> out) {
  const std::uint64_t length = in.Varint();
  const ByteView frame = in.Take(length);
  Bytes plain;
  if (!in.ok() || !DecompressZstd(frame, out.size() * kMaxVarintBytes, plain)) return false;
  return ReadVarints(plain, out);
}

/// Undoes one order of differences from `begin` on.
void Accumulate(std::span<std::int64_t> numbers, std::size_t begin) {
  for (std::size_t i = begin; i < numbers.size(); ++i) {
    numbers[i] = WrappingAdd(numbers[i], numbers[i - 1]);
  }
}

}  // namespace

void EncodeIntegers(std::span<const std::int64_t> values, Bytes& out) {
  BEDPLATE_CHECK(!values.empty());
  BEDPLATE_CHECK(values.size() <= kMaxBlockSamples);
  const Differences differences = ChooseOrder(values);
  const auto rest = differences.Rest();
  const ChosenModel chosen = ChooseTokenModel(rest);
  const std::size_t token_bytes = static_cast<std::size_t>(chosen.bits / 8) +
                                  (rest.size() < kFew ? kFewTokenBytes : kTokenBytes);
  const std::size_t start = out.size();
  if (PackedSize(rest) <= token_bytes) {
    PutHead(kPacked, differences, out);
    EncodePacked(rest, out);
  } else {
    PutHead(kTokens, differences, out);
    EncodeTokenized(rest, chosen.model, out);
  }
  if (!RepeatsItself(rest)) return;
  Bytes compressed;
  PutCompressed(differences, compressed);
  const std::size_t plain = out.size() - start;
  if (compressed.size() + plain / kWorthwhilePart >= plain) return;
  out.resize(start);
  PutBytes(out, compressed);
}

bool DecodeIntegers(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out) {
  BEDPLATE_CHECK(count <= kMaxBlockSamples);
  out.clear();
  const auto method = in.Fixed<std::uint8_t>();
  const unsigned order = method & kOrderMask;
  if (!in.ok() || order > kMaxOrder || order > count) return false;
  out.resize(count);
  const std::span<std::int64_t> numbers(out);
  for (std::size_t i = 0; i < order; ++i) numbers[i] = UnZigZag(in.Varint());
  const auto rest = numbers.subspan(order);
  unsigned levels = order;  // of differences that are still to be undone
  switch (method - order) {
    case kPacked:
      if (!DecodePacked(in, rest)) return false;
      break;
    case kTokens: {
      // The decoder of tokens undoes one order by the way.
      const bool summed = order > 0;
      if (rest.empty()) return false;
      if (!DecodeTokenized(in, summed, summed ? numbers[order - 1] : 0, rest)) return false;
      if (summed) --levels;
      break;
    }
    case kCompressed:
      if (!DecodeCompressed(in, rest)) return false;
      break;
    default: return false;
  }
  for (; levels > 0; --levels) Accumulate(numbers, levels);
  return in.ok();
}

}  // namespace bedplate::historian

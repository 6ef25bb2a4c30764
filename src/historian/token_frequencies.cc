#include "historian/token_frequencies.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "historian/bit_stream.h"

namespace bedplate::historian {
namespace {

constexpr unsigned kCodeBits = 6;
constexpr std::uint32_t kMaxCode = (1U << kCodeBits) - 1;
constexpr std::size_t kMaxZeroRun = 1 + kMaxCode;

/// A weight is a number of three significant bits: (4 + low two bits) << rest, of code - 1.
constexpr std::uint32_t WeightOf(std::uint32_t code) {
  return (4 + (code - 1) % 4) << ((code - 1) / 4);
}

/// The code whose weight is nearest to four times `count`, which is at least 1.
std::uint32_t CodeOf(std::uint32_t count) {
  const std::uint32_t target = 4 * count;
  const auto shift = static_cast<std::uint32_t>(std::bit_width(target)) - 3;
  const std::uint32_t rounded = (target + ((1U << shift) >> 1U)) >> shift;  // 4 to 8
  return 1 + 4 * shift + (rounded - 4);
}

/// How many of the counts from `begin` on are 0, at most kMaxZeroRun.
std::size_t ZeroRun(std::span<const std::uint32_t> counts, std::size_t begin) {
  std::size_t run = 0;
  while (run < kMaxZeroRun && begin + run < counts.size() && counts[begin + run] == 0) ++run;
  return run;
}

/// Scales weights to frequencies. What rounding leaves over goes to the greatest; what it has
/// given too much is taken from the greatest, one by one.
bool Scale(std::span<const std::uint32_t> weights, TokenFrequencies& frequencies) {
  std::uint64_t total = 0;
  for (const std::uint32_t weight : weights) total += weight;
  if (total == 0) return false;
  frequencies = {.size = weights.size()};
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const std::uint64_t share = std::uint64_t{weights[i]} * kFrequencySum / total;
    frequencies.values[i] = static_cast<std::uint16_t>(std::max<std::uint64_t>(share, 1));
    sum += frequencies.values[i];
    ++frequencies.used;
  }
  const auto greatest = [&] {
    return std::max_element(frequencies.values.begin(), frequencies.values.end());
  };
  if (sum < kFrequencySum) *greatest() += static_cast<std::uint16_t>(kFrequencySum - sum);
  for (; sum > kFrequencySum; --sum) --*greatest();
  return true;
}

}  // namespace

TokenFrequencies PutFrequencies(std::span<const std::uint32_t> counts, Bytes& out) {
  BEDPLATE_CHECK(!counts.empty());
  BEDPLATE_CHECK(counts.size() <= kMaxTokens);
  BEDPLATE_CHECK(counts.back() > 0);
  out.push_back(static_cast<std::byte>(counts.size() - 1));
  std::array<std::uint32_t, kMaxTokens> weights{};
  BitWriter bits(out);
  for (std::size_t i = 0; i < counts.size();) {
    const std::size_t zeros = ZeroRun(counts, i);
    const std::uint32_t code = zeros > 0 ? 0 : CodeOf(counts[i]);
    bits.Put(code, kCodeBits);
    if (zeros > 0) {
      bits.Put(zeros - 1, kCodeBits);
      i += zeros;
    } else {
      weights[i++] = WeightOf(code);
    }
  }
  bits.Flush();
  TokenFrequencies frequencies;
  BEDPLATE_CHECK(Scale(std::span(weights).first(counts.size()), frequencies));
  return frequencies;
}

bool TakeFrequencies(ByteReader& in, TokenFrequencies& frequencies) {
  const std::size_t size = std::size_t{in.Fixed<std::uint8_t>()} + 1;
  ByteReader rest = in;
  BitReader bits(rest.Rest());
  std::array<std::uint32_t, kMaxTokens> weights{};
  for (std::size_t i = 0; i < size;) {
    const auto code = static_cast<std::uint32_t>(bits.Get(kCodeBits));
    if (code == 0) {
      i += 1 + bits.Get(kCodeBits);
    } else {
      weights[i++] = WeightOf(code);
    }
    if (!bits.ok() || i > size) return false;
  }
  in.Take(bits.bytes_used());
  return in.ok() && weights[size - 1] > 0 && Scale(std::span(weights).first(size), frequencies);
}

std::size_t FrequencyTableBits(std::span<const std::uint32_t> counts) {
  std::size_t bits = 8;
  for (std::size_t i = 0; i < counts.size();) {
    const std::size_t zeros = ZeroRun(counts, i);
    bits += zeros > 0 ? 2 * kCodeBits : kCodeBits;
    i += std::max<std::size_t>(zeros, 1);
  }
  return bits;
}

}  // namespace bedplate::historian

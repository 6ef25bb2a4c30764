#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "historian/codecs.h"
#include "historian/integer_codec.h"
#include "historian/xor_codec.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t { kConstant = 1, kDecimal = 2, kXor = 3, kRaw = 4 };

// Powers of ten up to 10^22 are exact in a double; plant data needs no more digits than these.
constexpr std::array<double, 16> kPowersOfTen = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53
/// Decimals are given up when more than one value in this many is no short decimal.
constexpr std::size_t kValuesPerException = 16;
constexpr std::size_t kProbes = 32;

bool SameBits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// The whole number m with m / 10^exponent == value bit for bit, if there is one. A division of
/// two exact doubles is rounded once, just as reading the decimal text was, so it gives it back.
std::optional<std::int64_t> ScaledInteger(double value, std::size_t exponent) {
  const double scaled = value * kPowersOfTen[exponent];
  if (!(std::abs(scaled) < kMaxExactInteger)) return std::nullopt;
  const auto integer = static_cast<std::int64_t>(std::nearbyint(scaled));
  if (!SameBits(static_cast<double>(integer) / kPowersOfTen[exponent], value)) return std::nullopt;
  return integer;
}

std::size_t CountScalable(std::span<const double> values, std::size_t stride,
                          std::size_t exponent) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); i += stride) {
    if (ScaledInteger(values[i], exponent)) ++count;
  }
  return count;
}

/// The smallest exponent that suits most of a few probed values.
std::size_t ProbeExponent(std::span<const double> values) {
  const std::size_t stride = std::max<std::size_t>(1, values.size() / kProbes);
  const std::size_t probes = (values.size() + stride - 1) / stride;
  std::size_t best = 0;
  std::size_t best_count = 0;
  for (std::size_t exponent = 0; exponent < kPowersOfTen.size(); ++exponent) {
    const std::size_t count = CountScalable(values, stride, exponent);
    if (count > best_count) {
      best = exponent;
      best_count = count;
    }
    if (count == probes) break;
  }
  return best;
}

struct Decimals {
  std::vector<std::int64_t> integers;
  std::vector<std::size_t> exceptions;
};

std::optional<Decimals> ToDecimals(std::span<const double> values, std::size_t exponent) {
  Decimals decimals;
  decimals.integers.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto integer = ScaledInteger(values[i], exponent);
    if (!integer) {
      decimals.exceptions.push_back(i);
      if (decimals.exceptions.size() > 1 + values.size() / kValuesPerException) return std::nullopt;
    }
    // An exception repeats the value before it, which costs least.
    decimals.integers.push_back(
        integer.value_or(decimals.integers.empty() ? 0 : decimals.integers.back()));
  }
  return decimals;
}

bool EncodeDecimals(std::span<const double> values, Bytes& out) {
  const std::size_t exponent = ProbeExponent(values);
  const auto decimals = ToDecimals(values, exponent);
  if (!decimals) return false;
  out.push_back(std::byte{kDecimal});
  out.push_back(static_cast<std::byte>(exponent));
  PutVarint(out, decimals->exceptions.size());
  std::size_t previous = 0;
  for (const std::size_t index : decimals->exceptions) {
    PutVarint(out, index - previous);
    PutFixed(out, values[index]);
    previous = index;
  }
  EncodeIntegers(decimals->integers, out);
  return true;
}

struct Exception {
  std::size_t index;
  double value;
};

bool ReadExceptions(ByteReader& in, std::size_t count, std::vector<Exception>& exceptions) {
  const std::uint64_t exception_count = in.Varint();
  if (!in.ok() || exception_count > count) return false;
  std::uint64_t index = 0;
  for (std::uint64_t i = 0; i < exception_count; ++i) {
    const std::uint64_t step = in.Varint();
    if (step >= count || index + step >= count) return false;
    index += step;
    exceptions.push_back({index, in.Fixed<double>()});
  }
  return in.ok();
}

bool DecodeDecimals(ByteReader& in, std::span<double> out) {
  const std::size_t exponent = in.Fixed<std::uint8_t>();
  if (exponent >= kPowersOfTen.size()) return false;
  std::vector<Exception> exceptions;
  if (!ReadExceptions(in, out.size(), exceptions)) return false;
  std::vector<std::int64_t> integers;
  if (!DecodeIntegers(in, out.size(), integers)) return false;
  const double divisor = kPowersOfTen[exponent];
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(integers[i]) / divisor;
  for (const Exception& exception : exceptions) out[exception.index] = exception.value;
  return true;
}

bool DecodeConstant(ByteReader& in, std::span<double> out) {
  std::fill(out.begin(), out.end(), in.Fixed<double>());
  return in.ok();
}

bool DecodeRaw(ByteReader& in, std::span<double> out) {
  const ByteView bytes = in.Take(out.size_bytes());
  if (!in.ok()) return false;
  std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(out).begin());
  return true;
}

bool AllSame(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return SameBits(value, values.front()); });
}

}  // namespace

void EncodeDoubles(std::span<const double> values, Bytes& out) {
  if (!values.empty() && AllSame(values)) {
    out.push_back(std::byte{kConstant});
    PutFixed(out, values.front());
    return;
  }
  const std::size_t raw_size = values.size_bytes() + 1;
  Bytes best;
  if (!EncodeDecimals(values, best) || best.size() * 2 > raw_size) {
    Bytes by_xor{std::byte{kXor}};
    EncodeXor(values, by_xor);
    if (best.empty() || by_xor.size() < best.size()) best.swap(by_xor);
  }
  if (best.size() < raw_size) {
    PutBytes(out, best);
    return;
  }
  out.push_back(std::byte{kRaw});
  PutBytes(out, std::as_bytes(values));
}

bool DecodeDoubles(ByteReader& in, std::size_t count, std::vector<double>& out) {
  out.resize(count);
  switch (in.Fixed<std::uint8_t>()) {
    case kConstant: return DecodeConstant(in, out);
    case kDecimal: return DecodeDecimals(in, out);
    case kXor: return DecodeXor(in, out);
    case kRaw: return DecodeRaw(in, out);
    default: return false;
  }
}

}  // namespace bedplate::historian

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "historian/codecs.h"
#include "historian/decimal_kernels.h"
#include "historian/integer_codec.h"
#include "historian/xor_codec.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t {
  kConstant = 1,
  kDecimal = 2,
  kXor = 3,
  kRaw = 4,
  kCorrectedDecimal = 5,
  kOrderedBits = 6,
};

/// Set in the exponent's byte of corrected decimals that were rounded to single precision.
constexpr std::uint8_t kSinglePrecision = 32;
constexpr std::size_t kProbes = 32;
/// What a value costs that a decimal with corrections does not meet, and what a digit costs all.
constexpr double kMissedValueBits = 50;
constexpr double kDigitBits = 3.4;
/// Decimals are given up when they miss more than one value in this many.
constexpr std::size_t kValuesPerMiss = 4;

std::uint64_t BitsOf(double value) { return std::bit_cast<std::uint64_t>(value); }
bool SameBits(double a, double b) { return BitsOf(a) == BitsOf(b); }

struct DecimalForm {
  unsigned exponent = 0;
  bool single = false;  // rounded to single precision
};

double RoundTo(const DecimalForm& form, double value) {
  return form.single ? static_cast<double>(static_cast<float>(value)) : value;
}

/// Whether a whole number divided by the power of ten gives the value bit for bit. A division of
/// two exact doubles is rounded once, just as reading the decimal text was, so it gives it back.
bool Meets(const DecimalForm& form, double value) {
  std::int64_t integer = 0;
  ScaleToIntegersScalar(std::span(&value, 1), PowerOfTen(form.exponent), std::span(&integer, 1));
  const double quotient = static_cast<double>(integer) / PowerOfTen(form.exponent);
  return SameBits(RoundTo(form, quotient), value);
}

std::vector<double> Probe(std::span<const double> values) {
  const std::size_t count = std::min(values.size(), kProbes);
  std::vector<double> probes(count);
  for (std::size_t i = 0; i < count; ++i) probes[i] = values[i * values.size() / count];
  return probes;
}

/// The least exponent at which a value is met.
std::optional<unsigned> ExponentOf(bool single, double value) {
  for (unsigned exponent = 0; exponent <= kMaxDecimals; ++exponent) {
    if (Meets({exponent, single}, value)) return exponent;
  }
  return std::nullopt;
}

/// A form and what it is expected to cost a probed value, in bits.
struct Promise {
  DecimalForm form;
  double bits = 0;
};

/// The exponent that promises the least cost: each further digit costs all values, each value that
/// is missed costs by itself.
std::optional<Promise> ProbeExponent(std::span<const double> probes, bool single) {
  std::array<std::size_t, kMaxDecimals + 1> least{};  // probes by the exponent that they need
  for (const double value : probes) {
    if (const auto exponent = ExponentOf(single, value)) ++least[*exponent];
  }
  std::optional<Promise> best;
  std::size_t met = 0;
  for (unsigned exponent = 0; exponent <= kMaxDecimals; ++exponent) {
    met += least[exponent];
    const std::size_t missed = probes.size() - met;
    if (missed * kValuesPerMiss > probes.size()) continue;
    const double part_missed = static_cast<double>(missed) / static_cast<double>(probes.size());
    const double bits = kDigitBits * exponent + kMissedValueBits * part_missed;
    if (!best || bits < best->bits) best = Promise{{exponent, single}, bits};
  }
  return best;
}

/// Single precision only where it spares digits: a number that both hold needs no rounding.
std::optional<DecimalForm> ProbeForm(std::span<const double> values) {
  const std::vector<double> probes = Probe(values);
  const auto by_double = ProbeExponent(probes, false);
  const bool all_single = std::all_of(probes.begin(), probes.end(), [](double value) {
    return SameBits(static_cast<double>(static_cast<float>(value)), value);
  });
  const auto by_single = all_single ? ProbeExponent(probes, true) : std::nullopt;
  if (by_single && (!by_double || by_single->bits < by_double->bits)) return by_single->form;
  if (by_double) return by_double->form;
  return std::nullopt;
}

/// Whole numbers and how far, in steps of a double's last bit, each value lies from its quotient.
struct Decimals {
  DecimalForm form;
  std::vector<std::int64_t> integers;
  std::vector<std::int64_t> corrections;
  std::size_t missed = 0;
};

Decimals ToDecimals(std::span<const double> values, const DecimalForm& form) {
  Decimals decimals{form, std::vector<std::int64_t>(values.size()),
                    std::vector<std::int64_t>(values.size()), 0};
  ScaleToIntegers(values, PowerOfTen(form.exponent), decimals.integers);
  std::vector<double> quotients(values.size());
  DivideIntegers(decimals.integers, PowerOfTen(form.exponent), quotients);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t correction = BitsOf(values[i]) - BitsOf(RoundTo(form, quotients[i]));
    decimals.corrections[i] = static_cast<std::int64_t>(correction);
    decimals.missed += correction != 0 ? 1 : 0;
  }
  return decimals;
}

/// One more look at the values that the probes did not foresee: the exponent that the first of them
/// needs may be the better one.
Decimals Improve(std::span<const double> values, Decimals decimals) {
  if (decimals.missed == 0) return decimals;
  const auto miss = std::find_if(decimals.corrections.begin(), decimals.corrections.end(),
                                 [](std::int64_t correction) { return correction != 0; });
  const double value = values[static_cast<std::size_t>(miss - decimals.corrections.begin())];
  const auto exponent = ExponentOf(decimals.form.single, value);
  if (!exponent || *exponent <= decimals.form.exponent) return decimals;
  const double digits = *exponent - decimals.form.exponent;
  Decimals other = ToDecimals(values, {*exponent, decimals.form.single});
  const double spared =
      kMissedValueBits * (static_cast<double>(decimals.missed) - static_cast<double>(other.missed));
  const bool better = spared > kDigitBits * digits * static_cast<double>(values.size());
  return better ? other : decimals;
}

bool EncodeDecimals(std::span<const double> values, Bytes& out) {
  const auto form = ProbeForm(values);
  if (!form) return false;
  const Decimals decimals = Improve(values, ToDecimals(values, *form));
  if (decimals.missed * kValuesPerMiss > values.size()) return false;
  const bool corrected = decimals.missed > 0 || decimals.form.single;
  out.push_back(std::byte{corrected ? kCorrectedDecimal : kDecimal});
  const std::uint8_t precision = decimals.form.single ? kSinglePrecision : 0;
  out.push_back(static_cast<std::byte>(decimals.form.exponent | precision));
  if (!corrected) PutVarint(out, 0);
  EncodeIntegers(decimals.integers, out);
  if (corrected) EncodeIntegers(decimals.corrections, out);
  return true;
}

/// Whole numbers in the order of the doubles with these bits, without the `dropped` low bits.
std::int64_t ToOrdered(double value, unsigned dropped) {
  const std::int64_t number = std::bit_cast<std::int64_t>(value) >> dropped;
  return number < 0 ? number ^ INT64_MAX : number;
}
double FromOrdered(std::int64_t number, unsigned dropped) {
  if (number < 0) number ^= INT64_MAX;
  return std::bit_cast<double>(static_cast<std::uint64_t>(number) << dropped);
}

void EncodeOrderedBits(std::span<const double> values, Bytes& out) {
  std::uint64_t all_bits = 0;
  for (const double value : values) all_bits |= BitsOf(value);
  const auto dropped = static_cast<unsigned>(std::countr_zero(all_bits | 1ULL << 63U));
  std::vector<std::int64_t> numbers(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) numbers[i] = ToOrdered(values[i], dropped);
  out.push_back(std::byte{kOrderedBits});
  out.push_back(static_cast<std::byte>(dropped));
  EncodeIntegers(numbers, out);
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

bool DecodeDecimals(ByteReader& in, std::vector<std::int64_t>& scratch, std::span<double> out) {
  const unsigned exponent = in.Fixed<std::uint8_t>();
  if (exponent > kMaxDecimals) return false;
  std::vector<Exception> exceptions;
  if (!ReadExceptions(in, out.size(), exceptions)) return false;
  if (!DecodeIntegers(in, out.size(), scratch)) return false;
  DivideIntegers(scratch, PowerOfTen(exponent), out);
  for (const Exception& exception : exceptions) out[exception.index] = exception.value;
  return true;
}

bool DecodeCorrectedDecimals(ByteReader& in, std::vector<std::int64_t>& scratch,
                             std::span<double> out) {
  const unsigned head = in.Fixed<std::uint8_t>();
  const DecimalForm form{head & ~unsigned{kSinglePrecision}, (head & kSinglePrecision) != 0};
  if (form.exponent > kMaxDecimals) return false;
  if (!DecodeIntegers(in, out.size(), scratch)) return false;
  DivideIntegers(scratch, PowerOfTen(form.exponent), out);
  if (!DecodeIntegers(in, out.size(), scratch)) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t bits = BitsOf(RoundTo(form, out[i]));
    out[i] = std::bit_cast<double>(bits + static_cast<std::uint64_t>(scratch[i]));
  }
  return true;
}

bool DecodeOrderedBits(ByteReader& in, std::vector<std::int64_t>& scratch, std::span<double> out) {
  const unsigned dropped = in.Fixed<std::uint8_t>();
  if (dropped > 63 || !DecodeIntegers(in, out.size(), scratch)) return false;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = FromOrdered(scratch[i], dropped);
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
  const std::size_t start = out.size();
  if (!EncodeDecimals(values, out)) EncodeOrderedBits(values, out);
  if (out.size() - start < raw_size) return;
  out.resize(start);
  out.push_back(std::byte{kRaw});
  PutBytes(out, std::as_bytes(values));
}

bool DecodeDoubles(ByteReader& in, std::size_t count, std::vector<std::int64_t>& scratch,
                   std::vector<double>& out) {
  out.resize(count);
  switch (in.Fixed<std::uint8_t>()) {
    case kConstant: return DecodeConstant(in, out);
    case kDecimal: return DecodeDecimals(in, scratch, out);
    case kXor: return DecodeXor(in, out);
    case kRaw: return DecodeRaw(in, out);
    case kCorrectedDecimal: return DecodeCorrectedDecimals(in, scratch, out);
    case kOrderedBits: return DecodeOrderedBits(in, scratch, out);
    default: return false;
  }
}

bool DecodeDoubles(ByteReader& in, std::size_t count, std::vector<double>& out) {
  std::vector<std::int64_t> scratch;
  return DecodeDoubles(in, count, scratch, out);
}

}  // namespace bedplate::historian

#include "historian/token_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "historian/format.h"

namespace bedplate::historian {
namespace {

/// Ranges to each power of two beyond the linear part.
constexpr std::size_t kRanges = 1U << kTokenRangeBits;

constexpr TokenModel kFineModel{.shift = 0, .linear_bits = TokenModel::kMaxLinearBits};
constexpr std::size_t kFineTokens = 256 + (64 - TokenModel::kMaxLinearBits) * kRanges;
constexpr std::size_t kCenterProbes = 255;
/// A number that is at least this part of all may get a token of its own.
constexpr std::size_t kDominantPart = 4;
/// Numbers that take less each have tokens that are fine enough.
constexpr double kDominantMinBits = 4;

/// How often each range of the finest model occurs; every other model's ranges are unions of these.
struct Histogram {
  std::vector<std::uint32_t> counts = std::vector<std::uint32_t>(kFineTokens);
  std::vector<std::uint16_t> used;  // tokens with a count, ascending
  std::uint32_t total = 0;
};

Histogram MakeHistogram(std::span<const std::int64_t> values, const TokenModel& mapping) {
  Histogram histogram;
  for (const std::int64_t value : values) {
    if (value == mapping.dominant) continue;
    ++histogram.counts[TokenOfDistance(kFineModel, DistanceOf(mapping, value))];
    ++histogram.total;
  }
  for (std::size_t i = 0; i < kFineTokens; ++i) {
    if (histogram.counts[i] > 0) histogram.used.push_back(static_cast<std::uint16_t>(i));
  }
  return histogram;
}

/// n x log2(n) for the counts that a block can have.
double CountTimesLog(std::uint32_t count) {
  static const auto table = [] {
    std::vector<double> made(kMaxBlockSamples + 1, 0.0);
    for (std::size_t n = 2; n < made.size(); ++n) {
      made[n] = static_cast<double>(n) * std::log2(static_cast<double>(n));
    }
    return made;
  }();
  return table[count];
}

/// Bits for the frequencies, the tokens at their entropy and the extra bits; infinite when there
/// are too many tokens. `dominant_count` numbers have the first token.
double CostOf(const Histogram& histogram, const TokenModel& model, std::uint32_t dominant_count) {
  std::array<std::uint32_t, kMaxTokens> counts{};
  const std::size_t first = model.dominant ? 1 : 0;
  counts[0] = dominant_count;
  std::size_t size = first;
  double bits = 0;
  for (const std::uint16_t fine : histogram.used) {
    const TokenRange range = *RangeOfToken(kFineModel, fine);
    const std::size_t token = first + TokenOfDistance(model, range.base);
    if (token >= kMaxTokens) return std::numeric_limits<double>::infinity();
    counts[token] += histogram.counts[fine];
    size = std::max(size, token + 1);
    bits += static_cast<double>(histogram.counts[fine]) * RangeOfToken(model, token)->bits;
  }
  bits += CountTimesLog(histogram.total + dominant_count);
  for (std::size_t i = 0; i < size; ++i) bits -= CountTimesLog(counts[i]);
  return bits + static_cast<double>(FrequencyTableBits(std::span(counts).first(size)));
}

/// The shift and linear bits worth a look for a histogram: fine tokens for numbers that come in
/// few sizes, and ever coarser ones up to where all but the largest fall together.
std::vector<TokenModel> Candidates(const Histogram& histogram, const TokenModel& mapping) {
  std::vector<TokenModel> models;
  const auto add = [&](unsigned shift, unsigned linear_bits) {
    models.push_back(mapping);
    models.back().shift = shift;
    models.back().linear_bits = linear_bits;
  };
  for (const unsigned linear_bits : {2U, 4U, 6U, 7U, 8U}) add(0, linear_bits);
  std::uint32_t below = 0;
  std::size_t median = 0;
  while (median < histogram.used.size() && 2 * below < histogram.total) {
    below += histogram.counts[histogram.used[median++]];
  }
  if (median == 0) return models;
  const std::uint64_t base = RangeOfToken(kFineModel, histogram.used[median - 1])->base;
  const auto width = static_cast<unsigned>(std::bit_width(base));
  for (unsigned less = 0; less <= 4 && less < width; ++less) {
    add(std::min(width - less, TokenModel::kMaxShift), 2);
  }
  return models;
}

void ImproveBy(const Histogram& histogram, const TokenModel& mapping, std::uint32_t dominant_count,
               ChosenModel& best) {
  for (const TokenModel& model : Candidates(histogram, mapping)) {
    const double bits = CostOf(histogram, model, dominant_count);
    if (bits < best.bits) best = {model, bits};
  }
}

std::int64_t ApproximateMedian(std::span<const std::int64_t> values) {
  std::array<std::int64_t, kCenterProbes> probes;
  const std::size_t count = std::min(values.size(), kCenterProbes);
  for (std::size_t i = 0; i < count; ++i) probes[i] = values[i * values.size() / count];
  const auto middle = probes.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(probes.begin(), middle, probes.begin() + static_cast<std::ptrdiff_t>(count));
  return *middle;
}

/// The number that more than half of all have, if there is one (R. Boyer and J. Moore, "MJRTY: a
/// fast majority vote algorithm", 1981); else some number.
std::int64_t MajorityOf(std::span<const std::int64_t> values) {
  std::int64_t candidate = values.front();
  std::size_t votes = 0;
  for (const std::int64_t value : values) {
    if (votes == 0) candidate = value;
    votes += value == candidate ? 1 : -1;
  }
  return candidate;
}

/// Tries a token for a dominant number, with the others measured from their own middle.
void TryDominant(std::span<const std::int64_t> values, ChosenModel& best) {
  const std::int64_t majority = MajorityOf(values);
  const auto count = static_cast<std::size_t>(std::count(values.begin(), values.end(), majority));
  if (count * kDominantPart < values.size() || count == values.size()) return;
  std::vector<std::int64_t> others;
  others.reserve(values.size() - count);
  std::copy_if(values.begin(), values.end(), std::back_inserter(others),
               [&](std::int64_t value) { return value != majority; });
  TokenModel mapping{.zigzag = true, .center = ApproximateMedian(others), .dominant = majority};
  ImproveBy(MakeHistogram(values, mapping), mapping, static_cast<std::uint32_t>(count), best);
}

}  // namespace

std::optional<TokenRange> RangeOfToken(const TokenModel& model, std::size_t token) {
  if (model.dominant) {
    if (token == 0) return TokenRange{DistanceOf(model, *model.dominant), 0};
    --token;
  }
  const std::size_t linear = 1ULL << model.linear_bits;
  if (token < linear) {
    if (std::bit_width(token) + model.shift > 64) return std::nullopt;
    return TokenRange{std::uint64_t{token} << model.shift, model.shift};
  }
  const std::size_t power = model.linear_bits + (token - linear) / kRanges;
  if (power + model.shift > 63) return std::nullopt;
  const auto bits = static_cast<unsigned>(power + model.shift - kTokenRangeBits);
  return TokenRange{(kRanges + (token - linear) % kRanges) << bits, bits};
}

ChosenModel ChooseTokenModel(std::span<const std::int64_t> values) {
  ChosenModel best{.bits = std::numeric_limits<double>::infinity()};
  const TokenModel around{.zigzag = true, .center = ApproximateMedian(values)};
  ImproveBy(MakeHistogram(values, around), around, 0, best);
  const TokenModel above{.zigzag = false,
                         .center = *std::min_element(values.begin(), values.end())};
  ImproveBy(MakeHistogram(values, above), above, 0, best);
  if (best.bits > kDominantMinBits * static_cast<double>(values.size())) TryDominant(values, best);
  return best;
}

}  // namespace bedplate::historian

#include "historian/token_codec.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "historian/rans.h"

namespace bedplate::historian {
namespace {

TEST(TokenModelTest, EveryDistanceLiesInTheRangeOfItsToken) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const TokenModel model{.shift = static_cast<unsigned>(random() % 62),
                           .linear_bits = 2 + static_cast<unsigned>(random() % 7)};
    const std::uint64_t distance = random() >> (random() % 64);
    const auto range = RangeOfToken(model, TokenOfDistance(model, distance));
    ASSERT_TRUE(range);
    EXPECT_LE(range->bits, kMaxExtraBits);
    EXPECT_GE(distance, range->base);
    EXPECT_LT(distance - range->base, 1ULL << range->bits);
  }
}

TEST(TokenModelTest, RangesFollowEachOther) {
  for (const unsigned shift : {0U, 3U, 40U, 61U}) {
    for (unsigned linear_bits = 2; linear_bits <= 8; ++linear_bits) {
      const TokenModel model{.shift = shift, .linear_bits = linear_bits};
      std::uint64_t next = 0;
      std::size_t token = 0;
      while (const auto range = RangeOfToken(model, token)) {
        ASSERT_EQ(range->base, next) << shift << ' ' << linear_bits << ' ' << token;
        next += 1ULL << range->bits;
        ++token;
      }
      EXPECT_EQ(next, 0U) << "the last range ends with the last distance";
    }
  }
}

TEST(TokenFrequenciesTest, AddUpAndAreReadAsTheyWereWritten) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint32_t> counts(1 + random() % kMaxTokens);
    const auto spread = random() % 14;
    for (auto& count : counts) {
      count = random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(random() % (2ULL << spread));
    }
    counts.back() = 1;
    Bytes bytes;
    const TokenFrequencies written = PutFrequencies(counts, bytes);
    EXPECT_EQ((FrequencyTableBits(counts) + 7) / 8, bytes.size());
    EXPECT_EQ(std::accumulate(written.values.begin(), written.values.end(), 0U), kFrequencySum);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      EXPECT_EQ(written.values[i] > 0, counts[i] > 0);
    }
    ByteReader in(bytes);
    TokenFrequencies read;
    ASSERT_TRUE(TakeFrequencies(in, read));
    EXPECT_TRUE(in.AtEnd());
    EXPECT_EQ(read.values, written.values);
    EXPECT_EQ(read.used, written.used);
  }
}

TEST(RansTest, TokensComeBackAndCostTheirEntropy) {
  std::mt19937_64 random(3);
  for (const std::size_t size : {2U, 3U, 511U, 512U, 513U, 514U, 515U, 4096U}) {
    std::vector<std::uint8_t> tokens(size);
    for (auto& token : tokens) token = random() % 16 == 0 ? 1 : 0;
    tokens[0] = 1;
    tokens[1] = 0;
    std::vector<std::uint32_t> counts(2);
    for (const std::uint8_t token : tokens) ++counts[token];
    Bytes bytes;
    const TokenFrequencies frequencies = PutFrequencies(counts, bytes);
    bytes.clear();
    EncodeTokens(tokens, frequencies, bytes);
    // A sixteenth of ones is 0.34 bits a token.
    if (size == 4096) {
      EXPECT_LE(bytes.size(), 16 + size * 40 / 800);
    }
    ByteReader in(bytes);
    std::vector<std::uint8_t> decoded(size);
    ASSERT_TRUE(DecodeTokens(in, frequencies, decoded));
    EXPECT_TRUE(in.AtEnd());
    EXPECT_EQ(decoded, tokens);
    ByteReader part(ByteView(bytes).first(bytes.size() - 1));
    EXPECT_FALSE(DecodeTokens(part, frequencies, decoded));
  }
}

TEST(TokenCodecTest, RoundTripsUnderEveryModel) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 3000; ++round) {
    TokenModel model{.zigzag = random() % 2 == 0,
                     .center = static_cast<std::int64_t>(random() >> (random() % 64)),
                     .shift = 20 + static_cast<unsigned>(random() % 42),
                     .linear_bits = 2 + static_cast<unsigned>(random() % 4)};
    std::vector<std::int64_t> values(1 + random() % 700);
    for (auto& value : values) value = static_cast<std::int64_t>(random() >> (random() % 64));
    if (random() % 2 == 0) model.dominant = values[0];
    Bytes bytes;
    EncodeTokenized(values, model, bytes);
    std::vector<std::int64_t> decoded(values.size());
    ByteReader in(bytes);
    ASSERT_TRUE(DecodeTokenized(in, false, 0, decoded));
    EXPECT_TRUE(in.AtEnd());
    ASSERT_EQ(decoded, values);
    ByteReader again(bytes);
    ASSERT_TRUE(DecodeTokenized(again, true, 7, decoded));
    std::uint64_t sum = 7;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += static_cast<std::uint64_t>(values[i]);
      ASSERT_EQ(decoded[i], static_cast<std::int64_t>(sum));
    }
  }
}

TEST(TokenCodecTest, TheChosenModelIsAboutAsGoodAsAny) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal(0, 1);
  for (const double sigma : {0.4, 3.0, 30.0, 4000.0, 1e9}) {
    std::vector<std::int64_t> values(2500);
    for (auto& value : values) value = std::llround(normal(random) * sigma) + 1'000'000;
    Bytes chosen;
    EncodeTokenized(values, ChooseTokenModel(values).model, chosen);
    std::size_t best = SIZE_MAX;
    for (unsigned shift = 0; shift < 32; ++shift) {
      for (const unsigned linear_bits : {2U, 3U, 4U, 5U}) {
        const TokenModel model{.center = 1'000'000, .shift = shift, .linear_bits = linear_bits};
        Bytes bytes;
        EncodeTokenized(values, model, bytes);
        best = std::min(best, bytes.size());
      }
    }
    EXPECT_LE(chosen.size(), best + best / 100 + 8) << sigma;
  }
}

}  // namespace
}  // namespace bedplate::historian

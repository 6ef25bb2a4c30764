#include "historian/codecs.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "historian/format.h"
#include "historian/integer_codec.h"

namespace bedplate::historian {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

/// Sizes at which groups, bytes and words begin and end.
const std::vector<std::size_t> kSizes = {1,   2,   3,   7,   8,   9,    127,
                                         128, 129, 255, 256, 257, 1000, 4096};

template <typename T>
Bytes Encode(void (*encode)(std::span<const T>, Bytes&), const std::vector<T>& values) {
  Bytes out;
  encode(values, out);
  return out;
}

std::vector<std::uint64_t> BitsOf(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

/// Encodes, decodes, compares bit for bit; also every cut of the bytes must be refused or decode
/// without a fault. Returns the size.
std::size_t RoundTripDoubles(const std::vector<double>& values) {
  const Bytes bytes = Encode<double>(EncodeDoubles, values);
  ByteReader in(bytes);
  std::vector<double> decoded;
  EXPECT_TRUE(DecodeDoubles(in, values.size(), decoded));
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(BitsOf(decoded), BitsOf(values));
  for (std::size_t cut = 0; cut < bytes.size(); cut += bytes.size() / 17 + 1) {
    ByteReader part(ByteView(bytes).first(cut));
    static_cast<void>(DecodeDoubles(part, values.size(), decoded));
  }
  return bytes.size();
}

std::size_t RoundTripIntegers(const std::vector<std::int64_t>& values) {
  const Bytes bytes = Encode<std::int64_t>(EncodeInt64s, values);
  ByteReader in(bytes);
  std::vector<std::int64_t> decoded;
  EXPECT_TRUE(DecodeInt64s(in, values.size(), decoded));
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(decoded, values);
  return bytes.size();
}

std::size_t RoundTripTimes(const std::vector<std::int64_t>& times) {
  const Bytes bytes = Encode<std::int64_t>(EncodeTimes, times);
  ByteReader in(bytes);
  std::vector<std::int64_t> decoded;
  EXPECT_TRUE(DecodeTimes(in, times.size(), times.front(), decoded));
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(decoded, times);
  return bytes.size();
}

TEST(IntegerCodecTest, RoundTripsNumbersOfEveryWidth) {
  std::mt19937_64 random(1);
  for (const std::size_t size : kSizes) {
    for (unsigned width = 0; width <= 64; ++width) {
      std::vector<std::int64_t> values(size);
      for (auto& value : values) {
        value = static_cast<std::int64_t>(width == 0 ? 0 : random() >> (64 - width));
        if (random() % 2 == 0)
          value = static_cast<std::int64_t>(-static_cast<std::uint64_t>(value));
      }
      RoundTripIntegers(values);
    }
  }
}

TEST(IntegerCodecTest, ExtremesWrapAround) {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  RoundTripIntegers({least, most, least, most, 0, -1, 1, most, most, least});
}

TEST(IntegerCodecTest, ALineCostsNextToNothing) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < 4096; ++i) values.push_back(17 + 1000 * i);
  EXPECT_LE(RoundTripIntegers(values), 80U);
}

TEST(IntegerCodecTest, RefusesBytesThatDoNotReach) {
  Bytes bytes;
  EncodeIntegers(std::vector<std::int64_t>{1, 5, 2, 900}, bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    ByteReader in(ByteView(bytes).first(cut));
    std::vector<std::int64_t> decoded;
    EXPECT_FALSE(DecodeIntegers(in, 4, decoded)) << cut;
  }
}

TEST(IntegerCodecTest, AWalkComesNearItsEntropy) {
  std::mt19937_64 random(12);
  std::normal_distribution<double> step(0, 30);
  std::vector<std::int64_t> values(2500);
  double level = 0;
  for (auto& value : values) {
    level += step(random);
    value = static_cast<std::int64_t>(std::lround(level));
  }
  // log2(30 sqrt(2 pi e)) = 6.95 bits a number, and 50 bytes for tables and states.
  EXPECT_LE(RoundTripIntegers(values), values.size() * 695 / 800 + 50);
}

TEST(IntegerCodecTest, FewNumbersOfAnyKind) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> values(1 + random() % 40);
    const auto width = random() % 64;
    for (auto& value : values)
      value = static_cast<std::int64_t>(random() >> width) * (random() % 3 != 0 ? 1 : 0);
    RoundTripIntegers(values);
  }
}

TEST(TimeCodecTest, RoundTripsJitterGapsAndLateStarts) {
  std::mt19937_64 random(2);
  for (const std::size_t size : kSizes) {
    for (const std::int64_t unit : {std::int64_t{1}, kMillisecond, 60'000 * kMillisecond}) {
      std::vector<std::int64_t> times = {static_cast<std::int64_t>(random() % 1'000'000'000'000)};
      while (times.size() < size) {
        const std::int64_t step = random() % 50 == 0 ? static_cast<std::int64_t>(random() % 99'999)
                                                     : static_cast<std::int64_t>(random() % 3);
        times.push_back(times.back() + (step + 1) * unit);
      }
      RoundTripTimes(times);
    }
  }
}

TEST(TimeCodecTest, AConstantStrideIsAFewBytesAndOneSampleIsTwo) {
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < 4096; ++i) times.push_back(900'000 * kMillisecond * i);
  EXPECT_LE(RoundTripTimes(times), 8U);
  EXPECT_EQ(RoundTripTimes({5}), 2U);
}

TEST(DoubleCodecTest, RoundTripsWhatIsHardToScale) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  const double infinite = std::numeric_limits<double>::infinity();
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  RoundTripDoubles({0.0, -0.0, 1.0, -1.0, 0.1, 0.3, 1e15, 9007199254740993.0, 1e300, -1e-300});
  RoundTripDoubles({tiny, -tiny, huge, -huge, infinite, -infinite, not_a_number});
  RoundTripDoubles({-0.0, -0.0, -0.0});
  RoundTripDoubles({1.1, -0.0, 2.2, 0.0, 3.3});
}

TEST(DoubleCodecTest, RoundTripsDecimalsOfEveryPrecision) {
  std::mt19937_64 random(3);
  for (const std::size_t size : kSizes) {
    for (int digits = 0; digits < 18; ++digits) {
      const double power = std::pow(10.0, digits);
      std::vector<double> values(size);
      std::int64_t walk = 2000;
      for (double& value : values) {
        walk += static_cast<std::int64_t>(random() % 61) - 30;
        value = static_cast<double>(walk) / power;
      }
      RoundTripDoubles(values);
    }
  }
}

TEST(DoubleCodecTest, RoundTripsAnyBits) {
  std::mt19937_64 random(4);
  for (const std::size_t size : kSizes) {
    std::vector<double> values(size);
    for (double& value : values) value = std::bit_cast<double>(random());
    EXPECT_LE(RoundTripDoubles(values), size * sizeof(double) + 1);
    for (double& value : values) value = std::sin(static_cast<double>(random() % 100));
    RoundTripDoubles(values);
  }
}

TEST(DoubleCodecTest, PlantDecimalsTakeAboutAByteAndConstantsNine) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> step(0, 0.3);
  double level = 20;
  std::vector<double> values(2500);
  for (double& value : values) {
    level += step(random);
    value = std::round(level * 100) / 100;
  }
  EXPECT_LE(RoundTripDoubles(values), values.size() * 11 / 10);
  EXPECT_EQ(RoundTripDoubles(std::vector<double>(4096, 21.5)), 9U);
}

TEST(DoubleCodecTest, FloatsOfADecimalTakeAsLittleAsTheDecimal) {
  std::mt19937_64 random(8);
  std::vector<double> values(2000);
  std::int64_t level = 213;
  for (double& value : values) {
    level += static_cast<std::int64_t>(random() % 7) - 3;
    value = static_cast<double>(static_cast<float>(static_cast<double>(level) / 10));
  }
  EXPECT_LE(RoundTripDoubles(values), values.size() / 2);
}

TEST(DoubleCodecTest, DecimalsBesideTheNearestDoubleAreCorrected) {
  std::mt19937_64 random(9);
  std::vector<double> values(2000);
  std::int64_t level = 7'396'732;
  for (double& value : values) {
    level += static_cast<std::int64_t>(random() % 1001) - 500;
    value = static_cast<double>(level) / 1e5;
    if (random() % 20 == 0) value = std::nextafter(value, 1000);
  }
  values[77] = -0.0;
  values[78] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_LE(RoundTripDoubles(values), values.size() * 3 / 2);
}

TEST(DoubleCodecTest, ManyZerosBetweenFullEntropyCostNextToNothing) {
  std::mt19937_64 random(10);
  std::vector<double> values(3000, 0.0);
  for (std::size_t i = 0; i < 300; ++i) {
    values[i * 10] = 50 + static_cast<double>(random() % (1ULL << 50)) * 0x1p-45;
  }
  EXPECT_LE(RoundTripDoubles(values), 300 * 8 + values.size() / 12);
}

TEST(IntegerCodecTest, WhatRepeatsItselfIsCompressed) {
  std::vector<std::int64_t> values;
  std::mt19937_64 random(11);
  std::vector<std::int64_t> day(96);
  for (auto& value : day) value = static_cast<std::int64_t>(random() % 100'000);
  for (int i = 0; i < 30; ++i) values.insert(values.end(), day.begin(), day.end());
  EXPECT_LE(RoundTripIntegers(values), 600U);
}

TEST(BoolCodecTest, RoundTripsRunsAndNoise) {
  std::mt19937_64 random(6);
  for (const std::size_t size : kSizes) {
    for (const std::uint64_t change_one_in : {2U, 100U, 100'000U}) {
      std::vector<std::uint8_t> values(size);
      std::uint8_t value = 0;
      for (auto& entry : values) entry = value ^= random() % change_one_in == 0 ? 1 : 0;
      const Bytes bytes = Encode<std::uint8_t>(EncodeBools, values);
      EXPECT_LE(bytes.size(), size / 8 + 4);
      ByteReader in(bytes);
      std::vector<std::uint8_t> decoded;
      ASSERT_TRUE(DecodeBools(in, size, decoded));
      EXPECT_EQ(decoded, values);
    }
  }
}

TEST(StringCodecTest, RoundTripsRepeatedAndDistinctTexts) {
  std::mt19937_64 random(7);
  for (const std::size_t size : kSizes) {
    for (const std::uint64_t distinct : {1U, 3U, 100'000U}) {
      std::vector<std::string> values(size);
      for (auto& value : values) {
        value = std::string(random() % 5, '\xC3') + std::to_string(random() % distinct);
      }
      const Bytes bytes = Encode<std::string>(EncodeStrings, values);
      ByteReader in(bytes);
      std::vector<std::string> decoded;
      ASSERT_TRUE(DecodeStrings(in, size, decoded));
      EXPECT_EQ(decoded, values);
    }
  }
}

TEST(StringCodecTest, TextsThatAreAlikeAreCompressed) {
  std::vector<std::string> values;
  std::size_t bytes_of_text = 0;
  for (int i = 0; i < 400; ++i) {
    values.push_back("Filler 3: torque above limit, attempt " + std::to_string(i * 7));
    bytes_of_text += values.back().size();
  }
  const Bytes bytes = Encode<std::string>(EncodeStrings, values);
  EXPECT_LE(bytes.size(), bytes_of_text / 5);
  ByteReader in(bytes);
  std::vector<std::string> decoded;
  ASSERT_TRUE(DecodeStrings(in, values.size(), decoded));
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(decoded, values);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    ByteReader part(ByteView(bytes).first(cut));
    EXPECT_FALSE(DecodeStrings(part, values.size(), decoded)) << cut;
  }
}

TEST(StringCodecTest, RefusesToUnfoldASmallFileIntoALotOfMemory) {
  const std::vector<std::string> values(8, std::string(kMaxStringBytes / 2, 'x'));
  const Bytes bytes = Encode<std::string>(EncodeStrings, values);
  EXPECT_LT(bytes.size(), kMaxStringBytes);
  ByteReader in(bytes);
  std::vector<std::string> decoded;
  EXPECT_FALSE(DecodeStrings(in, values.size(), decoded));
}

TEST(QualityCodecTest, RoundTripsAndKeepsAllGoodEmpty) {
  for (const std::vector<std::uint32_t>& values :
       {std::vector<std::uint32_t>{}, std::vector<std::uint32_t>{0, 0, 0x80000000, 0},
        std::vector<std::uint32_t>(4, 0x40000000)}) {
    const Bytes bytes = Encode<std::uint32_t>(EncodeQualities, values);
    ByteReader in(bytes);
    std::vector<std::uint32_t> decoded;
    ASSERT_TRUE(DecodeQualities(in, 4, decoded));
    EXPECT_EQ(decoded, values);
  }
}

}  // namespace
}  // namespace bedplate::historian

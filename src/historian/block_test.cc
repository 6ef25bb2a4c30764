// The laws of a block: what is decoded is what was encoded, in either form; what the header says is
// what the samples say; and a damaged block is refused.

#include "historian/block.h"
#include "base/crc32c.h"

#include <bit>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "historian/format.h"
#include "historian/segment_format.h"

namespace bedplate::historian {
namespace {

constexpr std::int64_t kSecond = kNanosecondsPerSecond;

struct Shape {
  ValueType type = ValueType::kDouble;
  bool even = true;
  bool all_good = true;
  bool decimal = true;
};

Value RandomValue(const Shape& shape, std::mt19937_64& random) {
  switch (shape.type) {
    case ValueType::kDouble:
      return shape.decimal ? (static_cast<double>(random() % 20'001) - 10'000) / 100
                           : std::sin(static_cast<double>(random() % 100'000)) * 100;
    case ValueType::kInt64: return static_cast<std::int64_t>(random() % 2001) - 1000;
    case ValueType::kBool: return random() % 3 == 0;
    case ValueType::kString: return "state " + std::to_string(random() % 5);
  }
  return 0.0;
}

SampleColumns MakeSamples(const Shape& shape, std::size_t count, std::mt19937_64& random) {
  SampleColumns samples;
  samples.type = shape.type;
  std::int64_t time = 1'514'764'800 * kSecond;
  for (std::size_t i = 0; i < count; ++i) {
    const bool good = shape.all_good || random() % 4 != 0;
    samples.Push({Timestamp(time), RandomValue(shape, random), good ? kGood : kBadOutOfRange});
    time += shape.even ? kSecond : kSecond + static_cast<std::int64_t>(random() % 1000) * 1'000'000;
  }
  return samples;
}

std::vector<Shape> AllShapes() {
  std::vector<Shape> shapes;
  for (const auto type :
       {ValueType::kDouble, ValueType::kInt64, ValueType::kBool, ValueType::kString}) {
    for (unsigned form = 0; form < 8; ++form) {
      shapes.push_back({type, (form & 1U) != 0, (form & 2U) != 0, (form & 4U) != 0});
    }
  }
  return shapes;
}

void ExpectSame(const SampleColumns& actual, const SampleColumns& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(actual.At(i), expected.At(i)) << i;
}

TEST(BlockTest, DecodesToWhatWasEncoded) {
  std::mt19937_64 random(1);
  for (const Shape& shape : AllShapes()) {
    for (const std::size_t count : {1U, 2U, 3U, 50U, 511U, 512U, 1000U, 4096U}) {
      const SampleColumns samples = MakeSamples(shape, count, random);
      const EncodedBlock block = EncodeBlock(samples);
      const auto decoded = DecodeBlock(block.header, shape.type, block.payload);
      ASSERT_TRUE(decoded.ok()) << decoded.error().ToString();
      ExpectSame(*decoded, samples);
      EXPECT_TRUE(Describes(block.header, samples));
    }
  }
}

TEST(BlockTest, NumbersAreThoseOfTheSamples) {
  std::mt19937_64 random(2);
  NumberBlock numbers;
  for (const Shape& shape : AllShapes()) {
    if (shape.type == ValueType::kString) continue;
    const SampleColumns samples = MakeSamples(shape, 1 + random() % 700, random);
    const EncodedBlock block = EncodeBlock(samples);
    ASSERT_TRUE(DecodeNumbers(block.header, shape.type, block.payload, numbers).ok());
    ASSERT_EQ(numbers.count, samples.size());
    EXPECT_EQ(numbers.times.empty(), numbers.stride != 0);
    EXPECT_EQ(numbers.qualities, samples.qualities);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      ASSERT_EQ(numbers.TimeAt(i), samples.times[i]);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(numbers.values[i]),
                std::bit_cast<std::uint64_t>(samples.NumberAt(i)));
    }
  }
}

/// Plain sums in long double, to compare with.
struct Sums {
  long double sum = 0;
  long double step = 0;
  long double linear = 0;
};

Sums SumsOf(const SampleColumns& samples) {
  Sums sums;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples.QualityAt(i).IsGood()) sums.sum += samples.NumberAt(i);
    if (i == 0) continue;
    const auto seconds = static_cast<long double>(samples.times[i] - samples.times[i - 1]) / 1e9L;
    sums.step += samples.NumberAt(i - 1) * seconds;
    sums.linear += (samples.NumberAt(i - 1) + samples.NumberAt(i)) / 2.0L * seconds;
  }
  return sums;
}

TEST(BlockTest, StatisticsAreThoseOfTheSamples) {
  std::mt19937_64 random(3);
  for (const Shape& shape : AllShapes()) {
    if (shape.type == ValueType::kString) continue;
    const SampleColumns samples = MakeSamples(shape, 2 + random() % 3000, random);
    const BlockHeader header = EncodeBlock(samples).header;
    const Sums sums = SumsOf(samples);
    const double tolerance = 1e-9 * static_cast<double>(samples.size());
    EXPECT_NEAR(header.statistics.sum, static_cast<double>(sums.sum), tolerance);
    if (!shape.all_good) continue;
    EXPECT_NEAR(header.statistics.step_integral, static_cast<double>(sums.step), tolerance);
    EXPECT_NEAR(header.statistics.linear_integral, static_cast<double>(sums.linear), tolerance);
    EXPECT_EQ(header.statistics.first, samples.NumberAt(0));
    EXPECT_EQ(header.statistics.last, samples.NumberAt(samples.size() - 1));
  }
}

TEST(BlockTest, ASumOfDecimalsIsExact) {
  SampleColumns samples;
  for (int i = 0; i < 10; ++i) samples.Push({Timestamp(i * kSecond), 0.1, kGood});
  samples.Push({Timestamp(10 * kSecond), 0.2, kGood});
  EXPECT_EQ(EncodeBlock(samples).header.statistics.sum, 1.2);
}

TEST(BlockTest, NumbersThatAreNoneAndSumsBeyondADoubleAreDescribed) {
  for (const double value : {std::nan(""), HUGE_VAL, 1e308, -0.0}) {
    SampleColumns samples;
    for (int i = 0; i < 20; ++i) samples.Push({Timestamp(i * kSecond), value, kGood});
    samples.Push({Timestamp(20 * kSecond), 1.5, kGood});
    const EncodedBlock block = EncodeBlock(samples);
    EXPECT_TRUE(Describes(block.header, samples));
    EXPECT_TRUE(DecodeBlock(block.header, ValueType::kDouble, block.payload).ok());
  }
}

TEST(BlockTest, EveryFlippedBitOfAPayloadIsRefused) {
  std::mt19937_64 random(4);
  EncodedBlock block = EncodeBlock(MakeSamples({}, 300, random));
  for (std::size_t bit = 0; bit < block.payload.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    block.payload[bit / 8] ^= mask;
    EXPECT_FALSE(DecodeBlock(block.header, ValueType::kDouble, block.payload).ok());
    block.payload[bit / 8] ^= mask;
  }
}

/// Times that begin behind the header's are no even row that begins there, whatever their distance.
TEST(BlockTest, TimesThatDoNotBeginWithTheHeadersAreRefused) {
  Bytes payload;
  for (const unsigned byte : {6U, 2U, 1U, 0U, 2U, 2U, 8U}) {  // unit 1, packed from 1: 1 3
    payload.push_back(static_cast<std::byte>(byte));
  }
  payload.push_back(std::byte{1});  // constant
  PutFixed(payload, 21.5);
  BlockHeader header;
  header.count = 2;
  header.last_time = 3;
  header.payload_crc = Crc32c(payload);
  for (const std::int64_t first_time : {0, 1}) {
    header.first_time = first_time;
    EXPECT_EQ(DecodeBlock(header, ValueType::kDouble, payload).error().code(),
              ErrorCode::kCorruption);
    NumberBlock numbers;
    EXPECT_FALSE(DecodeNumbers(header, ValueType::kDouble, payload, numbers).ok());
  }
}

TEST(BlockTest, AnotherValueIsNotDescribed) {
  std::mt19937_64 random(5);
  SampleColumns samples = MakeSamples({}, 300, random);
  const BlockHeader header = EncodeBlock(samples).header;
  samples.doubles[17] += 0.01;
  EXPECT_FALSE(Describes(header, samples));
}

bool SameHeader(const BlockHeader& a, const BlockHeader& b) {
  const auto bits = [](const BlockStatistics& s) {
    return std::bit_cast<std::array<std::uint64_t, 7>>(s);
  };
  return a.count == b.count && a.good_count == b.good_count && a.first_time == b.first_time &&
         a.last_time == b.last_time && a.payload_offset == b.payload_offset &&
         a.payload_bytes == b.payload_bytes && a.payload_crc == b.payload_crc &&
         a.version == b.version && a.even == b.even && a.has_qualities == b.has_qualities &&
         a.has_statistics == b.has_statistics && bits(a.statistics) == bits(b.statistics);
}

TEST(IndexPageTest, HeadersAreReadAsTheyWereWritten) {
  std::mt19937_64 random(6);
  std::vector<SeriesBlocks> written;
  std::uint64_t offset = 32;
  Bytes page;
  for (const Shape& shape : AllShapes()) {
    SeriesBlocks series{TagId(written.size() * 3 + 1), shape.type, {}};
    for (std::size_t i = 0; i <= written.size() % 3; ++i) {
      SampleColumns samples = MakeSamples(shape, 1 + random() % 200, random);
      for (auto& time : samples.times) time += static_cast<std::int64_t>(i) * 1'000'000 * kSecond;
      EncodedBlock block = EncodeBlock(samples);
      block.header.payload_offset = offset;
      offset += block.header.payload_bytes;
      series.blocks.push_back(block.header);
    }
    PutSeriesBlocks(page, written.empty() ? SeriesBlocks{} : written.back(), series);
    written.push_back(std::move(series));
    offset += written.size() % 5 == 0 ? 7 : 0;
  }
  const auto read = ParsePage(page, offset, 2);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  ASSERT_EQ(read->size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    ASSERT_EQ((*read)[i].tag, written[i].tag);
    ASSERT_EQ((*read)[i].blocks.size(), written[i].blocks.size());
    for (std::size_t k = 0; k < written[i].blocks.size(); ++k) {
      EXPECT_TRUE(SameHeader((*read)[i].blocks[k], written[i].blocks[k])) << i << ' ' << k;
    }
  }
}

TEST(IndexPageTest, TagsRecordedTogetherSayTheirTimesOnce) {
  std::mt19937_64 random(7);
  Bytes page;
  SeriesBlocks previous;
  std::size_t last_size = 0;
  for (std::uint64_t tag = 1; tag < 20; ++tag) {
    EncodedBlock block = EncodeBlock(MakeSamples({}, 2500, random));
    block.header.payload_offset =
        previous.blocks.empty()
            ? 32
            : previous.blocks.back().payload_offset + previous.blocks.back().payload_bytes;
    const SeriesBlocks series{TagId(tag), ValueType::kDouble, {block.header}};
    last_size = page.size();
    PutSeriesBlocks(page, previous, series);
    previous = series;
  }
  EXPECT_LE(page.size() - last_size, 26U);
}

}  // namespace
}  // namespace bedplate::historian

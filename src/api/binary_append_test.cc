#include "api/binary_append.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/bytes.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

PathBatch Batch(ValueType type, std::size_t count, bool has_qualities) {
  PathBatch batch{.path = "mill/press/größe", .unit = "degC", .samples = {}, .origin = {}};
  batch.samples.type = type;
  const Value values[] = {2.5, std::int64_t{-7}, true, std::string("läuft")};
  for (std::size_t i = 0; i < count; ++i) {
    const Quality quality = has_qualities && i % 2 == 1 ? kBad : kGood;
    batch.samples.Push({Timestamp(static_cast<std::int64_t>(i) - 3),
                        values[static_cast<std::size_t>(type) - 1], quality});
  }
  return batch;
}

void ExpectSame(const PathBatch& a, const PathBatch& b) {
  EXPECT_EQ(a.path, b.path);
  EXPECT_EQ(a.unit, b.unit);
  ASSERT_EQ(a.samples.size(), b.samples.size());
  for (std::size_t i = 0; i < a.samples.size(); ++i) EXPECT_EQ(a.samples.At(i), b.samples.At(i));
}

std::vector<PathBatch> AllKinds() {
  std::vector<PathBatch> batches;
  for (int type = 1; type <= 4; ++type) {
    for (const std::size_t count : {1, 2, 7, 8, 9}) {
      batches.push_back(Batch(static_cast<ValueType>(type), count, count % 2 == 1));
    }
  }
  return batches;
}

TEST(BinaryAppendTest, EveryTypeAndLengthRoundTrips) {
  const std::vector<PathBatch> batches = AllKinds();
  const auto parsed = ParseBinaryAppend(FormatBinaryAppend(batches));
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  ASSERT_EQ(parsed->size(), batches.size());
  for (std::size_t i = 0; i < batches.size(); ++i) ExpectSame((*parsed)[i], batches[i]);
  EXPECT_EQ((*parsed)[2].origin.PlaceOf(16), "block 3 sample 17");
}

/// Written by hand from docs/formats/append.md.
TEST(BinaryAppendTest, ReadsTheBytesOfTheDocument) {
  const std::string body(
      "BEDPLAPP\x01\0\0\0\0\0\0\0"
      "\x02\0\0\0\x05\0\x02\0\x01\x01\0\0\0\0\0\0"
      "a/b/ckW\0"
      "\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\xF8\x3F\0\0\0\0\0\0\0\x40"
      "\0\0\0\0\0\0\0\x80",
      16 + 16 + 8 + 16 + 16 + 8);
  const auto parsed = ParseBinaryAppend(body);
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  ASSERT_EQ(parsed->size(), 1U);
  const PathBatch& batch = parsed->front();
  EXPECT_EQ(batch.path, "a/b/c");
  EXPECT_EQ(batch.unit, "kW");
  ASSERT_EQ(batch.samples.size(), 2U);
  EXPECT_EQ(batch.samples.At(0), (Sample{Timestamp(1), 1.5, kGood}));
  EXPECT_EQ(batch.samples.At(1), (Sample{Timestamp(2), 2.0, kBad}));
}

/// Cut anywhere but between two blocks a body is refused as a whole.
TEST(BinaryAppendTest, CutBodiesAreRefused) {
  const std::string body = FormatBinaryAppend(AllKinds());
  std::size_t whole = 0;
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto parsed = ParseBinaryAppend(std::string_view(body).substr(0, size));
    if (parsed.ok()) {
      ++whole;
    } else {
      EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalidArgument);
    }
  }
  EXPECT_EQ(whole, AllKinds().size());
}

/// Found by the fuzzer: the body ends within the padding in front of the qualities.
TEST(BinaryAppendTest, ABodyThatEndsInPaddingIsRefused) {
  const std::string body = FormatBinaryAppend({Batch(ValueType::kBool, 1, true)});
  const auto parsed = ParseBinaryAppend(std::string_view(body).substr(0, body.size() - 12));
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalidArgument);
}

TEST(BinaryAppendTest, FaultsNameTheirBlock) {
  const std::string good = FormatBinaryAppend({Batch(ValueType::kBool, 3, false)});
  const auto refusal = [&](std::size_t at, char byte) {
    std::string body = good;
    body[at] = byte;
    const auto parsed = ParseBinaryAppend(body);
    return parsed.ok() ? "it was taken" : parsed.error().message();
  };
  EXPECT_THAT(refusal(0, 'X'), HasSubstr("BEDPLAPP"));
  EXPECT_THAT(refusal(8, 2), HasSubstr("expected 1, got 2"));
  EXPECT_THAT(refusal(16, 0), HasSubstr("block 1: expected at least 1 sample"));
  EXPECT_THAT(refusal(24, 9), HasSubstr("block 1: value type: expected 1 to 4, got 9"));
  EXPECT_THAT(refusal(25, 2), HasSubstr("block 1: flags: expected 0 or 1, got 2"));
  EXPECT_THAT(refusal(16 + 16 + 24 + 24, 7), HasSubstr("block 1: bool: expected 0 or 1, got 7"));
}

}  // namespace
}  // namespace bedplate

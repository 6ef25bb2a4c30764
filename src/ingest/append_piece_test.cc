#include "ingest/append_piece.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

SampleColumns Texts(const std::vector<std::size_t>& lengths) {
  SampleColumns samples;
  samples.type = ValueType::kString;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    samples.Push({Timestamp(static_cast<std::int64_t>(i)), std::string(lengths[i], 'x'),
                  i % 2 == 0 ? kGood : kBad});
  }
  return samples;
}

TEST(CutIntoPieces, LeavesWhatFits) {
  EXPECT_EQ(CutIntoPieces(Texts({1, 2, 3}), LogBytes(Texts({1, 2, 3}))).size(), 1U);
  EXPECT_EQ(CutIntoPieces(Texts({1, 2, 3}), LogBytes(Texts({1, 2, 3})) - 1).size(), 2U);
}

TEST(CutIntoPieces, KeepsEverySampleInOrderAndTheLimit) {
  constexpr std::uint64_t kLimit = 10'000;
  const SampleColumns samples = Texts({0, 3'000, 4'000, 5'000, 20'000, 10, 7'900, 7'900, 1});
  std::size_t next = 0;
  for (const SampleColumns& piece : CutIntoPieces(samples, kLimit)) {
    EXPECT_TRUE(piece.size() == 1 || LogBytes(piece) <= kLimit);
    ASSERT_FALSE(piece.empty());
    for (std::size_t i = 0; i < piece.size(); ++i) EXPECT_EQ(piece.At(i), samples.At(next++));
  }
  EXPECT_EQ(next, samples.size());
}

}  // namespace
}  // namespace bedplate

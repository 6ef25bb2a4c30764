#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace bedplate {
namespace {

Result<std::unique_ptr<int>> Half(int number) {
  if (number % 2 != 0) return Error(ErrorCode::kInvalidArgument, "expected an even number");
  return std::make_unique<int>(number / 2);
}

Result<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Half(number));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> quarter, Half(*half));
  return *quarter;
}

Status CheckQuarter(int number) {
  RETURN_IF_ERROR(Quarter(number));
  return {};
}

TEST(ResultTest, CarriesAValueOrAnError) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_TRUE(CheckQuarter(12).ok());
  ASSERT_FALSE(Quarter(6).ok());
  EXPECT_EQ(Quarter(6).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(CheckQuarter(7).error().message(), "expected an even number");
}

TEST(ResultTest, AValueOutlivesItsTemporaryResult) {
  const auto words = [] { return Result<std::vector<std::string>>({"a", "b"}); };
  std::string all;
  for (const std::string& word : words().value()) all += word;
  for (const std::string& word : *words()) all += word;
  EXPECT_EQ(all, "abab");
}

TEST(ErrorTest, ContextGrowsOutermostFirst) {
  const Error error = Error(ErrorCode::kInvalidArgument, "expected a unit").At("tags").At("a:12");
  EXPECT_EQ(error.context(), "a:12: tags");
  EXPECT_EQ(error.ToString(), "a:12: tags: expected a unit");
  EXPECT_EQ(Error(ErrorCode::kIo, "full").ToString(), "full");
}

TEST(ErrorTest, IsRetryableOnlyWhenItSaysSo) {
  EXPECT_FALSE(Error(ErrorCode::kUnavailable, "busy").retryable());
  EXPECT_TRUE(Error(ErrorCode::kUnavailable, "busy").Retryable().retryable());
}

TEST(ErrorTest, CodesHaveDistinctNames) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    names.insert(ErrorCodeName(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
}

TEST(ResultDeathTest, ReadingWhatIsNotThereIsABug) {
  EXPECT_DEATH((void)Quarter(6).value(), "CHECK failed");
  EXPECT_DEATH((void)Quarter(12).error(), "CHECK failed");
  EXPECT_DEATH((void)Status().error(), "CHECK failed");
}

TEST(ErrorTest, APlaceIsNamedOnce) {
  const Error error = Error(ErrorCode::kIo, "cannot open").At("wal/1.wal").At("wal/1.wal");
  EXPECT_EQ(error.ToString(), "wal/1.wal: cannot open");
  const Error inner = Error(ErrorCode::kIo, "cannot open").At("1.wal").At("wal").At("wal");
  EXPECT_EQ(inner.ToString(), "wal: 1.wal: cannot open");
  EXPECT_EQ(Error(ErrorCode::kIo, "no").At("a.csv").At("a").ToString(), "a: a.csv: no");
}

}  // namespace
}  // namespace bedplate

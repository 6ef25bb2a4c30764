#include "historian/series_registry.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

TEST(SeriesRegistryTest, PathsThatNeverGetASampleAreBounded) {
  SeriesRegistry registry;
  for (std::uint64_t i = 0; i < kMaxUnloggedSeries; ++i) {
    ASSERT_TRUE(registry.Resolve("refused/" + std::to_string(i), ValueType::kDouble).ok());
  }
  const auto refused = registry.Resolve("one/more", ValueType::kDouble);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().ToString(), testing::HasSubstr("one/more"));
  const auto known = registry.Resolve("refused/7", ValueType::kDouble);
  ASSERT_TRUE(known.ok());
  (*known)->SetLogged();
  (*known)->SetLogged();
  EXPECT_TRUE(registry.Resolve("one/more", ValueType::kDouble).ok());
  EXPECT_FALSE(registry.Resolve("two/more", ValueType::kDouble).ok());
}

TEST(SeriesRegistryTest, APathWithoutASampleIsNotWrittenToTheManifest) {
  TestStore store;
  const TagId kept = store.Tag("kept");
  store.Tag("refused");
  store.Append(kept, {1, 2}, {1.0, 2.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  const TagId late = store.Tag("late");
  store.Append(late, {1}, {1.0});
  store.Reopen();
  EXPECT_FALSE(store.historian().Find("refused"));
  ASSERT_TRUE(store.historian().Find("kept"));
  EXPECT_EQ(store.historian().Find("kept")->samples, 2U);
  ASSERT_TRUE(store.historian().Find("late"));
  EXPECT_EQ(store.historian().Find("late")->id, late);
  EXPECT_EQ(store.historian().Find("late")->samples, 1U);
}

}  // namespace
}  // namespace bedplate::historian

#include "base/helper_pool.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(HelperPoolTest, EveryPartRunsOnceWhateverTheHelpers) {
  for (const std::size_t helpers : {0U, 1U, 3U}) {
    HelperPool pool(helpers);
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
      std::vector<std::atomic<int>> calls(count);
      const Status status = pool.ForEach(count, [&calls](std::size_t i) {
        ++calls[i];
        return Status();
      });
      EXPECT_TRUE(status.ok());
      for (const std::atomic<int>& number : calls) EXPECT_EQ(number, 1);
    }
  }
}

TEST(HelperPoolTest, AnErrorEndsTheWorkAndTheFirstIsTold) {
  HelperPool pool(1);
  std::atomic<std::size_t> calls = 0;
  const Status status = pool.ForEach(100'000, [&calls](std::size_t i) -> Status {
    ++calls;
    if (i < 10) return {};
    return Error(ErrorCode::kCancelled, "part " + std::to_string(i));
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "part 10");
  EXPECT_LT(calls, 20U);
}

TEST(HelperPoolTest, ManyCallersShareTheHelpers) {
  HelperPool pool(2);
  std::vector<std::thread> callers;
  std::atomic<int> total = 0;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const Status status = pool.ForEach(7, [&total](std::size_t) {
          ++total;
          return Status();
        });
        EXPECT_TRUE(status.ok());
      }
    });
  }
  for (std::thread& thread : callers) thread.join();
  EXPECT_EQ(total, 4 * 200 * 7);
}

}  // namespace
}  // namespace bedplate

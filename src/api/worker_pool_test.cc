#include "api/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>

namespace bedplate {
namespace {

TEST(WorkerPoolTest, WhatIsThrownEndsOnePieceOfWorkOnly) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(1, 10);
    pool.Submit([] { throw std::bad_alloc(); });
    pool.Submit([] { throw 7; });  // NOLINT(bugprone-std-exception-baseclass): some libraries do
    pool.Submit([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace bedplate

#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bedplate::bench {

/// Runs `client` with the numbers 0 … count - 1, each in a thread; returns the first failure.
inline Status RunClients(std::uint32_t count, const std::function<Status(std::uint32_t)>& client) {
  std::mutex mutex;
  std::optional<Error> failure;
  std::vector<std::thread> threads;
  for (std::uint32_t number = 0; number < count; ++number) {
    threads.emplace_back([&, number] {
      Status done = client(number);
      const std::lock_guard lock(mutex);
      if (!done.ok() && !failure) failure = std::move(done).error();
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failure) return *std::move(failure);
  return {};
}

}  // namespace bedplate::bench

#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "connectors/mqtt/receipts.h"

namespace bedplate::mqtt {

/// The tickets of a delivery: all from first to last.
struct TicketRange {
  Ticket first = 1;
  Ticket last = 0;  // below first: none

  void Add(Ticket ticket) {
    if (last < first) first = ticket;
    last = ticket;
  }
};

/// Tickets of messages that are durable, on their way from the thread that stored them to the one
/// that talks to the server. Safe from any thread.
class StoredTickets {
 public:
  void Add(TicketRange range) {
    const std::lock_guard lock(mutex_);
    ranges_.push_back(range);
    if (waker_) waker_();
  }
  [[nodiscard]] std::vector<TicketRange> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(ranges_, {});
  }
  /// Who is told that there are some; null for nobody. It must be quick and call nothing here. When
  /// this returns the one before is called no more.
  void SetWaker(std::function<void()> waker) {
    const std::lock_guard lock(mutex_);
    waker_ = std::move(waker);
  }

 private:
  std::mutex mutex_;
  std::vector<TicketRange> ranges_;  // guarded by mutex_
  std::function<void()> waker_;      // likewise
};

}  // namespace bedplate::mqtt

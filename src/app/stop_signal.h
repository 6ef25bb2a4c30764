#pragma once

#include <csignal>

namespace bedplate {

/// Holds back SIGINT and SIGTERM for this thread and every thread that it starts from now on, so
/// that the one who waits gets them. To be made before any thread is.
class StopSignal {
 public:
  StopSignal();
  /// Returns when one of the two arrived.
  void Wait() const;

 private:
  sigset_t signals_{};
};

}  // namespace bedplate

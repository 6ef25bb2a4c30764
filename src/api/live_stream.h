#pragma once

#include <memory>
#include <string>

#include "api/http.h"
#include "services/live_hub.h"

namespace bedplate {

/// Writes a live subscription as server-sent events (HTML Living Standard, 9.2): `samples`,
/// `heartbeat`, and `problem` with a problem document when reading fails.
class LiveStream final : public EventStream {
 public:
  explicit LiveStream(std::unique_ptr<LiveSubscription> subscription)
      : subscription_(std::move(subscription)) {}

  std::string Poll() override;

 private:
  std::unique_ptr<LiveSubscription> subscription_;
};

}  // namespace bedplate

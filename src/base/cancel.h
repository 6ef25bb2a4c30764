#pragma once

#include <atomic>
#include <memory>

namespace bedplate {

/// A flag that a caller raises and a long call polls; copies share it. A default-made token never
/// cancels.
class CancelToken {
 public:
  CancelToken() = default;
  static CancelToken Make() {
    CancelToken token;
    token.flag_ = std::make_shared<std::atomic<bool>>(false);
    return token;
  }

  void Cancel() const {
    if (flag_) flag_->store(true, std::memory_order_relaxed);
  }
  [[nodiscard]] bool cancelled() const { return flag_ && flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace bedplate

#include "base/cut_choices.h"

#include "base/check.h"

namespace bedplate {

DrawnChoices::DrawnChoices(std::uint64_t seed) : random_(seed) {
  oldest_percent_ = random_() % 101;
  newest_percent_ = random_() % (101 - oldest_percent_);
}

std::uint64_t DrawnChoices::Choose(std::uint64_t count) {
  const std::uint64_t percent = random_() % 100;
  if (percent < oldest_percent_) return 0;
  if (percent < oldest_percent_ + newest_percent_) return count - 1;
  return random_() % count;
}

std::uint64_t EveryChoice::Choose(std::uint64_t count) {
  if (asked_ == digits_.size()) digits_.push_back({.value = 0, .count = count});
  BEDPLATE_CHECK(digits_[asked_].count == count);
  return digits_[asked_++].value;
}

bool EveryChoice::Next() {
  asked_ = 0;
  for (Digit& digit : digits_) {
    if (++digit.value < digit.count) return true;
    digit.value = 0;
  }
  return false;
}

std::uint64_t EveryChoice::combinations() const noexcept {
  std::uint64_t product = 1;
  for (const Digit& digit : digits_) {
    if (product > UINT64_MAX / digit.count) return UINT64_MAX;
    product *= digit.count;
  }
  return product;
}

}  // namespace bedplate

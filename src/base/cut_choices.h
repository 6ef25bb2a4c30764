#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace bedplate {

/// Decides what a power cut leaves wherever there is a choice.
class CutChoices {
 public:
  virtual ~CutChoices() = default;
  /// A number below `count` (at least 1): 0 is the oldest of the states that there may be,
  /// `count` - 1 the newest.
  virtual std::uint64_t Choose(std::uint64_t count) = 0;
};

/// Always the oldest state: nothing survives that was not synced.
class OldestChoices final : public CutChoices {
 public:
  std::uint64_t Choose(std::uint64_t) override { return 0; }
};

/// Draws. Each object leans to the old or to the new by another amount, so that among few images
/// there are some of which almost all or almost nothing reached the disk.
class DrawnChoices final : public CutChoices {
 public:
  explicit DrawnChoices(std::uint64_t seed);
  std::uint64_t Choose(std::uint64_t count) override;

 private:
  std::mt19937_64 random_;
  std::uint64_t oldest_percent_;
  std::uint64_t newest_percent_;
};

/// One combination of choices after the other: make an image, call Next, and so on until it says
/// that there are no more. What is asked must not depend on what was answered.
class EveryChoice final : public CutChoices {
 public:
  std::uint64_t Choose(std::uint64_t count) override;
  /// Goes on to the next combination; false when all were there.
  bool Next();
  /// How many there are, known once an image was made; UINT64_MAX for more than that.
  [[nodiscard]] std::uint64_t combinations() const noexcept;

 private:
  struct Digit {
    std::uint64_t value = 0;
    std::uint64_t count = 1;
  };
  std::vector<Digit> digits_;
  std::size_t asked_ = 0;
};

}  // namespace bedplate

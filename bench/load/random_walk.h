#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"

namespace bedplate::bench {

/// What the tags of the comparison do: each walks by steps N(0, 0.3) rounded to 0.01 and turns back
/// at 100.00 and 999.99, so that every value is written with the same number of digits. The same
/// seed gives the same walk. Entropy of a step: 6.95 bits, 0.87 bytes.
class RandomWalk {
 public:
  RandomWalk(std::uint32_t tags, std::uint64_t seed);

  /// The next value of every tag, in hundredths.
  const std::vector<std::int32_t>& Next();

 private:
  RandomField random_;
  std::int64_t time_ = 0;
  std::vector<std::int32_t> values_;
};

}  // namespace bedplate::bench

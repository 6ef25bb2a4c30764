#include "query/sql_measure.h"

namespace bedplate {

void Measure::Add(const Measure& other) noexcept {
  columns = std::max(columns, other.columns);
  relations = BoundedSum(relations, other.relations);
  expressions = BoundedSum(expressions, other.expressions);
  text_bytes = BoundedSum(text_bytes, other.text_bytes);
  widest_text = std::max(widest_text, other.widest_text);
}

void Measure::Multiply(std::uint64_t times) noexcept {
  relations = BoundedProduct(relations, times);
  expressions = BoundedProduct(expressions, times);
  text_bytes = BoundedProduct(text_bytes, times);
}

std::uint64_t GrownText(const FunctionGroup& group,
                        std::span<const std::uint64_t> lengths) noexcept {
  std::uint64_t sum = 0;
  std::uint64_t widest = 0;
  for (const std::uint64_t length : lengths) {
    sum = BoundedSum(sum, length);
    widest = std::max(widest, length);
  }
  switch (group.growth) {
    case TextGrowth::kNone: return 0;
    case TextGrowth::kWidest: return BoundedProduct(widest, group.factor);
    case TextGrowth::kSum: return sum;
    case TextGrowth::kJoin: return BoundedProduct(widest, lengths.size());
    case TextGrowth::kReplace: {
      if (lengths.empty()) return 0;
      // Options such as 'g' may follow the replacement; the longest of what follows the text stands
      // for it. Each match can be replaced by the text, itself and one more place than bytes.
      const std::uint64_t replacement =
          lengths.size() == 1 ? 0 : *std::max_element(lengths.begin() + 1, lengths.end());
      return BoundedProduct(BoundedSum(lengths[0], 1),
                            BoundedSum(BoundedProduct(replacement, 2), 1));
    }
  }
  return kMeasureLimit;
}

}  // namespace bedplate

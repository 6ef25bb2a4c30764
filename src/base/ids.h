#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace bedplate {

/// An integer that cannot be mistaken for another kind of id. `Tag` is any type, used as a name.
template <typename Kind>
class StrongId {
 public:
  constexpr StrongId() = default;
  explicit constexpr StrongId(std::uint64_t value) : value_(value) {}

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  std::uint64_t value_ = 0;
};

/// Identifies a stored series in one historian. Dense from 1 in order of creation; 0 is "none".
using TagId = StrongId<struct TagIdKind>;

}  // namespace bedplate

template <typename Kind>
struct std::hash<bedplate::StrongId<Kind>> {
  std::size_t operator()(bedplate::StrongId<Kind> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value());
  }
};

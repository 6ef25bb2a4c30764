#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace bedplate {

/// How far a sample can be trusted: an OPC UA status code (OPC 10000-4, 7.39). The two top bits are
/// the severity: 00 good, 01 uncertain, 10 bad.
class Quality {
 public:
  constexpr Quality() = default;
  explicit constexpr Quality(std::uint32_t status_code) : status_code_(status_code) {}

  [[nodiscard]] constexpr std::uint32_t status_code() const noexcept { return status_code_; }
  [[nodiscard]] constexpr bool IsGood() const noexcept { return (status_code_ >> 30U) == 0; }
  [[nodiscard]] constexpr bool IsUncertain() const noexcept { return (status_code_ >> 30U) == 1; }
  [[nodiscard]] constexpr bool IsBad() const noexcept { return (status_code_ >> 30U) >= 2; }
  constexpr auto operator<=>(const Quality&) const = default;

 private:
  std::uint32_t status_code_ = 0;
};

/// Codes of OPC 10000-6, Annex A.2 that Bedplate itself assigns.
inline constexpr Quality kGood{0x00000000};
inline constexpr Quality kUncertain{0x40000000};
inline constexpr Quality kBad{0x80000000};
inline constexpr Quality kBadOutOfRange{0x803C0000};
inline constexpr Quality kBadNotConnected{0x808A0000};

/// "good", "uncertain" or "bad".
constexpr std::string_view SeverityName(Quality quality) noexcept {
  if (quality.IsGood()) return "good";
  return quality.IsUncertain() ? "uncertain" : "bad";
}

}  // namespace bedplate

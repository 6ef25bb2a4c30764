#include "value/season.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "value/thresholds.h"

namespace bedplate {
namespace {

constexpr int kYearDays = 366;  // leap days have a place of their own
constexpr int kMonths = 12;
constexpr std::array<std::string_view, kMonths> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::chrono::year_month_day DateOf(std::int32_t day) {
  return std::chrono::sys_days(std::chrono::days(day));
}

/// 0 for the first of January; the days of a leap year, so that a date has one place in any year.
int DayOfYear(std::int32_t day) {
  const auto date = DateOf(day);
  const std::chrono::sys_days start = std::chrono::year(2000) / std::chrono::January / 1;
  const std::chrono::sys_days same = std::chrono::year(2000) / date.month() / date.day();
  return static_cast<int>((same - start).count());
}

/// Per day of the year whether the baseline has a usable day near it.
std::array<bool, kYearDays> SeasonOf(const Buckets& buckets, const DesignPeriod& baseline) {
  std::array<bool, kYearDays> covered{};
  for (const std::int64_t bucket : baseline.buckets) {
    const int day = DayOfYear(buckets.days[static_cast<std::size_t>(bucket)]);
    for (int offset = -kSeasonDays; offset <= kSeasonDays; ++offset) {
      covered[static_cast<std::size_t>((day + offset + kYearDays) % kYearDays)] = true;
    }
  }
  return covered;
}

/// "November to February, June": runs of months, over the turn of the year.
std::string NameMonths(const std::array<bool, kMonths>& missing) {
  const auto has = [&missing](int month) {
    return missing[static_cast<std::size_t>((month + kMonths) % kMonths)];
  };
  if (std::ranges::all_of(missing, [](bool month) { return month; })) return "month of the year";
  std::vector<std::string> runs;
  for (int first = 0; first < kMonths; ++first) {
    if (!has(first) || has(first - 1)) continue;
    int last = first;
    while (has(last + 1)) ++last;
    const auto name = [](int month) {
      return kMonthNames[static_cast<std::size_t>(month % kMonths)];
    };
    runs.push_back(first == last ? std::string(name(first))
                                 : fmt::format("{} to {}", name(first), name(last)));
  }
  return fmt::format("{}", fmt::join(runs, ", "));
}

}  // namespace

MissingSeason FindMissingSeason(const InitiativeData& data, const Design& design) {
  const auto covered = SeasonOf(data.baseline.buckets, design.baseline);
  std::array<bool, kMonths> missing{};
  double count = 0;
  for (const std::int64_t bucket : design.reporting.buckets) {
    const std::int32_t day = data.reporting.buckets.days[static_cast<std::size_t>(bucket)];
    if (covered[static_cast<std::size_t>(DayOfYear(day))]) continue;
    count += 1;
    missing[static_cast<unsigned>(DateOf(day).month()) - 1] = true;
  }
  if (count == 0) return {};
  return {count / static_cast<double>(design.reporting.buckets.size()), NameMonths(missing)};
}

}  // namespace bedplate

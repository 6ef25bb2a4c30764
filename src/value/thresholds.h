#pragma once

namespace bedplate {

// What the checks compare with. Each is explained, with its source, in docs/methods/savings.md.

inline constexpr double kConfidence = 0.90;     // of every interval
inline constexpr double kMinCoverage = 0.90;    // CalTRACK 2.0: data sufficiency
inline constexpr double kMinBaselineDays = 28;  // four weeks: every hour of the week 4 times
inline constexpr double kFullYearDays = 364;    // a whole cycle (Guideline 14)
inline constexpr double kMinReportingDays = 14;
inline constexpr double kMinDegreesOfFreedom = 3;  // below, t has no variance
inline constexpr double kMaxDailyAutocorrelation = 0.8;
inline constexpr double kWarnDailyAutocorrelation = 0.6;
inline constexpr double kRangeMargin = 0.10;            // Guideline 14: 10 % beyond the range
inline constexpr double kMaxExtrapolation = 0.10;       // as much as may be missing
inline constexpr int kSeasonDays = 30;                  // of the year, to the nearest baseline day
inline constexpr double kMaxMissingSeason = 0.10;       // as much as may be extrapolated
inline constexpr double kMaxPlaceboRatio = 2;           // warns; intervals may grow before
inline constexpr double kResolution = 1e-9;             // of a figure's scale; below is rounding
inline constexpr double kMaxRelativeUncertainty = 0.5;  // Guideline 14: 50 % at 68 %
inline constexpr double kUncertaintyConfidence = 0.68;
inline constexpr double kMinRSquared = 0.75;  // IPMVP, EVO 10100-1
inline constexpr double kMaxCvRmse = 0.20;    // Guideline 14: up to 12 months
inline constexpr double kMaxNmbe = 0.00005;   // Guideline 14: 0.005 %

}  // namespace bedplate

#include "value/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "value/thresholds.h"

namespace bedplate {
namespace {

/// Four digits, or all before the point where there are more.
std::string ShowFigure(double figure) {
  return std::abs(figure) < 1000 ? fmt::format("{:.4g}", figure) : fmt::format("{:.0f}", figure);
}

double Days(TimeRange range) {
  using FloatDays = std::chrono::duration<double, std::ratio<86400>>;
  return FloatDays(range.stop - range.start).count();
}

TimeRange Covered(const Buckets& buckets, std::size_t count) {
  if (count == 0) return {};
  return {buckets.edges.front(), buckets.edges[count]};
}

Finding CheckCoverage(std::string_view period, const DesignPeriod& design) {
  const double coverage = design.coverage();
  return {fmt::format("coverage-{}", period),
          coverage < kMinCoverage ? Severity::kDisqualifies : Severity::kPassed,
          fmt::format("{:.1f} % of the {} period's {} buckets have all figures (at least {:.0f} % "
                      "are needed).",
                      100 * coverage, period, design.bucket_count, 100 * kMinCoverage),
          coverage, kMinCoverage};
}

Finding CheckBaselineLength(double days) {
  if (days < kMinBaselineDays) {
    return {"baseline-length", Severity::kDisqualifies,
            fmt::format("The baseline has {:.0f} days; at least {:.0f} are needed.", days,
                        kMinBaselineDays),
            days, kMinBaselineDays};
  }
  if (days < kFullYearDays) {
    return {"baseline-length", Severity::kWarning,
            fmt::format("The baseline has {:.0f} days, less than a full year: what a season does "
                        "to the KPI may look like an effect.",
                        days),
            days, kFullYearDays};
  }
  return {"baseline-length", Severity::kPassed,
          fmt::format("The baseline covers a full year ({:.0f} days).", days), days, kFullYearDays};
}

Finding CheckReportingLength(double days) {
  return {"reporting-length",
          days < kMinReportingDays ? Severity::kDisqualifies : Severity::kPassed,
          fmt::format("The reporting period has {:.0f} days (at least {:.0f} are needed).", days,
                      kMinReportingDays),
          days, kMinReportingDays};
}

/// Before a bucket of the reporting period has ended there is nothing to measure.
Finding NotBegun(const Buckets& buckets) {
  if (buckets.size() == 0) {
    return {"reporting-begins", Severity::kDisqualifies,
            "The reporting period is shorter than one bucket of the granularity.", 0, 0};
  }
  const std::chrono::year_month_day first =
      std::chrono::sys_days(std::chrono::days(buckets.days.front()));
  return {
      "reporting-begins", Severity::kDisqualifies,
      fmt::format("The reporting period begins {}-{:02}-{:02}; none of its buckets has ended yet.",
                  static_cast<int>(first.year()), static_cast<unsigned>(first.month()),
                  static_cast<unsigned>(first.day())),
      0, 0};
}

Finding Running(double days_so_far) {
  return {"reporting-running", Severity::kDisqualifies,
          fmt::format("The reporting period is still running ({:.0f} days so far). The figures are "
                      "shown, but who looks often enough finds an effect in noise: the verdict is "
                      "given once, at the end.",
                      days_so_far),
          days_so_far, 0};
}

Finding Limit(std::string code, bool passed, Severity otherwise, std::string message,
              double measured, double threshold) {
  return {std::move(code), passed ? Severity::kPassed : otherwise, std::move(message), measured,
          threshold};
}

Finding CheckDegrees(double degrees_of_freedom) {
  return Limit("degrees-of-freedom", degrees_of_freedom >= kMinDegreesOfFreedom,
               Severity::kDisqualifies,
               fmt::format("The interval rests on {:.1f} degrees of freedom (at least {:.0f} are "
                           "needed); longer periods give more.",
                           degrees_of_freedom, kMinDegreesOfFreedom),
               degrees_of_freedom, kMinDegreesOfFreedom);
}

Finding CheckAutocorrelation(double rho) {
  const Severity severity = rho > kMaxDailyAutocorrelation    ? Severity::kDisqualifies
                            : rho > kWarnDailyAutocorrelation ? Severity::kWarning
                                                              : Severity::kPassed;
  return {"autocorrelation", severity,
          fmt::format("What the model leaves unexplained on one day correlates with the next by "
                      "{:.2f} (limit {:.1f}). More than that means that a driver is missing, and "
                      "the interval would be too narrow.",
                      rho, kMaxDailyAutocorrelation),
          rho, kMaxDailyAutocorrelation};
}

bool StandsOut(const Effect& effect) {
  const bool without_zero = effect.total.low > 0 || effect.total.high < 0;
  return without_zero && std::abs(effect.total.middle) >= effect.detectable;
}

bool Warns(const std::vector<Finding>& findings, std::string_view code) {
  const auto found = std::ranges::find(findings, code, &Finding::code);
  return found != findings.end() && found->severity == Severity::kWarning;
}

}  // namespace

std::vector<Finding> CheckData(const Initiative& initiative, const InitiativeData& data,
                               const Design& design, bool running) {
  std::vector<Finding> findings;
  const bool begun = design.reporting.bucket_count > 0;
  if (!begun) findings.push_back(NotBegun(data.reporting.buckets));
  findings.push_back(CheckCoverage("baseline", design.baseline));
  if (begun) findings.push_back(CheckCoverage("reporting", design.reporting));
  findings.push_back(
      CheckBaselineLength(Days(Covered(data.baseline.buckets, data.baseline.buckets.size()))));
  const double so_far = Days(Covered(data.reporting.buckets, design.reporting.bucket_count));
  findings.push_back(CheckReportingLength(running ? Days(initiative.reporting) : so_far));
  if (running && begun) findings.push_back(Running(so_far));
  findings.insert(findings.end(), design.findings.begin(), design.findings.end());
  return findings;
}

std::vector<Finding> CheckModel(const Fitness& fitness, double degrees_of_freedom) {
  const FitQuality& model = fitness.model;
  std::vector<Finding> findings;
  findings.push_back(CheckDegrees(degrees_of_freedom));
  findings.push_back(CheckAutocorrelation(fitness.daily_autocorrelation));
  findings.push_back(Limit("model-cv-rmse", model.cv_rmse <= kMaxCvRmse, Severity::kWarning,
                           fmt::format("CV(RMSE) of the baseline is {:.1f} % ({:.0f} % or less is "
                                       "what Guideline 14 asks of a prescriptive model).",
                                       100 * model.cv_rmse, 100 * kMaxCvRmse),
                           model.cv_rmse, kMaxCvRmse));
  findings.push_back(
      Limit("model-bias", std::abs(model.nmbe) <= kMaxNmbe, Severity::kWarning,
            fmt::format("The baseline's net bias is {:.3f} % (limit {:.3f} %), signs aside.",
                        100 * std::abs(model.nmbe), 100 * kMaxNmbe),
            model.nmbe, kMaxNmbe));
  findings.push_back(
      Limit("model-r-squared", model.adjusted_r_squared >= kMinRSquared, Severity::kWarning,
            fmt::format("The drivers explain {:.1f} % of the baseline's variation ({:.0f} % or "
                        "more is usual).",
                        100 * model.adjusted_r_squared, 100 * kMinRSquared),
            model.adjusted_r_squared, kMinRSquared));
  if (!fitness.dropped.empty()) {
    findings.push_back({"aliased-driver", Severity::kWarning,
                        fmt::format("Already explained by the other drivers and left out: {}.",
                                    fmt::join(fitness.dropped, ", ")),
                        static_cast<double>(fitness.dropped.size()), 0});
  }
  return findings;
}

Finding CheckVariation(const Design& design, double rmse) {
  const auto [low, high] = std::ranges::minmax(design.baseline.y);
  const auto [reporting_low, reporting_high] = std::ranges::minmax(design.reporting.y);
  const double scale = std::max(std::abs(low), std::abs(high));
  const double resolution = kResolution * scale;
  const bool stuck = high - low <= resolution;
  const bool stuck_since = !stuck && reporting_high - reporting_low <= resolution;
  const bool varies = !stuck && !stuck_since && rmse > resolution;
  std::string message = "The KPI varies, and in the baseline by more than the model explains.";
  if (stuck || stuck_since) {
    message = fmt::format(
        "The KPI has the same value ({}) all through the {}: a meter that is stuck, or nothing to "
        "measure an effect by.",
        ShowFigure(stuck ? high : reporting_high), stuck ? "baseline" : "reporting period");
  } else if (!varies) {
    message =
        "The model explains the baseline's KPI to the last digit: it is computed from the drivers, "
        "so that nothing is left by which chance could be told from an effect.";
  }
  const double least = std::min({high - low, reporting_high - reporting_low, rmse});
  return Limit("no-variation", varies, Severity::kDisqualifies, std::move(message),
               scale > 0 ? least / scale : 0, kResolution);
}

Finding CheckSeason(const Initiative& initiative, const MissingSeason& missing,
                    const Fitness& fitness) {
  if (missing.share <= kMaxMissingSeason) {
    return {"baseline-season", Severity::kPassed,
            "The baseline has the season of the reporting period.", missing.share,
            kMaxMissingSeason};
  }
  const bool has_driver = std::ranges::any_of(initiative.drivers, [](const Driver& driver) {
    return driver.kind != DriverKind::kCalendar;
  });
  const bool carried = has_driver && fitness.daily_r_squared >= kMinRSquared &&
                       std::abs(fitness.daily_cv_rmse) <= kMaxCvRmse &&
                       fitness.placebo_ratio <= kMaxPlaceboRatio;
  std::string why = "no driver stands for weather or production";
  if (has_driver) {
    why = fmt::format(
        "to stand for a season the model has to explain {:.0f} % of the days "
        "(explains {:.0f} %) with a CV(RMSE) of {:.0f} % (has {:.0f} %) and false "
        "effects of at most {:.0f} times their claimed spread (has {:.2f})",
        100 * kMinRSquared, 100 * fitness.daily_r_squared, 100 * kMaxCvRmse,
        100 * std::abs(fitness.daily_cv_rmse), kMaxPlaceboRatio, fitness.placebo_ratio);
  }
  return {"baseline-season", carried ? Severity::kWarning : Severity::kDisqualifies,
          fmt::format("The baseline has no {} ({:.0f} % of the reporting period lies more than {} "
                      "days of the year from it), and {}: a season may look like an effect.",
                      missing.months, 100 * missing.share, kSeasonDays, why),
          missing.share, kMaxMissingSeason};
}

Finding CheckPlacebo(const Placebo& placebo, double widening) {
  if (placebo.blocks == 0) {
    return {"baseline-placebo", Severity::kWarning,
            "The baseline is too short to be tested for false effects of its own.", 0,
            kMaxPlaceboRatio};
  }
  return Limit(
      "baseline-placebo", placebo.ratio <= kMaxPlaceboRatio, Severity::kWarning,
      fmt::format("Where nothing was done the method finds effects of {:.2f} times their "
                  "claimed spread ({} blocks of the baseline, each predicted from the "
                  "rest); {}.",
                  placebo.ratio, placebo.blocks,
                  widening > 1
                      ? fmt::format("the intervals are {:.2f} times as wide for it", widening)
                      : std::string("the intervals hold that")),
      placebo.ratio, kMaxPlaceboRatio);
}

Finding CheckEffect(const Effect& effect, const Kpi& kpi) {
  return Limit("effect-uncertainty", StandsOut(effect), Severity::kWarning,
               fmt::format("The effect is {} {}; these data can tell {} {} from none. At "
                           "68 % confidence its uncertainty is {:.0f} % of it (limit {:.0f} %).",
                           ShowFigure(effect.total.middle), kpi.unit, ShowFigure(effect.detectable),
                           kpi.unit, 100 * std::min(9.99, effect.relative_uncertainty),
                           100 * kMaxRelativeUncertainty),
               effect.relative_uncertainty, kMaxRelativeUncertainty);
}

std::string CaveatOf(const std::vector<Finding>& findings, const MissingSeason& missing) {
  std::vector<std::string> caveats;
  if (Warns(findings, "baseline-season")) {
    caveats.push_back(fmt::format("the baseline has no {}", missing.months));
  }
  const auto placebo = std::ranges::find(findings, "baseline-placebo", &Finding::code);
  if (placebo != findings.end() && placebo->measured > placebo->threshold) {
    caveats.emplace_back("the baseline itself is not stable");
  }
  return fmt::format("{}", fmt::join(caveats, "; "));
}

Verdict Decide(const std::vector<Finding>& findings, const Effect& effect) {
  const bool disqualified = std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return f.severity == Severity::kDisqualifies;
  });
  if (disqualified) return Verdict::kNoVerdict;
  if (!StandsOut(effect)) return Verdict::kNotSignificant;
  return effect.total.middle > 0 ? Verdict::kProvenGain : Verdict::kProvenLoss;
}

}  // namespace bedplate

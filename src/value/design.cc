#include "value/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/check.h"
#include "value/thresholds.h"

namespace bedplate {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// A column over every bucket of both periods, NaN where missing.
struct Feature {
  std::string name;
  std::vector<double> baseline;
  std::vector<double> reporting;
};

bool HasFigures(const Driver& driver, const DriverData& data, std::size_t bucket) {
  switch (driver.kind) {
    case DriverKind::kCalendar: return true;
    case DriverKind::kCategory:
      return !data.shares.empty() && std::isfinite(data.shares[0][bucket]);
    case DriverKind::kNumeric:
    case DriverKind::kShare: break;
  }
  return std::isfinite(data.values[bucket]);
}

class DesignBuilder {
 public:
  DesignBuilder(const Initiative& initiative, const InitiativeData& data,
                const PlantCalendar& calendar)
      : initiative_(initiative), data_(data), calendar_(calendar) {}

  Design Build(std::size_t reporting_buckets) {
    baseline_usable_ = Usable(data_.baseline, data_.baseline.buckets.size());
    reporting_usable_ = Usable(data_.reporting, reporting_buckets);
    ChooseGroups();
    for (std::size_t d = 0; d < initiative_.drivers.size(); ++d) AddDriver(d);
    // Only now is it known which buckets count, whatever the order of the drivers.
    for (std::size_t d = 0; d < initiative_.drivers.size(); ++d) CheckRange(d);
    design_.baseline = Compress(data_.baseline, baseline_usable_, true);
    design_.reporting = Compress(data_.reporting, reporting_usable_, false);
    return std::move(design_);
  }

 private:
  std::vector<bool> Usable(const PeriodData& period, std::size_t count) const {
    BEDPLATE_CHECK(period.kpi.size() == period.buckets.size());
    BEDPLATE_CHECK(count <= period.kpi.size());
    BEDPLATE_CHECK(period.drivers.size() == initiative_.drivers.size());
    std::vector<bool> usable(count);
    for (std::size_t i = 0; i < count; ++i) {
      bool complete = std::isfinite(period.kpi[i]);
      for (std::size_t d = 0; complete && d < period.drivers.size(); ++d) {
        complete = HasFigures(initiative_.drivers[d], period.drivers[d], i);
      }
      usable[i] = complete;
    }
    return usable;
  }

  /// The calendar factor with the most levels costs no columns; any further one does.
  void ChooseGroups() {
    for (std::size_t d = 0; d < initiative_.drivers.size(); ++d) {
      const Driver& driver = initiative_.drivers[d];
      if (driver.kind != DriverKind::kCalendar) continue;
      if (!group_driver_ ||
          PlantCalendar::CodeCount(driver.calendar) > PlantCalendar::CodeCount(GroupFactor())) {
        group_driver_ = d;
      }
    }
  }
  CalendarFactor GroupFactor() const { return initiative_.drivers[*group_driver_].calendar; }

  void AddDriver(std::size_t d) {
    const Driver& driver = initiative_.drivers[d];
    const DriverData& baseline = data_.baseline.drivers[d];
    const DriverData& reporting = data_.reporting.drivers[d];
    switch (driver.kind) {
      case DriverKind::kCalendar: AddCalendar(d); break;
      case DriverKind::kCategory: AddCategory(driver, baseline, reporting); break;
      case DriverKind::kNumeric:
      case DriverKind::kShare:
        features_.push_back({DriverLabel(driver), baseline.values, reporting.values});
        break;
    }
  }

  std::vector<std::int32_t> Codes(CalendarFactor factor, const Buckets& buckets) const {
    std::vector<std::int32_t> codes(buckets.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      codes[i] = calendar_.CodeOf(factor, buckets.edges[i]);
    }
    return codes;
  }

  void AddCalendar(std::size_t d) {
    const CalendarFactor factor = initiative_.drivers[d].calendar;
    const auto count = static_cast<std::size_t>(PlantCalendar::CodeCount(factor));
    const std::vector<std::int32_t> baseline = Codes(factor, data_.baseline.buckets);
    const std::vector<std::int32_t> reporting = Codes(factor, data_.reporting.buckets);
    std::vector<bool> seen(count);
    for (std::size_t i = 0; i < baseline.size(); ++i) {
      if (baseline_usable_[i]) seen[static_cast<std::size_t>(baseline[i])] = true;
    }
    std::size_t unseen = 0;
    for (std::size_t i = 0; i < reporting_usable_.size(); ++i) {
      if (!reporting_usable_[i] || seen[static_cast<std::size_t>(reporting[i])]) continue;
      reporting_usable_[i] = false;
      ++unseen;
    }
    ReportUnseen(initiative_.drivers[d], unseen, "");
    if (d == group_driver_) {
      baseline_groups_ = baseline;
      reporting_groups_ = reporting;
      return;
    }
    bool first = true;  // the first level is the reference: with it the columns would sum to one
    for (std::size_t code = 0; code < count; ++code) {
      if (!seen[code]) continue;
      if (!first) AddIndicator(factor, static_cast<std::int32_t>(code), baseline, reporting);
      first = false;
    }
  }

  void AddIndicator(CalendarFactor factor, std::int32_t code,
                    const std::vector<std::int32_t>& baseline,
                    const std::vector<std::int32_t>& reporting) {
    const auto indicator = [&](const std::vector<std::int32_t>& codes) {
      std::vector<double> column(codes.size());
      std::transform(codes.begin(), codes.end(), column.begin(),
                     [&](std::int32_t c) { return c == code ? 1.0 : 0.0; });
      return column;
    };
    features_.push_back({fmt::format("{} {}", CalendarFactorName(factor), code),
                         indicator(baseline), indicator(reporting)});
  }

  /// The share of `level` per bucket; 0 where the bucket has samples but none of this level.
  static std::vector<double> ShareOf(const std::string& level, const DriverData& data,
                                     std::size_t buckets) {
    const auto found = std::find(data.levels.begin(), data.levels.end(), level);
    if (found != data.levels.end()) {
      return data.shares[static_cast<std::size_t>(found - data.levels.begin())];
    }
    std::vector<double> shares(buckets, kMissing);
    for (std::size_t i = 0; i < buckets && !data.shares.empty(); ++i) {
      if (std::isfinite(data.shares[0][i])) shares[i] = 0;
    }
    return shares;
  }

  bool SeenInBaseline(const std::vector<double>& shares) const {
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (baseline_usable_[i] && shares[i] > 0) return true;
    }
    return false;
  }

  void AddCategory(const Driver& driver, const DriverData& baseline, const DriverData& reporting) {
    std::vector<std::string> levels = baseline.levels;
    levels.insert(levels.end(), reporting.levels.begin(), reporting.levels.end());
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    bool first = true;
    std::size_t unseen = 0;
    std::string unseen_levels;
    for (const std::string& level : levels) {
      auto in_baseline = ShareOf(level, baseline, data_.baseline.buckets.size());
      auto in_reporting = ShareOf(level, reporting, data_.reporting.buckets.size());
      if (!SeenInBaseline(in_baseline)) {
        unseen += ExcludeWhere(in_reporting);
        unseen_levels += (unseen_levels.empty() ? "" : ", ") + level;
        continue;
      }
      if (!first) {
        features_.push_back({fmt::format("{} of {}", level, driver.tag), std::move(in_baseline),
                             std::move(in_reporting)});
      }
      first = false;
    }
    ReportUnseen(driver, unseen, unseen_levels);
  }

  /// Leaves out the reporting buckets in which `shares` is above zero; how many there were.
  std::size_t ExcludeWhere(const std::vector<double>& shares) {
    std::size_t excluded = 0;
    for (std::size_t i = 0; i < reporting_usable_.size(); ++i) {
      if (!reporting_usable_[i] || !(shares[i] > 0)) continue;
      reporting_usable_[i] = false;
      ++excluded;
    }
    return excluded;
  }

  void ReportUnseen(const Driver& driver, std::size_t excluded, const std::string& levels) {
    const auto all = static_cast<double>(std::max<std::size_t>(1, reporting_usable_.size()));
    const double share = static_cast<double>(excluded) / all;
    if (excluded == 0) return;
    design_.findings.push_back(
        {"unseen-category", Severity::kWarning,
         fmt::format("{} has values in the reporting period that the baseline never had{}{}: {} "
                     "buckets ({:.1f} %) are left out.",
                     DriverLabel(driver), levels.empty() ? "" : ": ", levels, excluded,
                     100 * share),
         share, 0});
  }

  void CheckRange(std::size_t d) {
    const Driver& driver = initiative_.drivers[d];
    if (driver.kind != DriverKind::kNumeric) return;
    const std::vector<double>& baseline = data_.baseline.drivers[d].values;
    const std::vector<double>& reporting = data_.reporting.drivers[d].values;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t i = 0; i < baseline.size(); ++i) {
      if (!baseline_usable_[i]) continue;
      low = std::min(low, baseline[i]);
      high = std::max(high, baseline[i]);
    }
    const double margin = kRangeMargin * (high - low);
    double usable = 0;
    double outside = 0;
    for (std::size_t i = 0; i < reporting_usable_.size(); ++i) {
      if (!reporting_usable_[i]) continue;
      usable += 1;
      if (reporting[i] < low - margin || reporting[i] > high + margin) outside += 1;
    }
    const double share = usable > 0 ? outside / usable : 0;
    const Severity severity = share > kMaxExtrapolation ? Severity::kDisqualifies
                              : outside > 0             ? Severity::kWarning
                                                        : Severity::kPassed;
    design_.findings.push_back(
        {"extrapolation", severity,
         fmt::format("{}: {:.1f} % of the reporting buckets lie more than {:.0f} % of its range "
                     "beyond what the baseline has shown (limit {:.0f} %).",
                     DriverLabel(driver), 100 * share, 100 * kRangeMargin, 100 * kMaxExtrapolation),
         share, kMaxExtrapolation});
  }

  DesignPeriod Compress(const PeriodData& data, const std::vector<bool>& usable,
                        bool baseline) const {
    DesignPeriod period;
    period.bucket_count = usable.size();
    period.regressors.group_count = group_driver_ ? PlantCalendar::CodeCount(GroupFactor()) : 1;
    for (const Feature& feature : features_) period.regressors.names.push_back(feature.name);
    period.regressors.columns.resize(features_.size());
    const bool weekly = initiative_.granularity > std::chrono::hours(24);
    const auto period_of = [&](std::size_t i) {
      return weekly ? static_cast<std::int32_t>(i) : data.buckets.days[i] - data.buckets.days[0];
    };
    if (!usable.empty()) {
      period.period_count = static_cast<std::size_t>(period_of(usable.size() - 1)) + 1;
    }
    const std::vector<std::int32_t>& groups = baseline ? baseline_groups_ : reporting_groups_;
    for (std::size_t i = 0; i < usable.size(); ++i) {
      if (!usable[i]) continue;
      period.y.push_back(data.kpi[i]);
      period.buckets.push_back(static_cast<std::int64_t>(i));
      period.periods.push_back(period_of(i));
      period.regressors.groups.push_back(groups.empty() ? 0 : groups[i]);
      for (std::size_t k = 0; k < features_.size(); ++k) {
        const Feature& feature = features_[k];
        period.regressors.columns[k].push_back(baseline ? feature.baseline[i]
                                                        : feature.reporting[i]);
      }
    }
    return period;
  }

  const Initiative& initiative_;
  const InitiativeData& data_;
  const PlantCalendar& calendar_;
  std::optional<std::size_t> group_driver_;
  std::vector<std::int32_t> baseline_groups_;
  std::vector<std::int32_t> reporting_groups_;
  std::vector<bool> baseline_usable_;
  std::vector<bool> reporting_usable_;
  std::vector<Feature> features_;
  Design design_;
};

}  // namespace

double DesignPeriod::coverage() const noexcept {
  return bucket_count == 0 ? 0 : static_cast<double>(y.size()) / static_cast<double>(bucket_count);
}

Design BuildDesign(const Initiative& initiative, const InitiativeData& data,
                   const PlantCalendar& calendar, std::size_t reporting_buckets) {
  return DesignBuilder(initiative, data, calendar).Build(reporting_buckets);
}

}  // namespace bedplate

// Initiatives that never were, on the real mill's year: what is "proven" there is a false alarm.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "services/steel_mill_file_test_support.h"
#include "value/evaluation.h"
#include "value/gather.h"
#include "value/initiative_yaml.h"

namespace bedplate {
namespace {

constexpr int kWindows = 7;
constexpr int kMaxProven = 6;  // of 77; docs/methods/savings.md says which and why

constexpr std::string_view kWeekday = "  - calendar: day-of-week\n";
constexpr std::string_view kLoad = "  - {tag: mill/load_type, kind: category}\n";
constexpr std::string_view kEnergy = "  - {tag: mill/energy, aggregate: sum}\n";

struct Question {
  std::string kpi;
  std::string drivers;
};

std::vector<Question> Questions() {
  const std::string weekday(kWeekday);
  const std::string load(kLoad);
  const std::string energy(kEnergy);
  return {{"mill/energy", ""},
          {"mill/energy", weekday},
          {"mill/energy", load},
          {"mill/energy", weekday + load},
          {"mill/lagging", energy},
          {"mill/lagging", weekday + energy},
          {"mill/lagging", weekday + load},
          {"mill/leading", energy},
          {"mill/leading", weekday + energy},
          {"mill/leading", weekday + load},
          {"mill/power_factor", energy}};
}

/// The first day of a month counted from January 2018.
std::string FirstOf(int month) {
  return fmt::format("{}-{:02}-01", 2018 + month / 12, month % 12 + 1);
}

/// Four months of baseline from `month` on, then two of reporting, in days.
Initiative Ask(const Question& question, int month) {
  const std::string text = fmt::format(
      R"(title: Placebo
scope: mill
kpi: {{tag: {}, aggregate: sum, direction: decrease, unit: kWh}}
unit_value: {{amount: 0.1, currency: EUR, per: kWh}}
granularity: 1d
baseline: {{from: {}, to: {}}}
reporting: {{from: {}, to: {}}}
{}{}discount_rate: 0.05
horizon_years: 5
)",
      question.kpi, FirstOf(month), FirstOf(month + 4), FirstOf(month + 4), FirstOf(month + 6),
      question.drivers.empty() ? "" : "drivers:\n", question.drivers);
  ParsedInitiative parsed = ParseInitiative("placebo", text, "Asia/Seoul");
  BEDPLATE_CHECK(parsed.ok());
  return parsed.initiative;
}

class RealMillPlacebo : public testing::Test {
 protected:
  void SetUp() override {
    auto file = OpenRealMill();
    if (!file) GTEST_SKIP() << "shared data not present (set BEDPLATE_DATA)";
    samples_ = ReadRealMill(*file);
    figures_ = {{"mill/energy", &samples_.kwh},
                {"mill/lagging", &samples_.lagging_kvarh},
                {"mill/leading", &samples_.leading_kvarh},
                {"mill/power_factor", &samples_.power_factor}};
  }

  [[nodiscard]] Evaluation Judge(const Initiative& initiative) const {
    InitiativeData data;
    data.baseline = Gather(initiative, initiative.baseline, nullptr);
    data.reporting = Gather(initiative, initiative.reporting, &data.baseline);
    return Evaluate(initiative, data, initiative.reporting.stop);
  }

 private:
  [[nodiscard]] std::vector<double> Sums(const Buckets& buckets, const std::string& tag) const {
    return GatherNumeric(buckets, Aggregate::kSum,
                         {samples_.times, samples_.counts, *figures_.at(tag), {}});
  }

  [[nodiscard]] PeriodData Gather(const Initiative& initiative, TimeRange period,
                                  const PeriodData* baseline) const {
    const auto calendar = PlantCalendar::ForZone(initiative.zone);
    BEDPLATE_CHECK(calendar.ok());
    PeriodData data;
    data.buckets = PlanBuckets(period, initiative.granularity, calendar.value()).value();
    data.kpi = Sums(data.buckets, initiative.kpi.tag);
    data.drivers.resize(initiative.drivers.size());
    for (std::size_t d = 0; d < data.drivers.size(); ++d) {
      const Driver& driver = initiative.drivers[d];
      if (driver.kind == DriverKind::kNumeric) {
        data.drivers[d].values = Sums(data.buckets, driver.tag);
      } else if (driver.kind == DriverKind::kCategory) {
        const auto known =
            baseline != nullptr ? baseline->drivers[d].levels : std::vector<std::string>();
        data.drivers[d] =
            GatherCategory(data.buckets, known, {samples_.times, samples_.load_types});
      }
    }
    return data;
  }

  MeterSamples samples_;
  std::map<std::string, const std::vector<double>*> figures_;
};

TEST_F(RealMillPlacebo, LittleIsProvenAndNothingWithoutItsCaveat) {
  std::array<int, 4> verdicts{};
  for (const Question& question : Questions()) {
    for (int month = 0; month < kWindows; ++month) {
      const Evaluation evaluation = Judge(Ask(question, month));
      ++verdicts[static_cast<std::size_t>(evaluation.verdict)];
      if (evaluation.verdict == Verdict::kProvenGain ||
          evaluation.verdict == Verdict::kProvenLoss) {
        EXPECT_NE(evaluation.caveat, "") << question.kpi << " from month " << month + 1;
      }
    }
  }
  const int proven = verdicts[static_cast<std::size_t>(Verdict::kProvenGain)] +
                     verdicts[static_cast<std::size_t>(Verdict::kProvenLoss)];
  fmt::print("placebos on the real mill: {} proven, {} not significant, {} no verdict of {}\n",
             proven, verdicts[static_cast<std::size_t>(Verdict::kNotSignificant)],
             verdicts[static_cast<std::size_t>(Verdict::kNoVerdict)],
             Questions().size() * kWindows);
  EXPECT_LE(proven, kMaxProven);
}

TEST_F(RealMillPlacebo, AWinterAgainstHalfAYearHasNoVerdict) {
  Initiative initiative = Ask({"mill/energy", ""}, 0);
  const auto calendar = PlantCalendar::ForZone(initiative.zone);
  ASSERT_TRUE(calendar.ok());
  initiative.baseline.stop = calendar.value().Parse("2018-03-25").value();
  initiative.reporting = {calendar.value().Parse("2018-07-01").value(),
                          calendar.value().Parse("2019-01-01").value()};
  EXPECT_EQ(Judge(initiative).verdict, Verdict::kNoVerdict);
}

}  // namespace
}  // namespace bedplate

#include "services/steel_mill_simulator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace bedplate {
namespace {

TEST(SteelMillSimulator, IsAFunctionOfSeedAndOptions) {
  const std::string csv = FormatSteelMillCsv(SteelMillSimulator(1, {}).Readings());
  EXPECT_EQ(csv, FormatSteelMillCsv(SteelMillSimulator(1, {}).Readings()));
  EXPECT_NE(csv, FormatSteelMillCsv(SteelMillSimulator(2, {}).Readings()));
}

TEST(SteelMillSimulator, AnyReadingCanBeAskedForByItself) {
  const SteelMillSimulator mill(3, {});
  const auto readings = mill.Readings();
  ASSERT_EQ(readings.size(), 35040U);
  for (std::size_t i = 0; i < readings.size(); i += 997) {
    const SteelMillReading alone = mill.ReadingAt(readings[i].quarter);
    EXPECT_EQ(alone.usage_kwh, readings[i].usage_kwh);
    EXPECT_EQ(alone.lagging_kvarh, readings[i].lagging_kvarh);
    EXPECT_EQ(alone.load_type, readings[i].load_type);
  }
}

TEST(SteelMillSimulator, HidesExactlyTheSavingAskedFor) {
  SteelMillOptions none;
  none.saving = 0;
  const auto with = SteelMillSimulator(5, {}).Readings();
  const auto without = SteelMillSimulator(5, none).Readings();
  double difference = 0;
  double second_half = 0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(with[i].usage_unsaved_kwh, without[i].usage_unsaved_kwh);
    difference += without[i].usage_kwh - with[i].usage_kwh;
    if (i < 181 * 96U) {
      EXPECT_EQ(with[i].usage_kwh, without[i].usage_kwh) << i;  // 2018-01-01 to 06-30
    } else {
      second_half += without[i].usage_kwh;
    }
  }
  EXPECT_NEAR(difference, 0.06 * second_half, 2);  // two decimals each, 17 664 times
  EXPECT_NEAR(SavedKilowattHours(with), difference, 2);
}

TEST(SteelMillSimulator, HasTheCharacterOfASteelMill) {
  SteelMillOptions none;
  none.saving = 0;
  const auto readings = SteelMillSimulator(7, none).Readings();
  double sum = 0;
  double squares = 0;
  double products = 0;
  std::map<std::string_view, std::pair<double, double>> by_load;
  std::size_t low = 0;
  std::size_t middle = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const double usage = readings[i].usage_kwh;
    sum += usage;
    low += usage < 6 ? 1 : 0;
    middle += usage >= 15 && usage < 30 ? 1 : 0;
    auto& [load_sum, load_count] = by_load[readings[i].load_type];
    load_sum += usage;
    load_count += 1;
  }
  const double mean = sum / 35040;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const double deviation = readings[i].usage_kwh - mean;
    squares += deviation * deviation;
    if (i > 0) products += deviation * (readings[i - 1].usage_kwh - mean);
  }
  EXPECT_NEAR(mean, 27, 3);
  EXPECT_NEAR(products / squares, 0.92, 0.03);  // from quarter to quarter
  EXPECT_GT(low, 35040U / 3);                   // two humps: standby …
  EXPECT_LT(middle, 35040U / 8);                // … and production, little between
  const auto mean_of = [&](std::string_view load) {
    return by_load.at(load).first / by_load.at(load).second;
  };
  EXPECT_LT(mean_of("Light_Load"), 12);
  EXPECT_LT(mean_of("Light_Load"), mean_of("Medium_Load"));
  EXPECT_LT(mean_of("Medium_Load"), mean_of("Maximum_Load"));
}

TEST(SteelMillSimulator, FiguresOfAReadingBelongTogether) {
  for (const SteelMillReading& r : SteelMillSimulator(11, {}).Readings()) {
    EXPECT_GE(r.usage_kwh, 0);
    EXPECT_NEAR(r.co2_tonnes, r.usage_kwh * 0.00047, 0.0051);
    const double apparent = std::hypot(r.usage_kwh, r.lagging_kvarh);
    if (apparent > 0) {
      EXPECT_NEAR(r.lagging_power_factor_percent, 100 * r.usage_kwh / apparent, 0.0051);
    }
    EXPECT_TRUE(r.lagging_kvarh == 0 || r.leading_kvarh == 0);
  }
}

TEST(SteelMillSimulator, WritesMidnightWithTheDayThatEnds) {
  SteelMillOptions two_days;
  two_days.days = 2;
  const std::string csv = FormatSteelMillCsv(SteelMillSimulator(1, two_days).Readings());
  EXPECT_EQ(csv.find("date,Usage_kWh,"), 0U);
  const auto row = [&](std::string_view start) { return csv.find("\n" + std::string(start)); };
  EXPECT_NE(row("01/01/2018 00:15,"), std::string::npos);
  EXPECT_LT(row("01/01/2018 23:45,"), row("01/01/2018 00:00,"));
  EXPECT_LT(row("01/01/2018 00:00,"), row("02/01/2018 00:15,"));
  const std::string midnight = csv.substr(row("01/01/2018 00:00,"), 200);
  EXPECT_NE(midnight.find(",0,Weekday,Monday,"), std::string::npos);
}

TEST(SteelMillSimulator, PowerIntegratesToTheEnergyOfTheQuarter) {
  const SteelMillSimulator mill(13, {});
  const std::int64_t quarter = 17532LL * 96 + 3000;
  for (const int step : {1, 5, 900}) {
    double kilowatt_seconds = 0;
    std::set<double> values;
    for (int s = 0; s < 900; s += step) {
      const Timestamp time = SteelMillSimulator::StartOf(quarter) + std::chrono::seconds(s);
      ASSERT_EQ(SteelMillSimulator::QuarterOf(time), quarter);
      const double power = mill.PowerKilowatts(time, step);
      values.insert(power);
      kilowatt_seconds += power * step;
    }
    EXPECT_NEAR(kilowatt_seconds / 3600, mill.ReadingAt(quarter).usage_kwh, 1e-9);
    EXPECT_EQ(values.size(), static_cast<std::size_t>(900 / step));
  }
}

TEST(SteelMillSimulator, ItsClockIsThatOfSeoul) {
  const Timestamp midnight = SteelMillSimulator::StartOf(17532LL * 96);
  EXPECT_EQ(FormatTimestamp(midnight), "2017-12-31T15:00:00Z");
}

}  // namespace
}  // namespace bedplate

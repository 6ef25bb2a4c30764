#include "model/unit.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "model/unit_aliases.h"

namespace bedplate {
namespace {

class UnitTest : public ::testing::Test {
 protected:
  static const UnitSystem& Units() {
    static const auto kUnits = UnitSystem::Load().value();
    return *kUnits;
  }
  static double Convert(double value, const std::string& from, const std::string& to) {
    const auto conversion = Units().Convert(from, to);
    EXPECT_TRUE(conversion.ok()) << conversion.error().ToString();
    return conversion.ok() ? conversion->Apply(value) : std::nan("");
  }
  static bool Refused(const std::string& from, const std::string& to) {
    const auto conversion = Units().Convert(from, to);
    return !conversion.ok() && conversion.error().code() == ErrorCode::kInvalidArgument;
  }
};

struct Published {
  const char* from;
  const char* to;
  double value;
  double expected;
  double relative;  // half a unit in the last printed digit
};

// NIST Special Publication 811 (2008), appendix B.8, but for the last lines.
constexpr Published kPublished[] = {
    {"kWh", "J", 1, 3.6e6, 0},
    {"kWh", "MJ", 1, 3.6, 0},
    {"MWh", "kWh", 1, 1000, 0},
    {"kWh", "MWh", 1, 0.001, 0},
    {"BTU", "J", 1, 1.05505585262e3, 1e-12},  // Btu_IT
    {"hp", "W", 1, 7.456999e2, 1e-7},         // 550 ft.lbf/s
    {"bar", "Pa", 1, 1e5, 0},
    {"psi", "kPa", 1, 6.894757, 1e-7},
    {"mmHg", "Pa", 1, 1.333224e2, 1e-6},
    {"rpm", "rad/s", 1, 1.047198e-1, 1e-6},
    {"gpm", "m3/s", 1, 6.309020e-5, 1e-6},
    {"cfm", "m3/s", 1, 4.719474e-4, 1e-6},
    {"gal", "l", 1, 3.785412, 1e-6},
    {"l/min", "m3/h", 1000, 60, 1e-15},
    {"lb", "kg", 1, 4.535924e-1, 1e-6},
    {"cP", "Pa.s", 1, 1e-3, 1e-15},
    {"in", "mm", 1, 25.4, 1e-15},
    {"degF", "degC", 212, 100, 1e-14},
    {"degF", "degC", -40, -40, 1e-14},
    {"degC", "degF", 37, 98.6, 1e-14},
    {"°C", "K", 0, 273.15, 0},
    {"K", "°C", 0, -273.15, 0},
    {"degC/min", "K/s", 60, 1, 1e-15},
    {"deg", "rad", 180, M_PI, 1e-15},
    {"Sm3", "Nm3", 1, 0.9479438, 1e-7},  // 273.15 / 288.15
    {"%", "1", 50, 0.5, 1e-15},
    {"%rH", "%", 42, 42, 1e-15},
    {"kWh/t", "MJ/kg", 1000, 3.6, 1e-15},
    {"kWh/Nm3", "Wh/Nl", 1, 1, 1e-15},
    {"kgCO2", "tCO2", 1000, 1, 1e-15},
    {"EUR/MWh", "EUR/kWh", 50, 0.05, 1e-15},
    {"m³/h", "m3/h", 7, 7, 1e-15},
    {"MVA", "kVA", 1, 1000, 0},
    {"kpcs/h", "pcs/h", 1, 1000, 0},
    {"kVArh", "kvarh", 5, 5, 0},
};

TEST_F(UnitTest, ConvertsAsPublished) {
  for (const Published& row : kPublished) {
    EXPECT_NEAR(Convert(row.value, row.from, row.to), row.expected,
                row.relative * std::abs(row.expected))
        << row.from << " -> " << row.to;
  }
}

TEST_F(UnitTest, RefusesToMixWhatIsNotTheSame) {
  EXPECT_TRUE(Refused("kW", "kWh"));
  EXPECT_TRUE(Refused("kvarh", "kWh"));
  EXPECT_TRUE(Refused("kVA", "kW"));
  EXPECT_TRUE(Refused("kvar", "kVA"));
  EXPECT_TRUE(Refused("Nm3", "m3"));
  EXPECT_TRUE(Refused("barg", "bar"));
  EXPECT_TRUE(Refused("tCO2", "t"));
  EXPECT_TRUE(Refused("pcs", "1"));
  EXPECT_TRUE(Refused("EUR", "USD"));
  EXPECT_TRUE(Refused("rpm", "Hz"));
  EXPECT_TRUE(Refused("pH", "H"));
  EXPECT_TRUE(Refused("", "kWh"));
  EXPECT_TRUE(Refused("lg(re mW)", "W"));
}

TEST_F(UnitTest, AnUnknownUnitIsNamedWithTheNearestSpelling) {
  const auto message = [](const std::string& unit) {
    const Status status = Units().Check(unit);
    return status.ok() ? std::string("known") : status.error().message();
  };
  EXPECT_EQ(message("kwh"), "unknown unit 'kwh'; did you mean 'kWh'?");
  EXPECT_EQ(message("kwh/Nm3"), "unknown unit 'kwh/Nm3'; did you mean 'kWh/Nm3'?");
  EXPECT_EQ(message("fortnigth"), "unknown unit 'fortnigth'; did you mean 'fortnight'?");
  EXPECT_EQ(message("celcius"), "unknown unit 'celcius'; did you mean 'celsius'?");
  EXPECT_EQ(message("furlongs per wibble"), "unknown unit 'furlongs per wibble'");
  EXPECT_EQ(message("kWh "), "unknown unit 'kWh '");
  EXPECT_EQ(message("m\n"), "expected a unit of at most 128 bytes of plain text, got 'm\n'");
}

TEST_F(UnitTest, EverySuggestedSpellingIsKnown) {
  for (const std::string& spelling : KnownUnitSpellings()) {
    EXPECT_TRUE(Units().Check(spelling).ok()) << spelling;
  }
}

TEST_F(UnitTest, ThereAndBackIsTheSame) {
  const std::vector<std::string>& spellings = KnownUnitSpellings();
  std::mt19937 random(11);
  for (const std::string& from : spellings) {
    for (const std::string& to : spellings) {
      const auto there = Units().Convert(from, to);
      const auto back = Units().Convert(to, from);
      ASSERT_EQ(there.ok(), back.ok()) << from << " -> " << to;
      if (!there.ok()) continue;
      const double x = std::uniform_real_distribution(-1000.0, 1000.0)(random);
      EXPECT_NEAR(back->Apply(there->Apply(x)), x, 1e-9) << from << " -> " << to;
    }
  }
}

TEST_F(UnitTest, OddTextsAreRefusedNotCrashedOn) {
  for (const std::string unit : {"(",
                                 ")",
                                 "((((((((((((((((",
                                 "m^",
                                 "m^99999999999",
                                 "1e999 m",
                                 "0 m",
                                 "m/0",
                                 "/",
                                 "@",
                                 "m @",
                                 "since",
                                 "kWh(",
                                 "\xFF",
                                 "\xC2",
                                 "%%%",
                                 "K @ K",
                                 "lg(",
                                 "lg(re",
                                 "--",
                                 "m..m",
                                 "'",
                                 "\""}) {
    (void)Units().Check(unit);
    const auto conversion = Units().Convert(unit, "m");
    if (conversion.ok()) {
      EXPECT_TRUE(std::isfinite(conversion->scale)) << unit;
    }
  }
  EXPECT_FALSE(Units().Check(std::string(200, 'm')).ok());
  EXPECT_FALSE(Units().Check("\xFF").ok());
}

TEST_F(UnitTest, IsSafeFromManyThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string from = std::to_string(t * 500 + i + 1) + " kWh";
        const auto conversion = Units().Convert(from, "Wh");
        if (!conversion.ok() || conversion->Apply(1) != 1000.0 * (t * 500 + i + 1)) ++wrong;
        if (Units().Check("kwh" + std::to_string(i)).ok()) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace bedplate

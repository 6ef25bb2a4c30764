// Regressions whose result others have published, on data that stand beside the project.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "analytics/fit_quality.h"
#include "analytics/least_squares.h"
#include "base/shared_data_test_support.h"

namespace bedplate {
namespace {

/// The second column of a CSV file below the shared data; empty when it is not there.
std::vector<double> ReadColumn(const std::string& name) {
  std::ifstream file(SharedDataFile(name));
  std::vector<double> column;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) column.push_back(std::stod(line.substr(line.find(',') + 1)));
  return column;
}

TEST(PublishedRegression, ElectricityOnTemperatureAsNmecrFindsIt) {
  std::vector<double> electricity = ReadColumn("nmecr/eload.csv");
  std::vector<double> temperature = ReadColumn("nmecr/temp.csv");
  if (electricity.empty()) GTEST_SKIP() << "shared data not present (set BEDPLATE_DATA)";
  constexpr std::size_t kDays = 364;  // from 2012-03-01
  electricity.resize(kDays);
  temperature.resize(kDays);
  Regressors regressors;
  regressors.groups.assign(kDays, 0);
  regressors.names = {"temperature"};
  regressors.columns = {temperature};
  const auto model = LinearModel::Fit(regressors, electricity);
  ASSERT_TRUE(model.ok());
  std::vector<std::int64_t> positions(kDays);
  for (std::size_t i = 0; i < kDays; ++i) positions[i] = static_cast<std::int64_t>(i);
  const FitQuality quality =
      AssessFit(electricity, model.value().residuals(), positions, model.value().parameters());
  EXPECT_NEAR(quality.r_squared, 0.6908902, 5e-8);  // kW Engineering's nmecr, model "SLR"
}

}  // namespace
}  // namespace bedplate

#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/shared_data_test_support.h"
#include "services/steel_mill_simulator.h"

namespace bedplate {

/// A mill's meters as samples: each figure at the end of its quarter of an hour.
struct MeterSamples {
  std::vector<std::int64_t> times;  // ns since 1970
  std::vector<std::uint64_t> counts;
  std::vector<double> kwh;
  std::vector<double> lagging_kvarh;  // of the real mill only, as the next two
  std::vector<double> leading_kvarh;
  std::vector<double> power_factor;  // per cent
  std::vector<std::string> load_types;

  void Add(Timestamp time, double usage_kwh, std::string load_type) {
    times.push_back(time.nanoseconds());
    counts.push_back(1);
    kwh.push_back(usage_kwh);
    load_types.push_back(std::move(load_type));
  }
};

/// The real mill's file, beside the project; empty when it is not there.
inline std::optional<std::ifstream> OpenRealMill() {
  std::ifstream file(SharedDataFile("steel_energy/Steel_industry_data.csv"));
  if (!file) return std::nullopt;
  return file;
}

/// Its year. Rows are a quarter of an hour apart without a gap, so that only the order counts.
inline MeterSamples ReadRealMill(std::ifstream& file) {
  MeterSamples samples;
  Timestamp time = SteelMillSimulator::StartOf(17532LL * 96);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream cells(line);
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::move(cell));
    time = time + std::chrono::minutes(15);
    samples.Add(time, std::stod(row.at(1)), row.at(10));
    samples.lagging_kvarh.push_back(std::stod(row.at(2)));
    samples.leading_kvarh.push_back(std::stod(row.at(3)));
    samples.power_factor.push_back(std::stod(row.at(5)));
  }
  return samples;
}

}  // namespace bedplate

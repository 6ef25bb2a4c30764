// Blocks of public plant data, found by BEDPLATE_DATA or beside the checkout: they come back bit
// for bit, and take no more than they did when version 2 of the format was made.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/shared_data_test_support.h"
#include "historian/block.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

/// The columns [first, last] of a CSV file with one line of titles; empty when it is not there.
std::vector<std::vector<double>> ReadColumns(const std::string& name, std::size_t first,
                                             std::size_t last) {
  std::ifstream file(SharedDataFile(name));
  std::vector<std::vector<double>> columns;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    columns.resize(last - first + 1);
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t i = 0; i <= last; ++i) {
      std::getline(cells, cell, ',');
      if (i >= first) columns[i - first].push_back(std::strtod(cell.c_str(), nullptr));
    }
  }
  return columns;
}

/// Encodes and decodes blocks of at most `block_samples`; returns the bytes of payload.
std::size_t RoundTrip(const std::vector<double>& values, std::size_t block_samples) {
  std::size_t bytes = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += block_samples) {
    const std::size_t count = std::min(block_samples, values.size() - begin);
    SampleColumns samples;
    for (std::size_t i = 0; i < count; ++i) {
      const auto time = static_cast<std::int64_t>(begin + i) * 900 * kNanosecondsPerSecond;
      samples.Push({Timestamp(time), values[begin + i], kGood});
    }
    const EncodedBlock block = EncodeBlock(samples);
    const auto decoded = DecodeBlock(block.header, ValueType::kDouble, block.payload);
    EXPECT_TRUE(decoded.ok() && decoded->times == samples.times);
    EXPECT_EQ(std::memcmp(decoded->doubles.data(), samples.doubles.data(), count * 8), 0);
    bytes += block.payload.size();
  }
  return bytes;
}

double BytesPerSample(const std::vector<std::vector<double>>& columns, std::size_t block_samples) {
  std::size_t bytes = 0;
  std::size_t samples = 0;
  for (const auto& column : columns) {
    bytes += RoundTrip(column, block_samples);
    samples += column.size();
  }
  return static_cast<double>(bytes) / static_cast<double>(samples);
}

TEST(RealSeriesTest, AYearOfASteelPlant) {
  const auto columns = ReadColumns("steel_energy/Steel_industry_data.csv", 1, 7);
  if (columns.empty()) GTEST_SKIP() << "the steel plant's data are not there";
  EXPECT_LE(BytesPerSample(columns, 2976), 0.70);
}

TEST(RealSeriesTest, TemperaturesOfAMachineAndOfItsRoom) {
  const auto machine = ReadColumns("nab/machine_temperature_system_failure.csv", 1, 1);
  const auto room = ReadColumns("nab/ambient_temperature_system_failure.csv", 1, 1);
  if (machine.empty() || room.empty()) GTEST_SKIP() << "the temperatures are not there";
  EXPECT_LE(BytesPerSample({machine[0], room[0]}, kMaxBlockSamples), 3.75);
}

}  // namespace
}  // namespace bedplate::historian

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "app/command.h"
#include "app/plant_runtime.h"
#include "base/result.h"
#include "services/steel_mill_simulator.h"

namespace bedplate {

/// The example steel mill (examples/steel-mill), a year of it until today and then live. It goes
/// the ways that everything goes: the plant by `PUT /api/v1/plant`, the year by the CSV import, the
/// live readings by the trust gate.
class ExamplePlant {
 public:
  /// Makes what `runtime` lacks: the plant, the year, and what was missed while nothing ran. Both
  /// arguments must outlive the plant.
  static Result<std::unique_ptr<ExamplePlant>> Prepare(CommandContext& context,
                                                       PlantRuntime& runtime);

  /// Writes readings as they become due, on a thread of its own, until destroyed.
  void GoLive();

 private:
  ExamplePlant(CommandContext& context, PlantRuntime& runtime, std::int32_t first_day);

  Status Declare();
  Status ImportYear();
  Status CatchUp();
  Status WriteQuarters(std::int64_t first, std::int64_t stop);
  Status WritePower(Timestamp start, Timestamp stop);
  void Run(const std::stop_token& stop);

  CommandContext& context_;
  PlantRuntime& runtime_;
  const SteelMillOptions options_;
  const SteelMillSimulator simulator_;
  std::int64_t next_quarter_ = 0;
  Timestamp next_power_;
  std::jthread thread_;  // last: it ends before what it uses
};

/// `yaml` with every date (2018-07-01) moved by so many days.
std::string ShiftDates(std::string_view yaml, std::int32_t days);

}  // namespace bedplate

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog_test_support.h"
#include "query/fake_historian.h"
#include "query/query_engine.h"

namespace bedplate {

/// One line per row, cells separated by `|`, NULL for an empty cell.
inline std::string Rows(const QueryResult& result) {
  struct Writer {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return FormatValue(value); }
    std::string operator()(const std::string& value) const { return value; }
  };
  std::string text;
  for (std::uint64_t row = 0; row < result.rows; ++row) {
    for (std::size_t i = 0; i < result.columns.size(); ++i) {
      if (i > 0) text += '|';
      text += std::visit(Writer{}, result.columns[i].cells[row]);
    }
    text += '\n';
  }
  return text;
}

/// A small plant: two days of 15-minute power at two fillers, a load type, a counter and a switch.
class QueryTest : public CatalogTest {
 protected:
  static constexpr Timestamp kStart = Timestamp::FromSeconds(1'514'764'800);  // 2018-01-01
  static constexpr int kReadings = 192;

  QueryTest() {
    FillHistorian();
    FillCatalog(Open());
    MakeEngine({});
  }
  /// The catalog must outlive the engine.
  ~QueryTest() override { engine_.reset(); }

  void MakeEngine(const QueryEngine::Options& options) {
    engine_.reset();
    auto engine = QueryEngine::Make(historian_, Open(), options);
    ASSERT_TRUE(engine.ok()) << engine.error().ToString();
    engine_ = std::move(engine).value();
  }

  Result<QueryResult> Run(std::string_view sql, const QueryLimits& limits = {},
                          const CancelToken& cancel = {}) {
    return engine_->Run(sql, limits, cancel);
  }
  /// The rows as text, or the error's code and message.
  std::string Ask(std::string_view sql) {
    const Result<QueryResult> result = Run(sql);
    if (result.ok()) return Rows(*result);
    return std::string(ErrorCodeName(result.error().code())) + ": " + result.error().ToString();
  }

  FakeHistorian historian_;
  std::unique_ptr<QueryEngine> engine_;

 private:
  void FillHistorian() {
    std::vector<Sample> first;
    std::vector<Sample> second;
    std::vector<Sample> load;
    for (int i = 0; i < kReadings; ++i) {
      const Timestamp time = kStart + i * std::chrono::minutes(15);
      first.push_back({time, 10.0 + i % 4, kGood});
      second.push_back({time, 20.0, i % 48 == 0 ? kBad : kGood});
      load.push_back({time, std::string(i % 96 < 48 ? "Light" : "Maximum"), kGood});
    }
    historian_.Put("acme/leeds/packing/line-1/filler/power", std::move(first));
    historian_.Put("acme/leeds/packing/line-2/filler/power", std::move(second));
    historian_.Put("acme/leeds/load", std::move(load));
    historian_.Put("acme/leeds/packing/line-1/filler/bottles",
                   {{kStart, std::int64_t{100}, kGood},
                    {kStart + std::chrono::nanoseconds(1'500), std::int64_t{140}, kGood}});
    historian_.Put("acme/leeds/packing/line-1/filler/running",
                   {{kStart, true, kGood}, {kStart + std::chrono::hours(1), false, kUncertain}});
  }

  static Plant DeclaredPlant() {
    Plant plant;
    plant.assets = {{"acme", AssetLevel::kEnterprise, "", "", "", "GBP"},
                    {"acme/leeds", AssetLevel::kSite, "Leeds works", "", "Europe/London", ""},
                    {"acme/leeds/packing", AssetLevel::kArea, "", "", "", ""},
                    {"acme/leeds/packing/line-1", AssetLevel::kLine, "", "", "", ""},
                    {"acme/leeds/packing/line-1/filler", AssetLevel::kEquipment, "", "", "", ""}};
    Tag power;
    power.path = "acme/leeds/packing/line-1/filler/power";
    power.unit = "kW";
    power.limits.high = 12.5;
    power.description = "Filler 1, active power";
    power.declared = true;
    Tag idle = power;
    idle.path = "acme/leeds/packing/line-1/filler/temperature";
    idle.unit = "degC";
    plant.tags = {power, idle};
    return plant;
  }

  static void FillCatalog(Catalog& catalog) {
    const auto applied = catalog.plant().Apply(DeclaredPlant(), false, "test");
    ASSERT_TRUE(applied.ok()) << applied.error().ToString();
    const std::string filler = "acme/leeds/packing/line-1/filler";
    const std::vector<Event> events = {
        {"e1", filler, "stop", "JAM", "bottle jam", kStart + std::chrono::hours(2),
         kStart + std::chrono::hours(2) + std::chrono::minutes(20), "plc"},
        {"e2", filler, "stop", "LABEL", "", kStart + std::chrono::hours(5), std::nullopt, "plc"}};
    ASSERT_TRUE(catalog.plant().PutEvents(events).ok());
    std::vector<DeadLetter> letters;
    for (int i = 0; i < 1300; ++i) {
      letters.push_back({.received = kStart,
                         .source = "import",
                         .place = "energy.csv:" + std::to_string(i),
                         .tag = i % 2 == 0 ? "acme/leeds/load" : "",
                         .code = "bad-number",
                         .reason = "expected a number, 'x' came",
                         .payload = "x",
                         .key = std::to_string(i)});
    }
    ASSERT_TRUE(catalog.dead_letters().Add(letters).ok());
  }
};

}  // namespace bedplate

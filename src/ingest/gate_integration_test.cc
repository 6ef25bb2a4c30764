// The gate on the real historian and catalog, closed and opened again in between.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/fault_file_system.h"
#include "catalog/catalog_test_support.h"
#include "historian/historian.h"
#include "ingest/gate.h"

namespace bedplate {
namespace {

constexpr Timestamp kTime = Timestamp::FromSeconds(1'514'764'800);

class GateIntegrationTest : public CatalogTest {
 protected:
  GateIntegrationTest() : files_(MakePosixFileSystem()), units_(UnitSystem::Load().value()) {
    (void)Open();
    OpenHistorian();
  }

  void OpenHistorian() {
    historian_.reset();
    const std::string folder = std::filesystem::path(path()).parent_path() / "historian";
    auto opened = Historian::Open(*files_, clock_, folder, {});
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    historian_ = std::move(opened).value();
  }

  IngestReport Ingest(Catalog& catalog) {
    const auto gate = TrustGate::Make(*historian_, catalog, *units_, clock_);
    std::vector<PathBatch> batches(2);
    batches[0].path = "acme/power";
    batches[0].unit = "kW";
    batches[1].path = "acme/state";
    batches[1].samples.type = ValueType::kString;
    for (int i = 0; i < 1'000; ++i) {
      const Timestamp time = kTime + std::chrono::minutes(i);
      batches[0].samples.Push({time, i == 500 ? std::nan("") : i * 0.5, kGood});
      batches[1].samples.Push({time, std::string(i % 2 == 0 ? "on" : "off"), kGood});
    }
    batches[0].origin.key = "input";
    auto report = gate->Ingest("test", std::move(batches), {});
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return std::move(report).value();
  }

  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<UnitSystem> units_;
  std::unique_ptr<Historian> historian_;
};

TEST_F(GateIntegrationTest, StoresOnceAlsoAfterOpeningAgain) {
  EXPECT_EQ(Ingest(Open()).stored, 1'999U);
  OpenHistorian();
  Catalog& catalog = Open();
  const IngestReport again = Ingest(catalog);
  EXPECT_EQ(again.stored, 0U);
  EXPECT_EQ(again.duplicates, 1'999U);
  EXPECT_EQ(*catalog.dead_letters().Total(), 1U);
  const auto series = historian_->Find("acme/power");
  ASSERT_TRUE(series.has_value());
  EXPECT_EQ(series->samples, 999U);
  EXPECT_EQ(catalog.plant().FindTag("acme/power")->value().unit, "kW");
}

/// A write that was refused leaves nothing that stands in the way of another type.
TEST_F(GateIntegrationTest, ARefusedWriteSettlesNoType) {
  FaultFileSystem files(1);
  HistorianOptions options;
  options.reserve_bytes = 1000;
  options.background = false;
  const auto historian = Historian::Open(files, clock_, "/historian", options);
  ASSERT_TRUE(historian.ok());
  const auto gate = TrustGate::Make(**historian, Open(), *units_, clock_);
  const auto ingest = [&](Value value) {
    std::vector<PathBatch> batches(1);
    batches[0].path = "acme/state";
    batches[0].samples.type = TypeOf(value);
    batches[0].samples.Push({kTime, std::move(value), kGood});
    return gate->Ingest("test", std::move(batches), {});
  };
  files.SetCapacity(500);
  EXPECT_EQ(ingest(1.5).error().code(), ErrorCode::kResourceExhausted);
  files.SetCapacity(UINT64_MAX);
  const auto report = ingest(std::string("on"));
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->stored, 1U);
  EXPECT_TRUE(report->letters.empty());
  EXPECT_EQ((*historian)->Find("acme/state")->type, ValueType::kString);
}

TEST_F(GateIntegrationTest, LosesOnlyTheTextThatIsTooLong) {
  Catalog& catalog = Open();
  const auto gate = TrustGate::Make(*historian_, catalog, *units_, clock_);
  std::vector<PathBatch> batches(2);
  batches[0].path = "acme/power";
  batches[0].samples.Push({kTime, 1.5, kGood});
  batches[1].path = "acme/note";
  batches[1].samples.type = ValueType::kString;
  batches[1].samples.Push({kTime, std::string(2 * kMaxStringBytes, 'x'), kGood});
  const auto report = gate->Ingest("test", std::move(batches), {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->stored, 1U);
  EXPECT_EQ(historian_->Find("acme/power")->samples, 1U);
  const auto letters = catalog.dead_letters().List({});
  ASSERT_TRUE(letters.ok());
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->at(0).code, "bad-text");
  EXPECT_EQ(letters->at(0).tag, "acme/note");
}

}  // namespace
}  // namespace bedplate

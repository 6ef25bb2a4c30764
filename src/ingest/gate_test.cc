#include "ingest/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "catalog/catalog_test_support.h"
#include "ingest/fake_historian.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Timestamp kTime = Timestamp::FromSeconds(1'514'764'800);

/// Knows W, kW and kWh.
class FakeUnits final : public UnitSystem {
 public:
  Status Check(std::string_view unit) const override {
    if (unit == "W" || unit == "kW" || unit == "kWh") return {};
    return Error(ErrorCode::kInvalidArgument, "unknown unit");
  }
  Result<UnitConversion> Convert(std::string_view from, std::string_view to) const override {
    RETURN_IF_ERROR(Check(from));
    if (from == "W" && to == "kW") return UnitConversion{.scale = 0.001, .offset = 0};
    return Error(ErrorCode::kInvalidArgument, "they measure different things");
  }
};

PathBatch Batch(std::string path, std::vector<Value> values) {
  PathBatch batch;
  batch.path = std::move(path);
  batch.samples.type = TypeOf(values.at(0));
  batch.origin.prefix = "file.csv:";
  batch.origin.key = "abc";
  for (std::size_t i = 0; i < values.size(); ++i) {
    batch.samples.Push({kTime + std::chrono::seconds(i), values[i], kGood});
    batch.origin.lines.push_back(i + 2);
  }
  return batch;
}

class GateTest : public CatalogTest {
 protected:
  GateTest() : catalog_(Open()), gate_(TrustGate::Make(historian_, catalog_, units_, clock_)) {}

  IngestReport Ingest(std::vector<PathBatch> batches, std::vector<DeadLetter> letters = {}) {
    auto report = gate_->Ingest("test", std::move(batches), std::move(letters));
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return report.ok() ? *report : IngestReport{};
  }
  IngestReport Ingest(PathBatch batch) {
    std::vector<PathBatch> batches;
    batches.push_back(std::move(batch));
    return Ingest(std::move(batches));
  }

  void Declare(const std::string& path, ValueType type, const std::string& unit,
               TagLimits limits = {}) {
    Plant plant;
    Asset asset;
    asset.path = std::string(path.substr(0, path.find('/')));
    asset.level = AssetLevel::kEnterprise;
    plant.assets.push_back(asset);
    Tag tag;
    tag.path = path;
    tag.type = type;
    tag.unit = unit;
    tag.limits = limits;
    tag.declared = true;
    plant.tags.push_back(tag);
    const auto applied = catalog_.plant().Apply(plant, false, "test");
    ASSERT_TRUE(applied.ok()) << applied.error().ToString();
    gate_->PlantChanged();
  }

  static std::vector<std::string> Codes(const IngestReport& report) {
    std::vector<std::string> codes;
    for (const DeadLetter& letter : report.letters) codes.push_back(letter.code);
    return codes;
  }

  FakeHistorian historian_;
  Catalog& catalog_;
  FakeUnits units_;
  std::unique_ptr<TrustGate> gate_;
};

TEST_F(GateTest, StoresSamplesAndNotesTheNewTag) {
  PathBatch batch = Batch("acme/power", {1.5, 2.5});
  batch.unit = "kW";
  const IngestReport report = Ingest(std::move(batch));
  EXPECT_EQ(report.stored, 2U);
  EXPECT_THAT(report.letters, IsEmpty());
  const auto tag = catalog_.plant().FindTag("acme/power");
  ASSERT_TRUE(tag.ok() && tag->has_value());
  EXPECT_EQ((*tag)->type, ValueType::kDouble);
  EXPECT_EQ((*tag)->unit, "kW");
  EXPECT_EQ((*tag)->source, "test");
  EXPECT_FALSE((*tag)->declared);
}

/// A memo saves the look-up of the path and changes nothing else, whatever becomes of the plant.
TEST_F(GateTest, AMemoKnowsWhenItIsOutdated) {
  RouteMemo memo;
  const auto send = [&](double value, std::string unit) {
    PathBatch batch = Batch("acme/power", {value});
    batch.samples.times[0] += static_cast<std::int64_t>(value);
    batch.unit = std::move(unit);
    batch.memo = &memo;
    return Ingest(std::move(batch));
  };
  send(1, "");
  send(2, "");
  EXPECT_NE(memo.route, nullptr);
  Declare("acme/power", ValueType::kDouble, "kW");
  send(3000, "W");
  const std::vector<Sample> stored = historian_.SamplesOf("acme/power");
  ASSERT_EQ(stored.size(), 3U);
  EXPECT_EQ(stored[2].value, Value(3.0)) << "in the unit that the tag has since";
}

/// An append that fails makes its own paths unknown, and the memos of the others are good again
/// with their next look-up.
TEST_F(GateTest, AMemoOutlivesAFailedAppendOfAnotherTag) {
  RouteMemo memo;
  PathBatch batch = Batch("acme/power", {1.0});
  batch.memo = &memo;
  Ingest(batch);
  Ingest(batch);
  const auto before = memo.route;
  ASSERT_NE(before, nullptr);
  historian_.fail_append = Error(ErrorCode::kResourceExhausted, "disk full");
  EXPECT_FALSE(gate_->Ingest("test", {Batch("acme/flow", {1.0})}, {}).ok());
  Ingest(batch);
  const auto after = memo.route;
  EXPECT_NE(after, before) << "looked up again";
  Ingest(batch);
  EXPECT_EQ(memo.route, after) << "and known from then on";
}

TEST_F(GateTest, AMemoIsGoodForTheGateThatMadeItOnly) {
  RouteMemo memo;
  PathBatch batch = Batch("acme/power", {1.0});
  batch.memo = &memo;
  Ingest(batch);
  Ingest(batch);
  FakeHistorian other_historian;
  const auto other = TrustGate::Make(other_historian, catalog_, units_, clock_);
  ASSERT_TRUE(other->Ingest("test", {batch}, {}).ok());
  EXPECT_EQ(other_historian.SamplesOf("acme/power").size(), 1U);
}

TEST_F(GateTest, NamesTheTagsThatNoPlantFileDeclares) {
  Declare("mill/energy", ValueType::kDouble, "kWh");
  std::vector<PathBatch> batches;
  for (const char* path : {"mill/enery", "mill/energy", "mill/voltage", "mill/enery"}) {
    batches.push_back(Batch(path, {1.0, 2.0}));
  }
  batches[3].samples.times = {kTime.nanoseconds() + 10, kTime.nanoseconds() + 20};
  const IngestReport report = Ingest(std::move(batches));
  EXPECT_EQ(report.stored, 8U);
  EXPECT_THAT(report.new_tags, ElementsAre("mill/enery", "mill/voltage"));
  EXPECT_THAT(Ingest(Batch("mill/enery", {3.0})).new_tags, IsEmpty()) << "it is known now";
}

TEST_F(GateTest, APreviewTellsWhatAnIngestThenDoes) {
  Declare("mill/power", ValueType::kDouble, "kW");
  PathBatch stored = Batch("mill/power", {1.0, 2.0, 3.0, 4.0});
  stored.unit = "kW";
  (void)Ingest(std::move(stored));
  const auto batches = [] {
    std::vector<PathBatch> made;
    made.push_back(Batch("mill/power", {1000.0, 9000.0, std::nan(""), 4000.0, 5000.0, 5000.0}));
    made[0].samples.times[5] = made[0].samples.times[4];
    made[0].unit = "W";
    made.push_back(Batch("mill/new", {7.0}));
    made.push_back(Batch("mill", {7.0, 8.0}));
    return made;
  };
  const auto preview = gate_->Preview(batches(), {});
  ASSERT_TRUE(preview.ok()) << preview.error().ToString();
  const auto at = [](int second) { return kTime + std::chrono::seconds(second); };
  EXPECT_THAT(preview->preview,
              ElementsAre(TagPreview{"mill/power", "kW", false, 1, 3, 1, 1, at(0), at(4), 1, 9},
                          TagPreview{"mill/new", "", true, 1, 0, 0, 0, at(0), at(0), 7, 7},
                          TagPreview{"mill", "", false, 0, 0, 0, 2, {}, {}, {}, {}}));
  EXPECT_THAT(Codes(*preview), ElementsAre("bad-number", "bad-path", "bad-path"));
  EXPECT_EQ(*catalog_.dead_letters().Total(), 0U) << "nothing is stored";
  EXPECT_FALSE(historian_.Find("mill/new"));
  const IngestReport done = Ingest(batches());
  EXPECT_EQ(done.stored, preview->stored);
  EXPECT_EQ(done.duplicates, preview->duplicates);
  EXPECT_EQ(done.conflicts, preview->conflicts);
  EXPECT_EQ(done.letters.size(), preview->letters.size());
}

TEST_F(GateTest, ADeclarationWaitsForSamplesAndTheyForIt) {
  auto held = std::make_unique<std::unique_lock<std::shared_mutex>>(gate_->HoldIngest());
  std::atomic<bool> stored = false;
  std::thread writer([&] {
    (void)Ingest(Batch("mill/energy", {1.0}));
    stored = true;
  });
  Declare("mill/energy", ValueType::kInt64, "kWh");
  EXPECT_FALSE(stored);
  held.reset();
  writer.join();
  EXPECT_EQ(historian_.Find("mill/energy")->type, ValueType::kInt64);
}

TEST_F(GateTest, NoTagIsMadeAtThePathOfAnAsset) {
  Declare("mill/energy", ValueType::kDouble, "kWh");
  const IngestReport report = Ingest(Batch("mill", {1.0}));
  EXPECT_EQ(report.stored, 0U);
  EXPECT_THAT(Codes(report), ElementsAre("bad-path"));
}

TEST_F(GateTest, CountsDuplicatesAndConflicts) {
  (void)Ingest(Batch("acme/power", {1.5, 2.5}));
  const IngestReport report = Ingest(Batch("acme/power", {1.5, 9.0, 3.0}));
  EXPECT_EQ(report.stored, 1U);
  EXPECT_EQ(report.duplicates, 1U);
  EXPECT_EQ(report.conflicts, 1U);
}

TEST_F(GateTest, KeepsTheRestWhenOneSampleIsBad) {
  const IngestReport report = Ingest(Batch("acme/power", {1.5, std::nan(""), 3.5}));
  EXPECT_EQ(report.stored, 2U);
  ASSERT_THAT(Codes(report), ElementsAre("bad-number"));
  const DeadLetter& letter = report.letters[0];
  EXPECT_EQ(letter.place, "file.csv:3");
  EXPECT_EQ(letter.key, "abc:3");
  EXPECT_EQ(letter.tag, "acme/power");
  EXPECT_EQ(letter.source, "test");
  EXPECT_EQ(letter.received, clock_.Now());
  const auto total = catalog_.dead_letters().Total();
  ASSERT_TRUE(total.ok());
  EXPECT_EQ(*total, 1U);
}

TEST_F(GateTest, StoresALetterWithAKeyOnce) {
  (void)Ingest(Batch("acme/power", {std::nan("")}));
  (void)Ingest(Batch("acme/power", {std::nan("")}));
  EXPECT_EQ(*catalog_.dead_letters().Total(), 1U);
}

TEST_F(GateTest, MakesNoSeriesForATagWithoutAGoodSample) {
  (void)Ingest(Batch("acme/power", {std::nan("")}));
  EXPECT_FALSE(historian_.Find("acme/power").has_value());
  EXPECT_FALSE(catalog_.plant().FindTag("acme/power")->has_value());
}

TEST_F(GateTest, RefusesEverySampleOfABadPath) {
  for (const std::string path : {"", "/a", "a//b", "a*", "a\n", "\xFF", "a/"}) {
    const IngestReport report = Ingest(Batch(path, {1.0, 2.0}));
    EXPECT_EQ(report.stored, 0U) << path;
    EXPECT_THAT(Codes(report), ElementsAre("bad-path", "bad-path")) << path;
  }
}

TEST_F(GateTest, ConvertsToTheDeclaredUnitAndType) {
  Declare("acme/power", ValueType::kDouble, "kW");
  PathBatch batch = Batch("acme/power", {std::int64_t{1500}});
  batch.unit = "W";
  EXPECT_EQ(Ingest(std::move(batch)).stored, 1U);
  EXPECT_EQ(historian_.SamplesOf("acme/power").at(0).value, Value(1.5));
}

TEST_F(GateTest, RefusesAnUnknownOrForeignUnit) {
  Declare("acme/power", ValueType::kDouble, "kW");
  PathBatch foreign = Batch("acme/power", {1.0});
  foreign.unit = "kWh";
  EXPECT_THAT(Codes(Ingest(std::move(foreign))), ElementsAre("bad-unit"));
  PathBatch unknown = Batch("acme/other", {1.0});
  unknown.unit = "furlong";
  EXPECT_THAT(Codes(Ingest(std::move(unknown))), ElementsAre("bad-unit"));
}

TEST_F(GateTest, RefusesAnotherTypeThanTheFirst) {
  std::vector<PathBatch> batches;
  batches.push_back(Batch("acme/state", {1.0}));
  batches.push_back(Batch("acme/state", {std::int64_t{2}}));
  batches.push_back(Batch("acme/state", {std::string("on")}));
  const IngestReport report = Ingest(std::move(batches));
  EXPECT_EQ(report.stored, 1U);
  EXPECT_THAT(Codes(report), ElementsAre("type-conflict", "type-conflict"));
  EXPECT_THAT(Codes(Ingest(Batch("acme/state", {true}))), ElementsAre("type-conflict"));
}

TEST_F(GateTest, RefusesWhatTheHistorianHoldsWithAnotherTypeThanDeclared) {
  ASSERT_TRUE(historian_.Resolve("acme/power", ValueType::kString).ok());
  Declare("acme/power", ValueType::kDouble, "");
  const IngestReport report = Ingest(Batch("acme/power", {std::nan(""), 1.0, HUGE_VAL, 2.0}));
  EXPECT_EQ(report.stored, 0U);
  ASSERT_THAT(Codes(report),
              ElementsAre("bad-number", "type-conflict", "bad-number", "type-conflict"));
  EXPECT_EQ(report.letters[3].place, "file.csv:5");
  EXPECT_EQ(report.letters[3].payload, "2018-01-01T00:00:03Z 2");
}

TEST_F(GateTest, TakesANewDeclarationAfterPlantChanged) {
  (void)Ingest(Batch("acme/power", {1.0}));
  TagLimits limits;
  limits.high_high = 100;
  Declare("acme/power", ValueType::kDouble, "kW", limits);
  PathBatch batch = Batch("acme/power", {2.0, 500'000.0});
  batch.unit = "W";
  EXPECT_EQ(Ingest(std::move(batch)).conflicts, 1U);
  const auto samples = historian_.SamplesOf("acme/power");
  EXPECT_EQ(samples.at(0).value, Value(0.002));
  // Beyond its highest limit, and good: limits are for alarms.
  EXPECT_EQ(samples.at(1).value, Value(500.0));
  EXPECT_EQ(samples.at(1).quality, kGood);
}

TEST_F(GateTest, ReportsAFailedAppendAndLeavesNoLetters) {
  historian_.fail_append = Error(ErrorCode::kResourceExhausted, "disk full");
  std::vector<PathBatch> batches;
  batches.push_back(Batch("acme/power", {1.0, std::nan("")}));
  const auto report = gate_->Ingest("test", batches, {});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(*catalog_.dead_letters().Total(), 0U);
  EXPECT_EQ(Ingest(std::move(batches)).stored, 1U);
  EXPECT_EQ(*catalog_.dead_letters().Total(), 1U);
}

TEST_F(GateTest, CutsACallThatIsTooLongForOneAppend) {
  const std::vector<Value> texts(35, std::string(kMaxStringBytes, 'x'));
  std::vector<PathBatch> batches;
  batches.push_back(Batch("acme/first", texts));
  batches.push_back(Batch("acme/second", texts));
  EXPECT_EQ(Ingest(std::move(batches)).stored, 70U);
  EXPECT_EQ(historian_.appends, 2U);
  EXPECT_EQ(historian_.SamplesOf("acme/second").size(), 35U);
}

TEST_F(GateTest, GivesNoUnitToATagWithoutNumbers) {
  PathBatch batch = Batch("acme/state", {std::string("on")});
  batch.unit = "nonsense";
  EXPECT_EQ(Ingest(std::move(batch)).stored, 1U);
  EXPECT_EQ(catalog_.plant().FindTag("acme/state")->value().unit, "");
}

TEST_F(GateTest, ShowsTheObserverWhatWasStored) {
  std::vector<std::string> seen;
  gate_->Observe([&](const std::string& path, const SampleColumns& samples) {
    for (const double value : samples.doubles) seen.push_back(path + "=" + std::to_string(value));
  });
  (void)Ingest(Batch("acme/power", {1.0, std::nan(""), 2.0}));
  EXPECT_THAT(seen, ElementsAre("acme/power=1.000000", "acme/power=2.000000"));
  gate_->Observe(nullptr);
  (void)Ingest(Batch("acme/power", {3.0}));
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(GateTest, NotesSeriesThatACrashLeftWithoutANote) {
  const auto lost = historian_.Resolve("acme/lost", ValueType::kBool);
  ASSERT_TRUE(lost.ok());
  TagBatch batch{*lost, {}};
  batch.samples.type = ValueType::kBool;
  batch.samples.Push({Timestamp(1), true, kGood});
  ASSERT_TRUE(historian_.Append(std::span(&batch, 1)).ok());
  ASSERT_TRUE(historian_.Resolve("acme/never-written", ValueType::kBool).ok());
  ASSERT_TRUE(gate_->NoteStoredTags().ok());
  EXPECT_FALSE(catalog_.plant().FindTag("acme/never-written")->has_value());
  const auto tag = catalog_.plant().FindTag("acme/lost");
  ASSERT_TRUE(tag.ok() && tag->has_value());
  EXPECT_EQ((*tag)->type, ValueType::kBool);
}

TEST_F(GateTest, KeepsEverySampleOfManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        std::vector<PathBatch> batches;
        batches.push_back(Batch("acme/own-" + std::to_string(t) + "/" + std::to_string(i), {1.0}));
        batches.push_back(Batch("acme/shared-" + std::to_string(i), {1.0}));
        EXPECT_TRUE(gate_->Ingest("test", std::move(batches), {}).ok());
        if (i % 10 == 0) gate_->PlantChanged();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto tags = catalog_.plant().ListTags(*Glob::Parse("**"));
  ASSERT_TRUE(tags.ok());
  EXPECT_EQ(tags->size(), static_cast<std::size_t>(kThreads * kCalls + kCalls));
}

}  // namespace
}  // namespace bedplate

// Sources as a plant file declares them: what is checked, what runs, and what is said of it.

#include "services/source_service.h"

#include <atomic>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/secret_files.h"
#include "services/source_metrics.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::atomic<int> running = 0;

/// Delivers one sample and waits.
class OneSampleSource final : public Source {
 public:
  explicit OneSampleSource(std::string path) : path_(std::move(path)) {}
  Status Run(const SourceContext& context) override {
    ++running;
    context.port.Connected();
    Delivery delivery;
    PathBatch batch;
    batch.path = path_;
    batch.samples.Push({Timestamp::FromSeconds(1), 1.0, kGood});
    delivery.batches.push_back(std::move(batch));
    context.port.Deliver(std::move(delivery));
    std::promise<void> stopped;
    const std::stop_callback wake(context.stop, [&] { stopped.set_value(); });
    stopped.get_future().wait();
    --running;
    return {};
  }

 private:
  const std::string path_;
};

class OneSampleKind final : public SourceKind {
 public:
  [[nodiscard]] std::string_view name() const override { return "one"; }
  [[nodiscard]] std::unique_ptr<Source> Configure(const SourceSpec& spec,
                                                  YamlFaults& faults) const override {
    const std::size_t before = faults.list().size();
    YamlMapReader map(spec.settings, spec.key, faults);
    std::string path = map.RequiredString("to");
    map.RefuseUnknown();
    if (faults.list().size() > before) return nullptr;
    return std::make_unique<OneSampleSource>(std::move(path));
  }
};

class SourceServiceTest : public WorkspaceTest {
 protected:
  void SetUp() override { Open(); }  // not before MakeKinds is ours
  SourceService::Kinds MakeKinds() override {
    SourceService::Kinds kinds;
    kinds.push_back(std::make_unique<OneSampleKind>());
    return kinds;
  }

  SourceService& sources() { return services().sources(); }
  std::vector<std::string> FaultsOf(const std::string& yaml) {
    const auto outcome = services().plant().Apply(
        {"p.yaml", "format: bedplate/plant/1\nsources:\n" + yaml}, ApplyMode::kApply, "test");
    std::vector<std::string> faults;
    for (const YamlFault& fault : outcome->faults) faults.push_back(fault.ToString());
    return faults;
  }
  void Declare(const std::string& yaml) { EXPECT_THAT(FaultsOf(yaml), ElementsAre()); }
  std::string States() {
    std::string text;
    for (const SourceReport& report : sources().Reports()) {
      text += report.name + " " + std::string(SourceStateName(report.condition.state)) + " ";
    }
    return text;
  }
  bool Eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
};

TEST_F(SourceServiceTest, FaultsNameTheirPlaceAndNothingIsStored) {
  EXPECT_THAT(
      FaultsOf("  a: {kind: two, to: x}\n"),
      ElementsAre(HasSubstr("p.yaml:3:13: sources.a.kind: expected a kind of source (one)")));
  EXPECT_THAT(FaultsOf("  a: {to: x}\n"), ElementsAre(HasSubstr("sources.a.kind")));
  EXPECT_THAT(FaultsOf("  a: {kind: one}\n"), ElementsAre(HasSubstr("sources.a.to")));
  EXPECT_THAT(
      FaultsOf("  a: {kind: one, to: x, tu: y}\n"),
      ElementsAre(HasSubstr("p.yaml:3:25: sources.a: expected one of the keys to, got 'tu'")));
  EXPECT_THAT(FaultsOf("  a: {kind: one, to: x, expect_every_s: 0}\n"),
              ElementsAre(HasSubstr("sources.a.expect_every_s")));
  EXPECT_TRUE(workspace().catalog().plant().ListSources()->empty());
}

TEST_F(SourceServiceTest, RunsWhatIsDeclaredAndFollowsChanges) {
  Declare("  a: {kind: one, to: plant/a, expect_every_s: 60, on_change: true}\n");
  EXPECT_TRUE(sources().Reports().empty());  // until they are started
  ASSERT_TRUE(sources().Start().ok());
  ASSERT_TRUE(Eventually([&] { return States() == "a live "; }));
  EXPECT_TRUE(workspace().historian().Find("plant/a"));
  Declare(
      "  a: {kind: one, to: plant/a, expect_every_s: 60, on_change: true}\n"
      "  b: {kind: one, to: plant/b}\n");
  ASSERT_TRUE(Eventually([&] { return States() == "a live b live "; }));
  EXPECT_EQ(running, 2);
  Declare("  b: {kind: one, to: plant/b}\n");
  EXPECT_EQ(States(), "b live ");
  EXPECT_EQ(running, 1);
  sources().Stop();
  EXPECT_EQ(running, 0);
  EXPECT_TRUE(sources().Reports().empty());
}

/// A later version may not take what an earlier one has stored.
TEST_F(SourceServiceTest, WhatIsStoredAndDoesNotReadIsFailing) {
  Plant plant;
  plant.declares_assets = plant.declares_initiatives = false;
  plant.sources = {{"old", "kind: gone\n", 1}, {"works", "kind: one\nto: plant/a\n", 1}};
  ASSERT_TRUE(workspace().catalog().plant().Apply(plant, /*dry_run=*/false, "test").ok());
  ASSERT_TRUE(sources().Start().ok());
  ASSERT_TRUE(Eventually([&] { return States() == "old failing works live "; }));
  EXPECT_THAT(sources().Reports().front().condition.why,
              HasSubstr("expected a kind of source (one), got 'gone'"));
}

TEST_F(SourceServiceTest, FiguresAreByName) {
  Declare("  a: {kind: one, to: plant/a}\n");
  ASSERT_TRUE(sources().Start().ok());
  ASSERT_TRUE(Eventually([&] { return States() == "a live "; }));
  MetricsText text;
  AddSourceMetrics(sources().Reports(), text);
  const std::string all = std::move(text).Finish();
  EXPECT_THAT(all, HasSubstr("bedplate_source_live{source=\"a\"} 1\n"));
  EXPECT_THAT(all, HasSubstr("bedplate_source_stored_samples_total{source=\"a\"} 1\n"));
}

TEST_F(SourceServiceTest, SecretsAreFilesOfTheirNames) {
  SecretFiles secrets(*files_, directory());
  EXPECT_EQ(secrets.Read("broker").error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(secrets.Write("broker", "open sesame\n").ok());
  EXPECT_EQ(*secrets.Read("broker"), "open sesame");
  EXPECT_THAT(*secrets.List(), ElementsAre("broker"));
  for (const char* name : {"", "../admin.token", "a/b", "A", "x y"}) {
    EXPECT_EQ(secrets.Read(name).error().code(), ErrorCode::kInvalidArgument) << name;
    EXPECT_EQ(secrets.Write(name, "x").error().code(), ErrorCode::kInvalidArgument) << name;
  }
  EXPECT_TRUE(secrets.Remove("broker").ok());
  EXPECT_EQ(secrets.Remove("broker").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(SecretFiles(*files_, directory() + ".other").Write("a", "x").error().code(),
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bedplate

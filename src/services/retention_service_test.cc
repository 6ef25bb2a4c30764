#include "services/retention_service.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::chrono::nanoseconds kDay = hours(24);

class RetentionTest : public WorkspaceTest {
 protected:
  RetentionTest() { Open(); }

  std::vector<std::string> Entries() {
    std::vector<std::string> details;
    for (const AuditEntry& entry : *workspace().catalog().audit().List(100)) {
      if (entry.actor == "retention") details.push_back(entry.detail);
    }
    return details;
  }

  RetentionService Service(const std::vector<std::string>& texts, const Clock& clock) {
    std::vector<RetentionRule> rules;
    for (const std::string& text : texts) rules.push_back(*ParseRetentionRule(text));
    return {workspace().historian(), workspace().catalog(), clock, std::move(rules)};
  }
  RetentionService Service(const std::vector<std::string>& texts) { return Service(texts, clock_); }

  /// As if retention had run here before, until now.
  void BelieveClock() {
    ASSERT_TRUE(workspace().catalog().believed_time().Write({clock_.Now()}).ok());
  }

  /// Time passes, with a round each hour, besides those of the service's own thread.
  void Rounds(RetentionService& service, std::chrono::nanoseconds duration) {
    for (std::chrono::nanoseconds passed{0}; passed < duration; passed += hours(1)) {
      clock_.Advance(hours(1));
      EXPECT_TRUE(service.Enforce().ok());
    }
  }

  std::uint64_t Samples(const std::string& path) {
    return workspace().historian().Find(path)->samples;
  }
};

TEST(RetentionRuleTest, SaysWhatItExpected) {
  EXPECT_TRUE(ParseRetentionRule("a/**/b=90d").ok());
  for (const char* text : {"a/b", "a/b=", "a/b=3h", "a/{b=3d", "a/b=x"}) {
    const auto rule = ParseRetentionRule(text);
    ASSERT_FALSE(rule.ok()) << text;
    EXPECT_EQ(rule.error().code(), ErrorCode::kInvalidArgument) << text;
  }
}

/// What each rule deleted stands in the audit log once: which rule, how much of how many tags, up
/// to when. A round that deletes nothing leaves no entry.
TEST_F(RetentionTest, EachDeletionIsInTheAuditOnce) {
  const auto value = [](int i) { return Value(static_cast<double>(i)); };
  const Timestamp begin = clock_.Now() - 20 * kDay;
  for (const char* path : {"mill/a/vibration", "mill/b/vibration", "mill/a/power"}) {
    IngestSeries(path, begin, hours(12), 38, value);  // to yesterday
  }
  BelieveClock();
  {
    // Its own thread does a round too, and has ended when the service has.
    RetentionService service = Service({"**/vibration=5d", "**=10d"});
    EXPECT_TRUE(service.Enforce().ok());
    EXPECT_EQ(*service.Enforce(), 0U);
  }
  EXPECT_THAT(Entries(), UnorderedElementsAre(
                             AllOf(HasSubstr("**/vibration=5d"), HasSubstr("60 samples of 2 tags"),
                                   HasSubstr("before 2017-12-28T00:00:00")),
                             AllOf(HasSubstr("**=10d"), HasSubstr("20 samples of 1 tags"),
                                   HasSubstr("before 2017-12-23T00:00:00"))));
  EXPECT_EQ(workspace().historian().Find("mill/a/vibration")->samples, 8U);
  EXPECT_EQ(workspace().historian().Find("mill/a/power")->samples, 18U);

  clock_.Advance(kDay);
  BelieveClock();
  {
    RetentionService service = Service({"**/vibration=5d", "**=10d"});
    EXPECT_TRUE(service.Enforce().ok());
    EXPECT_TRUE(service.Enforce().ok());
  }
  EXPECT_EQ(Entries().size(), 4U);
}

/// The time of day, which may jump, beside a clock that does not.
class JumpingClock final : public Clock {
 public:
  explicit JumpingClock(const Clock& steady) : steady_(steady) {}
  [[nodiscard]] Timestamp Now() const override { return steady_.Now() + offset_.load(); }
  [[nodiscard]] std::chrono::nanoseconds Monotonic() const override { return steady_.Monotonic(); }
  void JumpTo(std::chrono::nanoseconds offset) { offset_ = offset; }

 private:
  const Clock& steady_;
  std::atomic<std::chrono::nanoseconds> offset_{std::chrono::nanoseconds(0)};
};

/// A clock that is wrong for some hours does not cost samples; one that stays where it went is
/// right in the end.
TEST_F(RetentionTest, AJumpOfTheClockIsNotBelievedAtOnce) {
  IngestSeries("mill/a/power", clock_.Now() - 4 * kDay, hours(1), 96,
               [](int i) { return Value(static_cast<double>(i)); });
  BelieveClock();
  JumpingClock clock(clock_);
  RetentionService service = Service({"**=3d"}, clock);
  EXPECT_TRUE(service.Enforce().ok());
  const auto samples = [&] { return workspace().historian().Find("mill/a/power")->samples; };
  const std::uint64_t kept = samples();
  for (const auto offset : {hours(36), hours(-12), hours(36)}) {
    clock.JumpTo(offset);
    EXPECT_EQ(*service.Enforce(), 0U);
  }
  EXPECT_EQ(samples(), kept);
  clock_.Advance(kDay);
  EXPECT_TRUE(service.Enforce().ok());
  EXPECT_EQ(samples(), kept - 48);
}

/// A restart neither ends the wait nor begins it again.
TEST_F(RetentionTest, AClockThatIsWrongAtTheStartIsNotBelieved) {
  IngestSeries("mill/a/power", clock_.Now() - 4 * kDay, hours(1), 96,
               [](int i) { return Value(static_cast<double>(i)); });
  BelieveClock();
  JumpingClock clock(clock_);
  clock.JumpTo(3650 * kDay);
  for (int restart = 0; restart < 3; ++restart) {
    Reopen();
    RetentionService service = Service({"**=10d"}, clock);
    Rounds(service, hours(7));
    EXPECT_EQ(Samples("mill/a/power"), 96U) << restart;
  }
  clock.JumpTo(hours(0));
  {
    RetentionService service = Service({"**=10d"}, clock);
    Rounds(service, hours(24));
  }
  // Switched off for a year: a day of running later what is too old is gone.
  clock.JumpTo(365 * kDay);
  for (int restart = 0; restart < 3; ++restart) {
    RetentionService service = Service({"**=10d"}, clock);
    Rounds(service, hours(9));
    EXPECT_EQ(Samples("mill/a/power"), restart < 2 ? 96U : 0U) << restart;
  }
}

/// Where retention runs for the first time the newest sample says about what time it is.
TEST_F(RetentionTest, AtTheFirstStartTheClockIsNotBelievedWithoutASample) {
  IngestSeries("mill/a/power", clock_.Now() - 400 * kDay, kDay, 20,
               [](int i) { return Value(static_cast<double>(i)); });
  {
    RetentionService service = Service({"**=30d"});
    // What comes now has its time from the same clock, and proves nothing.
    Ingest("mill/b/power", {{clock_.Now(), 1.0, kGood}});
    Rounds(service, hours(23));
    EXPECT_EQ(Samples("mill/a/power"), 20U);
  }
  RetentionService service = Service({"**=30d"});
  Rounds(service, hours(2));
  EXPECT_EQ(Samples("mill/a/power"), 0U);
  EXPECT_EQ(Samples("mill/b/power"), 1U);
}

TEST_F(RetentionTest, AtTheFirstStartANewSampleSpeaksForTheClock) {
  IngestSeries("mill/a/power", clock_.Now() - 19 * kDay, kDay, 20,
               [](int i) { return Value(static_cast<double>(i)); });
  RetentionService service = Service({"**=10d"});
  EXPECT_TRUE(service.Enforce().ok());
  EXPECT_EQ(Samples("mill/a/power"), 11U);
}

/// Tags with a sample each, of which some cannot be deleted.
class StubbornHistorian final : public Historian {
 public:
  explicit StubbornHistorian(std::size_t tags) : kept_(tags, true) {}

  std::set<std::size_t> stubborn;
  ErrorCode code = ErrorCode::kIo;
  int deletions = 0;

  [[nodiscard]] std::size_t kept() const {
    return static_cast<std::size_t>(std::count(kept_.begin(), kept_.end(), true));
  }

  [[nodiscard]] std::vector<SeriesInfo> List(const Glob& glob) const override {
    std::vector<SeriesInfo> infos;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      SeriesInfo info{.id = TagId(i + 1), .path = "mill/" + std::to_string(i)};
      if (kept_[i]) info.first = info.last = Timestamp::FromSeconds(1'000'000'000);
      if (glob.Matches(info.path)) infos.push_back(info);
    }
    return infos;
  }
  Result<std::uint64_t> Delete(std::span<const TagRange> ranges) override {
    ++deletions;
    for (const TagRange& entry : ranges) {
      if (stubborn.contains(entry.tag.value() - 1)) return Error(code, "not this one");
    }
    for (const TagRange& entry : ranges) kept_[entry.tag.value() - 1] = false;
    return ranges.size();
  }

  Result<TagId> Resolve(std::string_view /*path*/, ValueType /*type*/) override { return None(); }
  [[nodiscard]] std::optional<SeriesInfo> Find(std::string_view /*path*/) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<SeriesInfo> Find(TagId /*tag*/) const override {
    return std::nullopt;
  }
  Result<AppendResult> Append(std::span<const TagBatch> /*batches*/) override { return None(); }
  Status Scan(const ScanRequest& /*request*/, const ScanSink& /*sink*/) const override {
    return None();
  }
  Result<AggregateColumns> Aggregate(const AggregateRequest& /*request*/) const override {
    return None();
  }
  Result<std::optional<Sample>> Last(TagId /*tag*/) const override { return None(); }
  Status Flush() override { return {}; }
  Result<CheckReport> Check(const CancelToken& /*cancel*/) const override { return None(); }
  [[nodiscard]] HistorianStats Stats() const override { return {}; }
  [[nodiscard]] Status Health() const override { return {}; }

 private:
  static Error None() { return {ErrorCode::kUnsupported, "not in this one"}; }

  std::vector<bool> kept_;
};

class StubbornRetentionTest : public RetentionTest {
 protected:
  StubbornRetentionTest() { BelieveClock(); }

  /// One round, without the thread of the service: that has done one before.
  Result<std::uint64_t> Enforce(StubbornHistorian& historian,
                                const std::vector<std::string>& texts) {
    std::vector<RetentionRule> rules;
    for (const std::string& text : texts) rules.push_back(*ParseRetentionRule(text));
    RetentionService service(historian, workspace().catalog(), clock_, std::move(rules),
                             [this](const Status& round) { workspace().NoteRetention(round); });
    return service.Enforce();
  }
};

TEST_F(StubbornRetentionTest, AFewTagsStandInTheWayOfNoOther) {
  StubbornHistorian historian(5'000);
  historian.stubborn = {17, 3'000};
  const auto deleted = Enforce(historian, {"**=10d"});
  ASSERT_FALSE(deleted.ok());
  EXPECT_EQ(deleted.error().code(), ErrorCode::kIo);
  EXPECT_EQ(historian.kept(), 2U);
  EXPECT_THAT(workspace().Health().error().ToString(), HasSubstr("not this one"));
  historian.stubborn.clear();
  EXPECT_TRUE(Enforce(historian, {"**=10d"}).ok());
  EXPECT_EQ(historian.kept(), 0U);
  EXPECT_TRUE(workspace().Health().ok());
}

TEST_F(StubbornRetentionTest, NorDoesARule) {
  StubbornHistorian historian(20);
  historian.stubborn = {1};
  EXPECT_FALSE(Enforce(historian, {"mill/1=10d", "**=20d"}).ok());
  EXPECT_EQ(historian.kept(), 1U);
}

/// A full disk is not asked for each tag, nor is a broken one without end.
TEST_F(StubbornRetentionTest, WhatFailsForAllIsNotTriedWithoutEnd) {
  StubbornHistorian historian(5'000);
  for (std::size_t i = 0; i < 5'000; ++i) historian.stubborn.insert(i);
  historian.code = ErrorCode::kResourceExhausted;
  EXPECT_FALSE(Enforce(historian, {"**=10d"}).ok());
  EXPECT_LE(historian.deletions, 2);  // of two rounds
  historian.code = ErrorCode::kIo;
  EXPECT_FALSE(Enforce(historian, {"**=10d"}).ok());
  EXPECT_LE(historian.deletions, 2 + 2 * 64);
}

}  // namespace
}  // namespace bedplate

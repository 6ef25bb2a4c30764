#include "services/retention_service.h"

#include <gmock/gmock.h>

#include <atomic>

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

  RetentionService Service(const std::vector<std::string>& texts) {
    std::vector<RetentionRule> rules;
    for (const std::string& text : texts) rules.push_back(*ParseRetentionRule(text));
    return {workspace().historian(), workspace().catalog().audit(), clock_, std::move(rules)};
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
  JumpingClock clock(clock_);
  RetentionService service(workspace().historian(), workspace().catalog().audit(), clock,
                           {*ParseRetentionRule("**=3d")});
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

}  // namespace
}  // namespace bedplate

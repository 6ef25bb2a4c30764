#include "services/live_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

class LiveHubTest : public WorkspaceTest {
 protected:
  LiveHubTest() {
    Open();
    IngestSeries("line/1/speed", clock_.Now() - seconds(100), seconds(1), 101,
                 [](int i) { return 1.0 * i; });
    IngestSeries("line/2/speed", clock_.Now() - seconds(100), seconds(1), 90,
                 [](int i) { return 1.0 * i; });
    IngestSeries("other", clock_.Now(), seconds(1), 1, [](int) { return 1.0; });
  }

  std::unique_ptr<LiveSubscription> Subscribe(std::string_view glob) {
    auto subscription = services().live().Subscribe({GlobOf(glob)});
    EXPECT_TRUE(subscription.ok());
    return std::move(subscription).value();
  }
  void Write(const std::string& path, double value) {
    Ingest(path, {{clock_.Now(), value, kGood}});
  }

  /// "tag=value state" of each value, or the kind of the event.
  static std::vector<std::string> Poll(LiveSubscription& subscription) {
    const auto update = subscription.Poll();
    EXPECT_TRUE(update.ok());
    if (update.value().kind == LiveUpdate::Kind::kNothing) return {"nothing"};
    if (update.value().kind == LiveUpdate::Kind::kHeartbeat) return {"heartbeat"};
    std::vector<std::string> lines;
    for (const LastValue& value : update.value().values) {
      lines.push_back(value.view.tag.path + "=" + FormatValue(value.sample->value) + " " +
                      std::string(LivenessName(value.state)));
    }
    return lines;
  }
};

TEST_F(LiveHubTest, TheFirstUpdateHasEveryMatchingTag) {
  const auto subscription = Subscribe("line/*/speed");
  EXPECT_THAT(Poll(*subscription), ElementsAre("line/1/speed=100 live", "line/2/speed=89 stale"));
  EXPECT_THAT(Poll(*subscription), ElementsAre("nothing"));
}

TEST_F(LiveHubTest, ThenOnlyTheNewestValueOfWhatChanged) {
  const auto subscription = Subscribe("line/**");
  Poll(*subscription);
  clock_.Advance(milliseconds(100));
  for (int i = 1; i <= 10; ++i) {
    Write("line/2/speed", i);
    clock_.Advance(milliseconds(10));
  }
  Write("other", 5);
  EXPECT_THAT(Poll(*subscription), ElementsAre("nothing"));  // not yet a quarter of a second
  clock_.Advance(milliseconds(50));
  EXPECT_THAT(Poll(*subscription), ElementsAre("line/2/speed=10 live"));
  clock_.Advance(milliseconds(250));
  EXPECT_THAT(Poll(*subscription), ElementsAre("nothing"));
}

TEST_F(LiveHubTest, AValueThatTurnsStaleIsToldOnce) {
  const auto subscription = Subscribe("line/1/*");
  EXPECT_THAT(Poll(*subscription), ElementsAre("line/1/speed=100 live"));
  clock_.Advance(seconds(10));
  EXPECT_THAT(Poll(*subscription), ElementsAre("heartbeat"));
  clock_.Advance(milliseconds(1));
  EXPECT_THAT(Poll(*subscription), ElementsAre("line/1/speed=100 stale"));
  clock_.Advance(seconds(1));
  EXPECT_THAT(Poll(*subscription), ElementsAre("nothing"));
}

TEST_F(LiveHubTest, SilenceIsBrokenByAHeartbeatEachFiveSeconds) {
  const auto subscription = Subscribe("line/2/*");
  Poll(*subscription);
  clock_.Advance(milliseconds(4999));
  EXPECT_THAT(Poll(*subscription), ElementsAre("nothing"));
  clock_.Advance(milliseconds(1));
  EXPECT_THAT(Poll(*subscription), ElementsAre("heartbeat"));
  EXPECT_THAT(Poll(*subscription), ElementsAre("nothing"));
}

TEST_F(LiveHubTest, ANewTagThatMatchesIsTold) {
  const auto subscription = Subscribe("line/**");
  Poll(*subscription);
  clock_.Advance(seconds(1));
  Write("line/3/speed", 3);
  EXPECT_THAT(Poll(*subscription), ElementsAre("line/3/speed=3 live"));
}

TEST_F(LiveHubTest, ManyChangesAreToldLikeFew) {
  const auto subscription = Subscribe("many/*");
  Poll(*subscription);
  clock_.Advance(seconds(1));
  for (int i = 0; i < 150; ++i) Write("many/" + std::to_string(i), i);
  Write("other", 1);
  const auto lines = Poll(*subscription);
  ASSERT_EQ(lines.size(), 150U);
  EXPECT_EQ(lines.front(), "many/0=0 live");
  EXPECT_EQ(lines.back(), "many/99=99 live");
}

TEST_F(LiveHubTest, SubscribersAreBounded) {
  std::vector<std::unique_ptr<LiveSubscription>> all;
  for (std::size_t i = 0; i < LiveHub::kMaxSubscribers; ++i) all.push_back(Subscribe("**"));
  const auto one_more = services().live().Subscribe({GlobOf("**")});
  ASSERT_FALSE(one_more.ok());
  EXPECT_EQ(one_more.error().code(), ErrorCode::kUnavailable);
  EXPECT_TRUE(one_more.error().retryable());
  all.pop_back();
  EXPECT_TRUE(services().live().Subscribe({GlobOf("**")}).ok());
}

TEST_F(LiveHubTest, WritersAndReadersMayMeet) {
  std::thread writer([this] {
    for (int i = 0; i < 200; ++i) services().live().Note("line/1/speed");
  });
  for (int i = 0; i < 50; ++i) {
    const auto subscription = Subscribe("line/**");
    EXPECT_EQ(Poll(*subscription).size(), 2U);
    clock_.Advance(milliseconds(250));
    (void)Poll(*subscription);
  }
  writer.join();
  EXPECT_EQ(services().live().subscribers(), 0U);
}

class LastValuesTest : public WorkspaceTest {
 protected:
  LastValuesTest() { Open(); }

  LastValue Last(std::string_view path) {
    auto view = services().tags().Find(path);
    EXPECT_TRUE(view.ok());
    return services().last_values().Of(std::move(view).value()).value();
  }
};

TEST_F(LastValuesTest, AreStaleAfterFiveIntervals) {
  IngestSeries("a", clock_.Now() - seconds(60 * 40), seconds(60), 41,
               [](int i) { return 1.0 * i; });
  EXPECT_EQ(Last("a").state, Liveness::kLive);
  clock_.Advance(seconds(300));
  EXPECT_EQ(Last("a").state, Liveness::kLive);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Last("a").state, Liveness::kStale);
}

TEST_F(LastValuesTest, OfATagWrittenOnChangeAreNeverStale) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      state: {type: string, interval: on-change}
)");
  Ingest("acme/state", {{clock_.Now(), std::string("Run"), kGood},
                        {clock_.Now() + seconds(1), std::string("Stop"), kGood}});
  clock_.Advance(std::chrono::hours(24 * 365));
  EXPECT_EQ(Last("acme/state").state, Liveness::kLive);
  EXPECT_FALSE(Last("acme/state").stale_after);
  EXPECT_FALSE(Last("acme/state").interval);
}

TEST_F(LastValuesTest, OfAFastTagAreStaleAfterTenSeconds) {
  IngestSeries("a", clock_.Now() - seconds(3), milliseconds(100), 31,
               [](int i) { return 1.0 * i; });
  clock_.Advance(seconds(10));
  EXPECT_EQ(Last("a").state, Liveness::kLive);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Last("a").state, Liveness::kStale);
}

TEST_F(LastValuesTest, SayWhenTheQualityIsBadAndWhenNothingIsKnown) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      power: {type: double}
)");
  EXPECT_EQ(Last("acme/power").state, Liveness::kUnknown);
  EXPECT_FALSE(Last("acme/power").sample);
  Ingest("acme/power", {{clock_.Now(), 1.0, kBad}});
  EXPECT_EQ(Last("acme/power").state, Liveness::kBadQuality);
  Ingest("acme/power", {{clock_.Now() + seconds(1), 1.0, kUncertain}});
  EXPECT_EQ(Last("acme/power").state, Liveness::kLive);
}

}  // namespace
}  // namespace bedplate

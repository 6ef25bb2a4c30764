#include "api/auth.h"

#include <gtest/gtest.h>

#include <utility>

#include "api/rate_limit.h"
#include "api/server_test_support.h"
#include "api/session.h"
#include "base/secret.h"

namespace bedplate {
namespace {

using std::chrono::seconds;

constexpr Timestamp kStart = Timestamp::FromSeconds(1'800'000'000);

class LimiterTest : public testing::Test {
 protected:
  void Fail(std::string_view address, int times) {
    for (int i = 0; i < times; ++i) limiter_.Failed(address);
  }
  ManualClock clock_{kStart};
  FailureLimiter limiter_{clock_};
};

TEST_F(LimiterTest, TenFailuresWaitAndEachFurtherOneTwiceAsLong) {
  Fail("10.0.0.1", 9);
  EXPECT_EQ(limiter_.WaitOf("10.0.0.1"), seconds(0));
  for (const int wait_s : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    Fail("10.0.0.1", 1);
    EXPECT_EQ(limiter_.WaitOf("10.0.0.1"), seconds(wait_s));
    clock_.Advance(seconds(wait_s) - std::chrono::nanoseconds(1));
    EXPECT_EQ(limiter_.WaitOf("10.0.0.1"), seconds(1)) << "rounded up";
    clock_.Advance(std::chrono::nanoseconds(1));
    EXPECT_EQ(limiter_.WaitOf("10.0.0.1"), seconds(0));
  }
}

TEST_F(LimiterTest, NeighboursDoNotWait) {
  Fail("10.0.0.1", 30);
  EXPECT_EQ(limiter_.WaitOf("10.0.0.2"), seconds(0));
}

TEST_F(LimiterTest, AnIpv6NetworkIsOneAddress) {
  Fail("2001:db8:1:2::1", 5);
  Fail("2001:db8:1:2:ffff::9", 5);
  EXPECT_GT(limiter_.WaitOf("2001:db8:1:2::77"), seconds(0));
  EXPECT_EQ(limiter_.WaitOf("2001:db8:1:3::1"), seconds(0));
}

TEST_F(LimiterTest, SuccessAndTimeForget) {
  Fail("10.0.0.1", 9);
  limiter_.Succeeded("10.0.0.1");
  Fail("10.0.0.1", 9);
  EXPECT_EQ(limiter_.WaitOf("10.0.0.1"), seconds(0));
  clock_.Advance(seconds(901));
  Fail("10.0.0.1", 9);
  EXPECT_EQ(limiter_.WaitOf("10.0.0.1"), seconds(0));
}

TEST_F(LimiterTest, ACrowdSharesABudget) {
  for (int i = 0; i < 1000; ++i)
    Fail("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), 1);
  EXPECT_GT(limiter_.WaitOf("10.9.9.9"), seconds(0));
  EXPECT_LE(limiter_.WaitOf("10.9.9.9"), seconds(60));
  clock_.Advance(seconds(61));
  EXPECT_EQ(limiter_.WaitOf("10.9.9.9"), seconds(0));
}

TEST(Limiter, RemembersABoundedNumberOfAddresses) {
  ManualClock clock(kStart);
  FailureLimiter limiter(clock,
                         {.free_failures = 1, .global_failures = 1'000'000, .address_limit = 100});
  for (int i = 0; i < 1000; ++i) {
    limiter.Failed("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    clock.Advance(std::chrono::milliseconds(1));
  }
  int waiting = 0;
  for (int i = 0; i < 1000; ++i) {
    waiting += limiter.WaitOf("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)) >
               seconds(0);
  }
  EXPECT_EQ(waiting, 100);
}

TEST(Sessions, EndByTimeIdlenessAndOrder) {
  ManualClock clock(kStart);
  SessionStore sessions(clock, SystemRandom(), {.longest = seconds(1000), .idle = seconds(100)});
  const auto busy = sessions.Create({.actor = "a", .name = "a", .role = Role::kViewer});
  const auto lazy = sessions.Create({.actor = "a", .name = "a", .role = Role::kViewer});
  EXPECT_EQ(busy.session.expires, kStart + seconds(1000));
  EXPECT_NE(busy.cookie, lazy.cookie);
  for (int i = 0; i < 10; ++i) {
    clock.Advance(seconds(99));
    EXPECT_TRUE(sessions.Use(busy.cookie).has_value());
  }
  EXPECT_FALSE(sessions.Use(lazy.cookie).has_value());
  clock.Advance(seconds(10));
  EXPECT_FALSE(sessions.Use(busy.cookie).has_value()) << "however busy";
  EXPECT_EQ(sessions.size(), 0U);

  const auto other = sessions.Create({.actor = "b", .name = "b", .role = Role::kViewer});
  sessions.End(other.cookie);
  EXPECT_FALSE(sessions.Use(other.cookie).has_value());
}

TEST(Sessions, WhatNobodyCanRevokeIsShorter) {
  ManualClock clock(kStart);
  SessionStore sessions(clock, SystemRandom());
  const auto link = sessions.Create({.actor = "local", .name = "login link", .role = Role::kAdmin});
  EXPECT_EQ(link.session.expires, kStart + std::chrono::hours(12));
  clock.Advance(std::chrono::hours(12) - seconds(1));
  EXPECT_TRUE(sessions.Use(link.cookie).has_value());
  clock.Advance(seconds(1));
  EXPECT_FALSE(sessions.Use(link.cookie).has_value());
}

TEST(Sessions, AreBoundedAndTheLeastUsedGoes) {
  ManualClock clock(kStart);
  SessionStore sessions(clock, SystemRandom(), {.sessions = 3});
  std::vector<std::string> cookies;
  for (int i = 0; i < 3; ++i) cookies.push_back(sessions.Create({}).cookie);
  EXPECT_TRUE(sessions.Use(cookies[0]).has_value());
  sessions.Create({});
  EXPECT_EQ(sessions.size(), 3U);
  EXPECT_TRUE(sessions.Use(cookies[0]).has_value());
  EXPECT_FALSE(sessions.Use(cookies[1]).has_value());
}

TEST(LoginCode, WorksOnceWithinTenMinutes) {
  ManualClock clock(kStart);
  LoginCodes codes(clock, SystemRandom());
  const std::string code = codes.Create({.actor = "a", .name = "a", .role = Role::kAdmin});
  clock.Advance(seconds(599));
  EXPECT_EQ(codes.Redeem(code)->role, Role::kAdmin);
  EXPECT_FALSE(codes.Redeem(code).has_value());
  const std::string late = codes.Create({});
  clock.Advance(seconds(600));
  EXPECT_FALSE(codes.Redeem(late).has_value());
  EXPECT_FALSE(codes.Redeem("").has_value());
}

TEST(LoginCode, AreBounded) {
  ManualClock clock(kStart);
  LoginCodes codes(clock, SystemRandom(), {.codes = 2});
  const std::string first = codes.Create({});
  codes.Create({});
  const std::string third = codes.Create({});
  EXPECT_FALSE(codes.Redeem(first).has_value());
  EXPECT_TRUE(codes.Redeem(third).has_value());
}

class AuthTest : public testing::Test {
 protected:
  Credentials Token(std::string secret) {
    return {.kind = Credentials::Kind::kToken, .secret = std::move(secret)};
  }
  ErrorCode CodeOf(std::string_view secret, std::string_view address) {
    const auto checked = auth_->Check(Token(std::string(secret)), address);
    EXPECT_FALSE(checked.ok());
    return checked.ok() ? ErrorCode::kInternal : checked.error().code();
  }

  ManualClock clock_{kStart};
  FakeTokenStore store_;
  std::unique_ptr<Authenticator> auth_ = Authenticator::Make(store_, clock_, SystemRandom());
  std::string secret_ = store_.Create("line 3", Role::kWriter, "test")->secret;
};

TEST_F(AuthTest, ABelievedTokenDoesNotReadTheStore) {
  EXPECT_FALSE(auth_->Known(Token(secret_)).has_value());
  for (int i = 0; i < 1000; ++i) {
    const auto principal = auth_->Check(Token(secret_), "10.0.0.1");
    ASSERT_TRUE(principal.ok());
    EXPECT_EQ(principal->actor, "t1");
    EXPECT_EQ(principal->role, Role::kWriter);
  }
  EXPECT_EQ(store_.looks(), 1);
  clock_.Advance(seconds(5));
  EXPECT_TRUE(auth_->Check(Token(secret_), "10.0.0.1").ok());
  EXPECT_EQ(store_.looks(), 2);
}

TEST_F(AuthTest, RevocationIsImmediateAndEndsSessionsAndCodes) {
  ASSERT_TRUE(auth_->Check(Token(secret_), "10.0.0.1").ok());
  const auto session = auth_->LoginByToken(secret_, "10.0.0.1");
  ASSERT_TRUE(session.ok());
  const Credentials cookie{.kind = Credentials::Kind::kSession, .secret = session->cookie};
  const std::string code =
      auth_->CreateLoginCode({.actor = "t1", .name = "", .role = Role::kViewer});
  EXPECT_TRUE(auth_->IsKnown(cookie));
  EXPECT_TRUE(auth_->IsKnown(Token(secret_)));
  ASSERT_TRUE(auth_->tokens().Revoke("t1", "test").ok());
  EXPECT_FALSE(auth_->IsKnown(cookie));
  EXPECT_FALSE(auth_->IsKnown(Token(secret_)));
  EXPECT_EQ(CodeOf(secret_, "10.0.0.1"), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(auth_->LoginByCode(code, "10.0.0.1").ok());
}

TEST_F(AuthTest, ARevocationWithinALoginByCodeIsNotMissed) {
  bool revokes = false;
  // A session's secret is drawn after its code is redeemed and before it is known.
  auth_ = Authenticator::Make(store_, clock_, [&](std::span<std::uint8_t> bytes) {
    SystemRandom()(bytes);
    if (std::exchange(revokes, false)) {
      EXPECT_TRUE(auth_->tokens().Revoke("t1", "test").ok());
    }
  });
  const std::string code =
      auth_->CreateLoginCode({.actor = "t1", .name = "", .role = Role::kViewer});
  revokes = true;
  const auto session = auth_->LoginByCode(code, "10.0.0.1");
  EXPECT_FALSE(revokes);
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().code(), ErrorCode::kUnauthenticated);
}

TEST_F(AuthTest, GuessingSlowsDownOneAddressOnly) {
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(CodeOf("bp_x_guess", "10.0.0.1"), ErrorCode::kUnauthenticated);
  const int looks = store_.looks();
  EXPECT_EQ(CodeOf("bp_x_guess", "10.0.0.1"), ErrorCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(secret_, "10.0.0.1"), ErrorCode::kResourceExhausted);
  EXPECT_EQ(store_.looks(), looks) << "a slowed caller costs nothing";
  EXPECT_EQ(auth_->WaitOf("10.0.0.1"), seconds(1));
  EXPECT_TRUE(auth_->Check(Token(secret_), "10.0.0.2").ok());
  clock_.Advance(seconds(6));
  EXPECT_TRUE(auth_->Check(Token(secret_), "10.0.0.1").ok());
}

TEST_F(AuthTest, WhoIsKnownIsNotHeldUpByNeighbours) {
  ASSERT_TRUE(auth_->Check(Token(secret_), "10.0.0.1").ok());
  for (int i = 0; i < 20; ++i) (void)auth_->Check(Token("bp_x_guess"), "10.0.0.1");
  clock_.Advance(seconds(10));
  for (int i = 0; i < 20; ++i) (void)auth_->Check(Token("bp_x_guess"), "10.0.0.1");
  EXPECT_TRUE(auth_->Check(Token(secret_), "10.0.0.1").ok());
}

TEST_F(AuthTest, OldCookiesAreNoAttack) {
  for (int i = 0; i < 50; ++i) {
    const auto checked = auth_->Check({Credentials::Kind::kSession, "expired"}, "10.0.0.1");
    EXPECT_EQ(checked.error().code(), ErrorCode::kUnauthenticated);
  }
  EXPECT_EQ(auth_->WaitOf("10.0.0.1"), seconds(0));
}

TEST_F(AuthTest, BrokenStoresAreNotFailedLogins) {
  class BrokenStore final : public TokenStore {
   public:
    Result<Created> Create(std::string_view, Role, std::string_view) override { return Broken(); }
    Result<std::vector<TokenInfo>> List() const override { return Broken(); }
    Status Revoke(std::string_view, std::string_view) override { return Broken(); }
    Result<TokenInfo> Verify(std::string_view) override { return Broken(); }

   private:
    static Error Broken() { return {ErrorCode::kIo, "disk"}; }
  };
  BrokenStore broken;
  const auto auth = Authenticator::Make(broken, clock_, SystemRandom());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(auth->Check(Token(secret_), "10.0.0.1").error().code(), ErrorCode::kIo);
  }
  EXPECT_EQ(auth->WaitOf("10.0.0.1"), seconds(0));
}

class CredentialsTest : public testing::Test {
 protected:
  Credentials Find(QueryCredentials query = QueryCredentials::kIgnored) {
    auto found = FindCredentials(request_, query);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : Credentials{};
  }
  HttpRequest request_;
};

TEST_F(CredentialsTest, AreFoundAsClientsSendThem) {
  for (const char* header : {"Bearer bp_t1_s", "bearer  bp_t1_s", "Token bp_t1_s",
                             "Token user:bp_t1_s", "Basic dXNlcjpicF90MV9z"}) {
    request_.headers["authorization"] = header;
    EXPECT_EQ(Find().secret, "bp_t1_s") << header;
    EXPECT_EQ(Find().kind, Credentials::Kind::kToken);
  }
}

TEST_F(CredentialsTest, OtherSchemesAreRefused) {
  for (const char* header : {"Digest x", "Basic ***", "bp_t1_s", "Bearertoken"}) {
    request_.headers["authorization"] = header;
    EXPECT_FALSE(FindCredentials(request_, QueryCredentials::kIgnored).ok()) << header;
  }
}

TEST_F(CredentialsTest, TheQueryCountsOnlyWhereAllowed) {
  request_.params.emplace("u", "telegraf");
  request_.params.emplace("p", "bp_t1_s");
  EXPECT_EQ(Find().kind, Credentials::Kind::kNone);
  EXPECT_EQ(Find(QueryCredentials::kAllowed).secret, "bp_t1_s");
}

TEST_F(CredentialsTest, CookiesComeLastAndByTheirWholeName) {
  request_.headers["cookie"] = "a=b; bedplate_session=abc; xbedplate_session=no";
  EXPECT_EQ(Find().kind, Credentials::Kind::kSession);
  EXPECT_EQ(Find().secret, "abc");
  request_.headers["cookie"] = "xbedplate_session=no; bedplate_sessions=no";
  EXPECT_EQ(Find().kind, Credentials::Kind::kNone);
  request_.headers["cookie"] = "bedplate_session=abc";
  request_.headers["authorization"] = "Bearer t";
  EXPECT_EQ(Find().secret, "t");
}

}  // namespace
}  // namespace bedplate

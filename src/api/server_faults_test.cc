// What goes wrong or takes long inside costs its own connection and no other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <new>

#include "api/server_test_support.h"

namespace bedplate {
namespace {

using FaultTest = ServerFixture;

TEST_F(FaultTest, AnAnswerThatCannotBeWrittenEndsItsConnectionOnly) {
  router_.Add({.method = HttpMethod::kGet,
               .pattern = "/boom",
               .operation_id = "boom",
               .least_role = std::nullopt,
               .handler = [](const HttpRequest&) -> HttpResponse { throw std::bad_alloc(); },
               .error_format = [](const Error&, int) -> HttpResponse { throw std::bad_alloc(); }});
  AddGet("/hello", std::nullopt, [](const HttpRequest&) { return HttpResponse::Json("1"); });
  StartServer();
  RawClient victim = Connect();
  EXPECT_EQ(victim.Call("GET /boom HTTP/1.1\r\nHost: x\r\n\r\n").status, 0);
  EXPECT_TRUE(victim.IsClosed());
  EXPECT_EQ(Connect().Call("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").body, "1");
}

TEST_F(FaultTest, AnswersThatNobodyReadsTakeOnlySoMuchMemory) {
  constexpr std::size_t kAnswerBytes = 8UL << 20U;  // more than the sockets between us hold
  options_.answer_budget_bytes = 2 * kAnswerBytes;
  AddGet("/large", Role::kViewer,
         [](const HttpRequest&) { return HttpResponse::Json(std::string(kAnswerBytes, '1')); });
  StartServer();
  std::vector<RawClient> sleepers;
  for (int i = 0; i < 2; ++i) {
    sleepers.push_back(Connect());
    sleepers.back().Send(Get("/large"));
    EXPECT_EQ(sleepers.back().ReadHead().status, 200);
  }
  const RawResponse refused = Connect().Call(Get("/large"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("Retry-After"), "1");
  EXPECT_THAT(refused.body, testing::HasSubstr("ask for less"));
  EXPECT_TRUE(sleepers.front().ReadUntil(std::string(kAnswerBytes / 2, '1')));
  sleepers.clear();
  int status = 503;
  while (status == 503) status = Connect().Call(Get("/large")).status;
  EXPECT_EQ(status, 200) << "what was held is given back";
}

/// Blocks its first look until told.
class SlowStream final : public EventStream {
 public:
  SlowStream(std::promise<void>& entered, std::shared_future<void> released)
      : entered_(entered), released_(std::move(released)) {}
  std::string Poll() override {
    if (std::exchange(asked_, true)) return {};
    entered_.set_value();
    released_.wait();
    return "event: late\n\n";
  }

 private:
  std::promise<void>& entered_;
  std::shared_future<void> released_;
  bool asked_ = false;
};

TEST_F(FaultTest, AnEventStreamThatReadsForLongHoldsNobodyUp) {
  std::promise<void> entered;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  options_.io_threads = 1;
  AddGet("/live", Role::kViewer, [&](const HttpRequest&) {
    HttpResponse response;
    response.events = std::make_unique<SlowStream>(entered, released);
    return response;
  });
  AddGet("/hello", std::nullopt, [](const HttpRequest&) { return HttpResponse::Json("1"); });
  StartServer();
  RawClient listener = Connect();
  listener.Send(Get("/live"));
  entered.get_future().wait();
  EXPECT_EQ(Connect().Call("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").body, "1");
  release.set_value();
  EXPECT_TRUE(listener.ReadUntil("event: late\n\n"));
}

class ThrowingStream final : public EventStream {
 public:
  std::string Poll() override { throw std::bad_alloc(); }
};

TEST_F(FaultTest, AnEventStreamThatThrowsEndsItsConnectionOnly) {
  AddGet("/live", Role::kViewer, [](const HttpRequest&) {
    HttpResponse response;
    response.events = std::make_unique<ThrowingStream>();
    return response;
  });
  StartServer();
  for (int i = 0; i < 2; ++i) {
    RawClient listener = Connect();
    listener.Send(Get("/live"));
    EXPECT_EQ(listener.ReadHead().status, 200);
    EXPECT_TRUE(listener.IsClosed());
  }
}

}  // namespace
}  // namespace bedplate

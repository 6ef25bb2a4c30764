// Bodies that are taken as they come, and events that are sent as they happen.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "api/server_test_support.h"

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// What the consumers of a test saw.
struct Seen {
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::uint64_t> largest_chunk = 0;
  std::atomic<int> made = 0;
  std::atomic<int> finished = 0;
  std::atomic<int> destroyed = 0;
  std::uint64_t fail_after_bytes = ~0ULL;
  milliseconds delay{0};
};

class Counter final : public BodyConsumer {
 public:
  explicit Counter(Seen& seen) : seen_(seen) { ++seen_.made; }
  ~Counter() override { ++seen_.destroyed; }
  Status Consume(std::string_view chunk) override {
    std::this_thread::sleep_for(seen_.delay);
    seen_.bytes += chunk.size();
    seen_.largest_chunk = std::max<std::uint64_t>(seen_.largest_chunk, chunk.size());
    if (seen_.bytes > seen_.fail_after_bytes) return Error(ErrorCode::kResourceExhausted, "full");
    return {};
  }
  HttpResponse Finish() override {
    ++seen_.finished;
    return HttpResponse::Json(std::to_string(seen_.bytes));
  }

 private:
  Seen& seen_;
};

std::uint64_t PeakMemoryBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

class StreamTest : public ServerFixture {
 protected:
  StreamTest() {
    Route route{.method = HttpMethod::kPost, .pattern = "/take", .operation_id = "take"};
    route.least_role = Role::kWriter;
    route.consumer = [this](const HttpRequest& head) -> Result<std::unique_ptr<BodyConsumer>> {
      if (head.Param("throw")) throw std::runtime_error("boom");
      return std::unique_ptr<BodyConsumer>(std::make_unique<Counter>(seen_));
    };
    route.body_limit_bytes = 4ULL << 30U;
    router_.Add(std::move(route));
  }

  std::string Head(std::string_view framing) const {
    return "POST /take HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + tokens_.at(Role::kWriter) +
           "\r\n" + std::string(framing) + "\r\n\r\n";
  }

  Seen seen_;
};

TEST_F(StreamTest, ALineOfAGigabyteNeedsNoMemory) {
  StartServer();
  constexpr std::uint64_t kTotal = 1ULL << 30U;
  RawClient client = Connect();
  client.Send(Head("Content-Length: " + std::to_string(kTotal)));
  const std::string block(1 << 20, 'x');
  const std::uint64_t before = PeakMemoryBytes();
  for (std::uint64_t sent = 0; sent < kTotal; sent += block.size()) client.Send(block);
  const RawResponse response = client.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, std::to_string(kTotal));
  EXPECT_LE(seen_.largest_chunk, 256U * 1024);
  EXPECT_LT(PeakMemoryBytes() - before, 32ULL << 20U);
}

TEST_F(StreamTest, ChunkedBodiesComeWholeAndInOrder) {
  StartServer();
  RawClient client = Connect();
  client.Send(Head("Transfer-Encoding: chunked"));
  for (int i = 0; i < 1000; ++i) client.Send("400\r\n" + std::string(1024, 'x') + "\r\n");
  client.Send("0\r\n\r\n");
  EXPECT_EQ(client.Read().body, std::to_string(1000 * 1024));
}

TEST_F(StreamTest, SlowConsumersHoldTheSenderBack) {
  seen_.delay = milliseconds(5);
  StartServer();
  RawClient client = Connect();
  constexpr std::uint64_t kTotal = 64ULL << 20U;
  client.Send(Head("Content-Length: " + std::to_string(kTotal)));
  const std::string block(1 << 20, 'x');
  for (std::uint64_t sent = 0; sent < kTotal; sent += block.size()) {
    client.Send(block);
    // What is neither consumed nor with the sender is in the kernel's buffers.
    ASSERT_LT(sent + block.size() - seen_.bytes, 32ULL << 20U);
  }
  EXPECT_EQ(client.Read().body, std::to_string(kTotal));
}

TEST_F(StreamTest, ErrorsEndTheRequestEarlyAndAreHeard) {
  seen_.fail_after_bytes = 1'000'000;
  StartServer();
  RawClient client = Connect();
  client.Send(Head("Content-Length: 100000000"));
  const std::string block(1 << 16, 'x');
  for (int i = 0; i < 1526 && !client.HasBytesWithin(0); ++i) client.Send(block);
  const RawResponse response = client.Read();
  EXPECT_EQ(response.status, 507);
  EXPECT_THAT(response.body, HasSubstr("full"));
  EXPECT_EQ(seen_.finished, 0);
  EXPECT_LT(seen_.bytes, 2'000'000U);
}

TEST_F(StreamTest, SendersWhoLeaveEndTheirConsumer) {
  StartServer();
  {
    RawClient client = Connect();
    client.Send(Head("Content-Length: 1000000"));
    client.Send(std::string(500'000, 'x'));
    while (seen_.made == 0) std::this_thread::yield();
  }
  while (seen_.destroyed == 0) std::this_thread::yield();
  EXPECT_EQ(seen_.finished, 0) << "half a body is not a body";
}

TEST_F(StreamTest, StrangersNeverReachAConsumer) {
  StartServer();
  RawClient client = Connect();
  client.Send("POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
  EXPECT_EQ(client.Read().status, 401);
  EXPECT_EQ(seen_.made, 0);
}

TEST_F(StreamTest, FactoriesThatThrowAreInternalErrors) {
  StartServer();
  EXPECT_EQ(Connect().Call(Post("/take?throw=1", "x")).status, 500);
  EXPECT_EQ(Connect().Call(Post("/take", "x")).body, "1");
}

/// Events that a test pushes.
class Feed {
 public:
  class Stream final : public EventStream {
   public:
    explicit Stream(Feed& feed) : feed_(feed) { ++feed_.open; }
    ~Stream() override { --feed_.open; }
    std::string Poll() override {
      const std::lock_guard lock(feed_.mutex_);
      return std::exchange(feed_.pending_, {});
    }

   private:
    Feed& feed_;
  };

  void Push(const std::string& event) {
    const std::lock_guard lock(mutex_);
    pending_ += event;
  }
  std::atomic<int> open = 0;

 private:
  std::mutex mutex_;
  std::string pending_;
};

class EventTest : public ServerFixture {
 protected:
  EventTest() {
    options_.event_interval = milliseconds(5);
    AddGet("/live", Role::kViewer, [this](const HttpRequest&) {
      HttpResponse response;
      response.events = std::make_unique<Feed::Stream>(feed_);
      return response;
    });
  }
  void AwaitOpen(int count) {
    while (feed_.open != count) std::this_thread::yield();
  }

  Feed feed_;
};

TEST_F(EventTest, EventsArriveAsTheyHappen) {
  StartServer();
  RawClient client = Connect();
  client.Send(Get("/live"));
  const RawResponse head = client.ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.headers.at("Cache-Control"), "no-store");
  for (const char* event : {"event: a\n\n", "event: b\n\n"}) {
    feed_.Push(event);
    EXPECT_TRUE(client.ReadUntil(std::string("a\r\n") + event + "\r\n"));
  }
}

TEST_F(EventTest, LeaversAreNoticed) {
  StartServer();
  {
    RawClient client = Connect();
    client.Send(Get("/live"));
    AwaitOpen(1);
  }
  AwaitOpen(0);
}

TEST_F(EventTest, RevokingTheTokenEndsTheStream) {
  StartServer();
  RawClient client = Connect();
  client.Send(Get("/live"));
  AwaitOpen(1);
  ASSERT_TRUE(authenticator_->tokens().Revoke("t1", "test").ok());
  EXPECT_TRUE(client.ReadUntil("0\r\n\r\n"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(EventTest, StoppingEndsStreams) {
  StartServer();
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(Connect());
    clients.back().Send(Get("/live"));
  }
  AwaitOpen(5);
  server_->Stop();
  EXPECT_EQ(feed_.open, 0);
  for (RawClient& client : clients) {
    EXPECT_TRUE(client.ReadUntil("0\r\n\r\n"));
    EXPECT_TRUE(client.IsClosed());
  }
}

TEST_F(EventTest, HeadAndOldClientsGetWhatTheyCanTake) {
  StartServer();
  RawClient client = Connect();
  client.Send("HEAD /live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + tokens_[Role::kViewer] +
              "\r\n\r\n");
  EXPECT_EQ(client.ReadHead().status, 200);
  AwaitOpen(0);
  RawClient old = Connect();
  old.Send("GET /live HTTP/1.0\r\nAuthorization: Bearer " + tokens_[Role::kViewer] + "\r\n\r\n");
  EXPECT_FALSE(old.ReadHead().headers.contains("Transfer-Encoding"));
  feed_.Push("data: 1\n\n");
  EXPECT_TRUE(old.ReadUntil("data: 1\n\n"));
}

}  // namespace
}  // namespace bedplate

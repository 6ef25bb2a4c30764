// The server seen from the network: real sockets, raw bytes.

#include "api/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <thread>

#include "api/gzip.h"
#include "api/server_test_support.h"

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class ServerTest : public ServerFixture {
 protected:
  ServerTest() {
    AddGet("/hello", std::nullopt, [](const HttpRequest&) { return HttpResponse::Json("\"hi\""); });
    AddGet("/long", Role::kViewer, [](const HttpRequest&) {
      return HttpResponse::Json("\"" + std::string(3'000'000, 'x') + "\"");
    });
    AddGet("/admin", Role::kAdmin, [](const HttpRequest& request) {
      return HttpResponse::Json(QuoteJson(request.principal.actor));
    });
    AddPost("/echo", Role::kViewer,
            [](const HttpRequest& request) { return HttpResponse::Json(request.body); });
  }
};

TEST_F(ServerTest, AnswersWithLengthAndSecurityHeaders) {
  StartServer();
  const RawResponse response = Connect().Call("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "\"hi\"");
  EXPECT_EQ(response.headers.at("Content-Type"), "application/json");
  EXPECT_EQ(response.headers.at("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.headers.at("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(response.headers.at("Cache-Control"), "no-store");
  const std::string& policy = response.headers.at("Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("script-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_FALSE(response.headers.contains("Server"));
}

TEST_F(ServerTest, KeepsTheConnection) {
  StartServer();
  RawClient client = Connect();
  for (int i = 0; i < 20; ++i) {
    const std::string body = "round " + std::to_string(i);
    EXPECT_EQ(client.Call(Post("/echo", body)).body, body);
  }
  EXPECT_EQ(server_->metrics().requests, 20U);
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  StartServer();
  RawClient client = Connect();
  std::string burst;
  for (int i = 0; i < 50; ++i) burst += Post("/echo", std::to_string(i));
  client.Send(burst);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.Read().body, std::to_string(i));
}

TEST_F(ServerTest, RequestsMayComeByteByByte) {
  StartServer();
  RawClient client = Connect();
  for (const char byte : Post("/echo", "slow but complete")) client.Send({&byte, 1});
  EXPECT_EQ(client.Read().body, "slow but complete");
}

TEST_F(ServerTest, ConnectionCloseIsHonoured) {
  StartServer();
  RawClient client = Connect();
  const RawResponse response = client.Call(Get("/hello", Role::kViewer, "Connection: close\r\n"));
  EXPECT_EQ(response.headers.at("Connection"), "close");
  EXPECT_TRUE(client.IsClosed());
  RawClient old = Connect();
  EXPECT_EQ(old.Call("GET /hello HTTP/1.0\r\n\r\n").body, "\"hi\"");
  EXPECT_TRUE(old.IsClosed());
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  StartServer();
  RawClient client = Connect();
  client.Send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawResponse head = client.Read(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("Content-Length"), "4");
  EXPECT_EQ(client.Read().body, "\"hi\"");
}

TEST_F(ServerTest, UnknownPathsAndMethodsAreNamed) {
  StartServer();
  RawClient client = Connect();
  const RawResponse missing = client.Call(Get("/api/v1/nothing"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.headers.at("Content-Type"), "application/problem+json");
  EXPECT_THAT(missing.body, HasSubstr("urn:bedplate:error:not-found"));
  const RawResponse wrong = client.Call(Post("/hello", ""));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("Allow"), "GET, HEAD");
  const RawResponse patch =
      client.Call("PATCH /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(patch.status, 405);
  EXPECT_EQ(patch.headers.at("Allow"), "GET, HEAD");
}

TEST_F(ServerTest, RolesAreEnforced) {
  StartServer();
  EXPECT_EQ(Connect().Call("GET /admin HTTP/1.1\r\nHost: x\r\n\r\n").status, 401);
  EXPECT_EQ(Connect().Call(Get("/admin", Role::kEngineer)).status, 403);
  EXPECT_EQ(Connect().Call(Get("/admin", Role::kAdmin)).body, "\"t4\"");
}

TEST_F(ServerTest, ContinueComesAtOnceAndOnlyForThoseWhoMaySend) {
  StartServer();
  RawClient client = Connect();
  const std::string token = tokens_[Role::kViewer];
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Token " + token +
              "\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadHead().status, 100);
  client.Send("later");
  EXPECT_EQ(client.Read().body, "later");

  RawClient stranger = Connect();
  stranger.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(stranger.Read().status, 401);
  EXPECT_TRUE(stranger.IsClosed());
  EXPECT_EQ(Connect().Call(Post("/echo", "x", Role::kViewer, "Expect: coffee\r\n")).status, 417);
}

TEST_F(ServerTest, ChunkedBodiesAreJoined) {
  StartServer();
  RawClient client = Connect();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                           tokens_[Role::kViewer] + "\r\nTransfer-Encoding: chunked\r\n\r\n";
  client.Send(head + "4;name=value\r\nab");
  client.Send("cd\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(client.Read().body, "abcd0123456789");
  EXPECT_EQ(client.Call(head + "0\r\n\r\n").body, "");
}

struct BadRequest {
  const char* name;
  const char* text;  // AUTH stands for the header with a token

  /// What a list of the tests shows; the text holds bytes that do not belong there.
  friend void PrintTo(const BadRequest& request, std::ostream* out) { *out << request.name; }
};

std::string NameOfBadRequest(const testing::TestParamInfo<BadRequest>& bad) {
  return bad.param.name;
}

class BadRequests : public ServerTest, public testing::WithParamInterface<BadRequest> {};

TEST_P(BadRequests, GetAnAnswerAndLoseTheConnection) {
  StartServer();
  RawClient client = Connect();
  std::string request = GetParam().text;
  const std::string authorization = "Authorization: Bearer " + tokens_[Role::kViewer] + "\r\n";
  if (const auto at = request.find("AUTH"); at != std::string::npos) {
    request.replace(at, 4, authorization);
  }
  client.Send(request);
  const RawResponse response = client.Read();
  EXPECT_TRUE(response.status == 400 || response.status == 501) << response.status;
  EXPECT_THAT(response.body, HasSubstr("urn:bedplate:error:"));
  EXPECT_TRUE(client.IsClosed());
  EXPECT_EQ(Connect().Call("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRequests,
    testing::Values(
        BadRequest{"NoRequestLine", "hello\r\n\r\n"},
        BadRequest{"WrongVersion", "GET /hello HTTP/9.9\r\n\r\n"},
        BadRequest{"TlsHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n"},
        BadRequest{"HeaderWithoutColon", "GET /hello HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n"},
        BadRequest{"BrokenEscape", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"},
        BadRequest{"AbsoluteTarget", "GET http://x/hello HTTP/1.1\r\nHost: x\r\n\r\n"},
        BadRequest{"DotDotSegment", "GET /a/../hello HTTP/1.1\r\nHost: x\r\n\r\n"},
        BadRequest{"LengthWithALetter",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHContent-Length: 1x\r\n\r\n"},
        BadRequest{"NegativeLength",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHContent-Length: -1\r\n\r\n"},
        BadRequest{"TwoLengths",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHContent-Length: 1\r\nContent-Length: "
                   "2\r\n\r\nab"},
        BadRequest{"ListOfLengths",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHContent-Length: 2, 2\r\n\r\nab"},
        BadRequest{
            "ChunkedInHttp10",
            "POST /echo HTTP/1.0\r\nHost: x\r\nAUTHTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        BadRequest{"LengthAndChunked",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHContent-Length: 3\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n0\r\n\r\n"},
        BadRequest{"CodingGzip",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHTransfer-Encoding: gzip\r\n\r\n"},
        BadRequest{"CodingGzipThenChunked",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHTransfer-Encoding: gzip, "
                   "chunked\r\n\r\n0\r\n\r\n"},
        BadRequest{
            "ChunkSizeNoNumber",
            "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHTransfer-Encoding: chunked\r\n\r\nxyz\r\n"},
        BadRequest{"ChunkSizeTooLarge",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHTransfer-Encoding: chunked\r\n\r\n"
                   "FFFFFFFFFFFFFFFFF\r\n"},
        BadRequest{"ChunkWithoutItsEnd",
                   "POST /echo HTTP/1.1\r\nHost: x\r\nAUTHTransfer-Encoding: "
                   "chunked\r\n\r\n2\r\nabXX\r\n"}),
    NameOfBadRequest);

TEST_F(ServerTest, DoubledHeadersThatDecideAreRefused) {
  StartServer();
  for (const char* twice : {"Host: x\r\nHost: y\r\n",
                            "Host: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n",
                            "Host: x\r\nOrigin: http://x\r\nOrigin: http://y\r\n"}) {
    EXPECT_EQ(Connect().Call("GET /hello HTTP/1.1\r\n" + std::string(twice) + "\r\n").status, 400);
  }
  EXPECT_EQ(Connect().Call("GET /hello HTTP/1.1\r\n\r\n").status, 400) << "no Host";
}

TEST_F(ServerTest, HeadersAreBounded) {
  options_.header_limit_bytes = 4096;
  StartServer();
  RawClient client = Connect();
  client.Send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(8000, 'a') + "\r\n\r\n");
  EXPECT_EQ(client.Read().status, 431);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, SlowHeadersTimeOut) {
  options_.header_timeout = milliseconds(300);
  StartServer();
  RawClient client = Connect();
  const auto start = std::chrono::steady_clock::now();
  // Each byte comes well within the limit; only all of them together are too slow.
  while (client.Send("x") && !client.HasBytesWithin(50)) continue;
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.IsClosed());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(ServerTest, StalledBodiesTimeOut) {
  options_.body_timeout = milliseconds(200);
  StartServer();
  RawClient client = Connect();
  const std::string request = Post("/echo", "0123456789");
  client.Send(std::string_view(request).substr(0, request.size() - 1));
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, IdleConnectionsEnd) {
  options_.idle_timeout = milliseconds(100);
  StartServer();
  RawClient used = Connect();
  EXPECT_EQ(used.Call(Post("/echo", "1")).status, 200);
  EXPECT_TRUE(used.IsClosed());
}

TEST_F(ServerTest, WhoeverSaysNothingHasTheTimeOfAHeader) {
  options_.header_timeout = milliseconds(100);
  options_.idle_timeout = std::chrono::minutes(10);
  StartServer();
  RawClient silent = Connect();
  EXPECT_TRUE(silent.IsClosed());
}

TEST_F(ServerTest, IdleStrangersEndEarlier) {
  options_.stranger_idle_timeout = milliseconds(100);
  options_.idle_timeout = std::chrono::minutes(10);
  StartServer();
  RawClient stranger = Connect();
  EXPECT_EQ(stranger.Call("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_TRUE(stranger.IsClosed());
  RawClient known = Connect();
  EXPECT_EQ(known.Call(Post("/echo", "1")).status, 200);
  EXPECT_FALSE(known.HasBytesWithin(300));
  EXPECT_EQ(known.Call(Post("/echo", "2")).body, "2");
}

TEST_F(ServerTest, HalfRequestsLeaveNothingBehind) {
  StartServer();
  const std::string request = Post("/echo", "body");
  for (std::size_t size = 0; size < request.size(); size += 3) {
    Connect().Send(std::string_view(request).substr(0, size));
  }
  EXPECT_EQ(Connect().Call(request).body, "body");
}

TEST_F(ServerTest, BodiesAreBounded) {
  Route route{.method = HttpMethod::kPost, .pattern = "/small", .operation_id = "small"};
  route.least_role = Role::kViewer;
  route.handler = [](const HttpRequest& request) { return HttpResponse::Json(request.body); };
  route.body_limit_bytes = 10;
  router_.Add(std::move(route));
  StartServer();
  EXPECT_EQ(Connect().Call(Post("/small", "0123456789")).status, 200);
  const RawResponse known = Connect().Call(Post("/small", "0123456789a"));
  EXPECT_EQ(known.status, 413);
  EXPECT_THAT(known.body, HasSubstr("at most 10 bytes"));
  EXPECT_EQ(Connect()
                .Call("POST /small HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                      tokens_[Role::kViewer] +
                      "\r\nTransfer-Encoding: chunked\r\n\r\nB\r\n0123456789a\r\n0\r\n\r\n")
                .status,
            413);
}

TEST_F(ServerTest, BodiesInMemoryHaveABudget) {
  options_.body_budget_bytes = 1000;
  StartServer();
  const RawResponse refused = Connect().Call(Post("/echo", std::string(1001, 'x')));
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.contains("Retry-After"));
  EXPECT_EQ(Connect().Call(Post("/echo", std::string(1000, 'x'))).status, 200);
  EXPECT_EQ(server_->metrics().body_bytes, 0U);
  EXPECT_EQ(server_->metrics().refused_requests, 1U);
}

TEST_F(ServerTest, LargeAnswersArriveWhole) {
  StartServer();
  EXPECT_EQ(Connect().Call(Get("/long")).body.size(), 3'000'002U);
}

TEST_F(ServerTest, TextIsCompressedForWhoeverTakesIt) {
  options_.compress_on_loopback = true;
  StartServer();
  RawClient client = Connect();
  const RawResponse small = client.Call(Get("/hello", Role::kViewer, "Accept-Encoding: gzip\r\n"));
  EXPECT_FALSE(small.headers.contains("Content-Encoding"));
  const RawResponse packed =
      client.Call(Get("/long", Role::kViewer, "Accept-Encoding: br, gzip;q=0.5\r\n"));
  EXPECT_EQ(packed.headers.at("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 100'000U);
  EXPECT_EQ(GzipExpand(packed.body, 10'000'000)->size(), 3'000'002U);
  const RawResponse plain =
      client.Call(Get("/long", Role::kViewer, "Accept-Encoding: gzip;q=0\r\n"));
  EXPECT_FALSE(plain.headers.contains("Content-Encoding"));
  EXPECT_EQ(plain.headers.at("Vary"), "Accept-Encoding");
}

TEST_F(ServerTest, ConnectionsAreBounded) {
  options_.connection_limit = 2;
  StartServer();
  RawClient first = Connect();
  RawClient second = Connect();
  EXPECT_EQ(first.Call(Get("/hello")).status, 200);
  EXPECT_EQ(second.Call(Get("/hello")).status, 200);
  RawClient third = Connect();
  EXPECT_EQ(third.Read().status, 503);
  EXPECT_TRUE(third.IsClosed());
  EXPECT_EQ(server_->metrics().refused_connections, 1U);
}

/// Opens when told; handlers that wait for it occupy a worker.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

TEST_F(ServerTest, TheQueueIsBounded) {
  Gate gate;
  AddGet("/wait", std::nullopt, [&](const HttpRequest&) {
    gate.Wait();
    return HttpResponse::Json("1");
  });
  options_.worker_threads = 1;
  options_.queue_limit = 2;
  StartServer();
  const std::string request = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";
  std::vector<RawClient> clients;
  clients.push_back(Connect());
  clients[0].Send(request);
  gate.AwaitWaiting(1);
  for (int i = 1; i < 3; ++i) {
    clients.push_back(Connect());
    clients.back().Send(request);
  }
  while (server_->metrics().queued < 2) std::this_thread::yield();
  const RawResponse refused = Connect().Call(request);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("Retry-After"), "1");
  gate.Open();
  for (RawClient& client : clients) EXPECT_EQ(client.Read().status, 200);
}

TEST_F(ServerTest, WhoReadsDoesNotWaitForWhoWrites) {
  Gate gate;
  AddPost("/keep", Role::kWriter, [&](const HttpRequest&) {
    gate.Wait();
    return HttpResponse::NoContent();
  });
  options_.worker_threads = 1;
  options_.writer_threads = 2;
  StartServer();
  std::vector<RawClient> writers;
  for (int i = 0; i < 2; ++i) {
    writers.push_back(Connect());
    writers.back().Send(Post("/keep", "1", Role::kWriter));
  }
  gate.AwaitWaiting(2);
  EXPECT_EQ(Connect().Call(Get("/hello", Role::kViewer)).status, 200);
  gate.Open();
  for (RawClient& writer : writers) EXPECT_EQ(writer.Read().status, 204);
}

TEST_F(ServerTest, CallersWhoLeaveCancelTheirRequest) {
  std::atomic<bool> cancelled = false;
  std::atomic<bool> entered = false;
  AddGet("/endless", std::nullopt, [&](const HttpRequest& request) {
    entered = true;
    while (!request.cancel.cancelled()) std::this_thread::sleep_for(milliseconds(1));
    cancelled = true;
    return HttpResponse::NoContent();
  });
  StartServer();
  {
    RawClient client = Connect();
    client.Send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!entered) std::this_thread::yield();
  }
  while (!cancelled) std::this_thread::yield();
  server_->Stop();
}

TEST_F(ServerTest, HandlersThatThrowAreInternalErrors) {
  AddGet("/boom", std::nullopt,
         [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("/secret/path"); });
  StartServer();
  RawClient client = Connect();
  const RawResponse response = client.Call("GET /boom HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_EQ(client.Call(Get("/hello")).status, 200);
}

TEST_F(ServerTest, StoppingFinishesWhatIsUnderWay) {
  Gate gate;
  AddGet("/wait", std::nullopt, [&](const HttpRequest&) {
    gate.Wait();
    return HttpResponse::Json("1");
  });
  StartServer();
  RawClient idle = Connect();
  EXPECT_EQ(idle.Call(Get("/hello")).status, 200);
  RawClient busy = Connect();
  busy.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.AwaitWaiting(1);
  std::thread stopper([this] { server_->Stop(); });
  EXPECT_TRUE(idle.IsClosed());
  gate.Open();
  const RawResponse response = busy.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("Connection"), "close");
  stopper.join();
}

TEST_F(ServerTest, StoppingBreaksWhatDoesNotEnd) {
  options_.stop_grace = milliseconds(100);
  std::atomic<bool> entered = false;
  AddGet("/endless", std::nullopt, [&](const HttpRequest& request) {
    entered = true;
    while (!request.cancel.cancelled()) std::this_thread::sleep_for(milliseconds(1));
    return HttpResponse::NoContent();
  });
  StartServer();
  RawClient client = Connect();
  client.Send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!entered) std::this_thread::yield();
  server_->Stop();
  EXPECT_TRUE(client.IsClosed());
}

}  // namespace
}  // namespace bedplate

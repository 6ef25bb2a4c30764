#include "api/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "api/server_test_support.h"

namespace bedplate {
namespace {

class ClientTest : public ServerFixture {
 protected:
  ClientTest() {
    directory_ =
        std::filesystem::path(testing::TempDir()) / ("bedplate-client-" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    AddPost("/echo", Role::kAdmin, [](const HttpRequest& request) {
      return HttpResponse::Json(request.principal.actor + " " +
                                request.Param("q").value_or("none") + " " + request.body);
    });
    AddGet("/long", Role::kAdmin,
           [](const HttpRequest&) { return HttpResponse::Json(std::string(5'000'000, 'x')); });
  }
  ~ClientTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  void StartOn(const std::string& socket_path) {
    options_.unix_socket_path = socket_path;
    StartServer();
  }
  static HttpRequest Echo(std::string body) {
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.path = "/echo";
    request.params.emplace("q", "a&b=c/\xC3\xBC");
    request.body = std::move(body);
    return request;
  }

  std::filesystem::path directory_;
};

TEST_F(ClientTest, ActsAsTheLocalAdministrator) {
  const std::string path = directory_ / "s";
  StartOn(path);
  HttpClient client({.unix_socket_path = path});
  for (const char* body : {"one", "two"}) {
    const auto response = client.Call(Echo(body));
    ASSERT_TRUE(response.ok()) << response.error().ToString();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->content_type, "application/json");
    EXPECT_EQ(response->body, std::string("local a&b=c/\xC3\xBC ") + body);
  }
  EXPECT_EQ(server_->metrics().connections, 1U);
  HttpRequest request;
  request.path = "/long";
  EXPECT_EQ(client.Call(request)->body.size(), 5'000'000U);
  request.method = HttpMethod::kHead;
  EXPECT_EQ(client.Call(request)->body, "");
  request.path = "/nothing";
  EXPECT_EQ(client.Call(request)->status, 404);
}

TEST_F(ClientTest, TheSocketIsForItsOwnerOnlyAndGoesWithTheServer) {
  const std::string path = directory_ / "s";
  StartOn(path);
  struct stat state{};
  ASSERT_EQ(stat(path.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ClientTest, PathsMayBeLongerThanASocketAddress) {
  const std::filesystem::path deep = directory_ / std::string(120, 'd') / std::string(120, 'e');
  std::filesystem::create_directories(deep);
  const std::string path = deep / "bedplate.sock";
  StartOn(path);
  EXPECT_EQ(HttpClient({.unix_socket_path = path}).Call(Echo("x"))->status, 200);
}

TEST_F(ClientTest, ADeadSocketIsReplacedAndALiveOneIsNot) {
  const std::string path = directory_ / "s";
  {
    const int socket_before = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(socket_before, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    close(socket_before);
  }
  StartOn(path);
  EXPECT_EQ(HttpClient({.unix_socket_path = path}).Call(Echo("x"))->status, 200);
  const auto second = Server::Start(
      options_,
      {.router = router_, .authenticator = *authenticator_, .files = files_, .clock = clock_});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  EXPECT_EQ(HttpClient({.unix_socket_path = path}).Call(Echo("x"))->status, 200);
}

TEST_F(ClientTest, AnotherFileIsNotReplaced) {
  const std::string path = directory_ / "s";
  std::ofstream(path) << "precious";
  options_.unix_socket_path = path;
  const auto server = Server::Start(
      options_,
      {.router = router_, .authenticator = *authenticator_, .files = files_, .clock = clock_});
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code(), ErrorCode::kConflict);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ClientTest, NobodyThereIsUnavailable) {
  for (const std::string path : {directory_ / "none", directory_ / "no" / "where"}) {
    const auto response = HttpClient({.unix_socket_path = path}).Call(Echo("x"));
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().code(), ErrorCode::kUnavailable);
  }
}

TEST_F(ClientTest, SpeaksTcpWithAToken) {
  StartServer();
  const std::uint16_t port = RawClient::PortOf(server_->urls().front());
  HttpClient client({.port = port, .token = tokens_[Role::kAdmin]});
  EXPECT_EQ(client.Call(Echo("x"))->body, "t4 a&b=c/\xC3\xBC x");
  EXPECT_EQ(HttpClient({.port = port}).Call(Echo("x"))->status, 401);
}

TEST_F(ClientTest, ReconnectsAfterTheServerHasClosed) {
  options_.idle_timeout = std::chrono::milliseconds(50);
  const std::string path = directory_ / "s";
  StartOn(path);
  HttpClient client({.unix_socket_path = path});
  EXPECT_EQ(client.Call(Echo("x"))->status, 200);
  while (server_->metrics().connections > 0) std::this_thread::yield();
  EXPECT_EQ(client.Call(Echo("x"))->status, 200);
}

TEST_F(ClientTest, CancellingReachesTheHandler) {
  std::atomic<bool> entered = false;
  AddGet("/endless", Role::kAdmin, [&](const HttpRequest& request) {
    entered = true;
    while (!request.cancel.cancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return HttpResponse::NoContent();
  });
  const std::string path = directory_ / "s";
  StartOn(path);
  HttpRequest request;
  request.path = "/endless";
  request.cancel = CancelToken::Make();
  std::thread canceller([&] {
    while (!entered) std::this_thread::yield();
    request.cancel.Cancel();
  });
  const auto response = HttpClient({.unix_socket_path = path}).Call(request);
  canceller.join();
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code(), ErrorCode::kCancelled);
  server_->Stop();
}

/// One call is given up, and the next one has the time that calls have.
TEST_F(ClientTest, ACallMayHaveATimeOfItsOwn) {
  AddGet("/endless", Role::kAdmin, [&](const HttpRequest& request) {
    while (!request.cancel.cancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return HttpResponse::NoContent();
  });
  const std::string path = directory_ / "s";
  StartOn(path);
  HttpClient client({.unix_socket_path = path});
  HttpRequest endless;
  endless.path = "/endless";
  const auto response = client.Call(endless, std::chrono::milliseconds(1));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code(), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(client.Call(Echo("x"))->status, 200);
  server_->Stop();
}

TEST_F(ClientTest, TheAnswerToARefusedLargeBodyArrives) {
  options_.body_budget_bytes = 1;
  Route route{.method = HttpMethod::kPost, .pattern = "/huge", .operation_id = "huge"};
  route.least_role = Role::kAdmin;
  route.handler = [](const HttpRequest&) { return HttpResponse::NoContent(); };
  route.body_limit_bytes = 1000;
  router_.Add(std::move(route));
  const std::string path = directory_ / "s";
  StartOn(path);
  HttpRequest request = Echo(std::string(8'000'000, 'x'));
  request.path = "/huge";
  const auto response = HttpClient({.unix_socket_path = path}).Call(request);
  ASSERT_TRUE(response.ok()) << response.error().ToString();
  EXPECT_EQ(response->status, 413);
}

}  // namespace
}  // namespace bedplate

// Who gets a place when there are more callers than places.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "api/server_test_support.h"

namespace bedplate {
namespace {

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

class ConnectionLimitsTest : public ServerFixture {
 protected:
  ConnectionLimitsTest() {
    AddGet("/hello", Role::kViewer, [](const HttpRequest&) { return HttpResponse::Json("1"); });
    AddGet("/open", std::nullopt, [](const HttpRequest&) { return HttpResponse::Json("1"); });
  }
};

TEST_F(ConnectionLimitsTest, StrangersWhoSayNothingKeepNobodyOut) {
  options_.connection_limit = 20;
  options_.stranger_limit = 4;
  StartServer();
  RawClient known = Connect();
  EXPECT_EQ(known.Call(Get("/hello")).status, 200);
  std::vector<RawClient> strangers;
  for (int i = 0; i < 12; ++i) strangers.push_back(Connect());
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(strangers[static_cast<std::size_t>(i)].IsClosed()) << i;
  EXPECT_EQ(Connect().Call(Get("/hello")).status, 200) << "somebody new";
  EXPECT_EQ(known.Call(Get("/hello")).status, 200) << "of those known, none has to go";
}

TEST_F(ConnectionLimitsTest, WhoeverIsKnownTakesNoPlaceOfAStranger) {
  options_.connection_limit = 20;
  options_.stranger_limit = 2;
  StartServer();
  std::vector<RawClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(Connect());
    EXPECT_EQ(clients.back().Call(Get("/hello")).status, 200);
  }
  for (RawClient& client : clients) EXPECT_EQ(client.Call(Get("/hello")).status, 200);
}

TEST_F(ConnectionLimitsTest, AnOpenRouteMakesNobodyKnown) {
  options_.connection_limit = 20;
  options_.stranger_limit = 2;
  StartServer();
  RawClient first = Connect();
  EXPECT_EQ(first.Call("GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  RawClient second = Connect();
  RawClient third = Connect();
  EXPECT_TRUE(first.IsClosed());
  EXPECT_EQ(third.Call(kHello).status, 401);
}

TEST_F(ConnectionLimitsTest, AllAddressesShareOneLimit) {
  options_.listen = {"127.0.0.1:0", "127.0.0.1:0"};
  options_.connection_limit = 2;
  StartServer();
  std::vector<RawClient> clients;
  for (const std::string& url : server_->urls()) {
    clients.push_back(RawClient::ToUrl(url));
    EXPECT_EQ(clients.back().Call(Get("/hello")).status, 200);
  }
  for (const std::string& url : server_->urls()) {
    EXPECT_EQ(RawClient::ToUrl(url).Read().status, 503);
  }
  EXPECT_EQ(server_->metrics().refused_connections, 2U);
}

TEST_F(ConnectionLimitsTest, TheLocalSocketHasPlacesOfItsOwn) {
  const std::string path = testing::TempDir() + "/limits-" + std::to_string(getpid()) + ".sock";
  options_.unix_socket_path = path;
  options_.connection_limit = 1;
  options_.local_connection_limit = 1;
  StartServer();
  RawClient remote = Connect();
  EXPECT_EQ(remote.Call(Get("/hello")).status, 200);
  RawClient local = RawClient::ToUnix(path);
  EXPECT_EQ(local.Call(kHello).status, 200);
  EXPECT_EQ(RawClient::ToUnix(path).Read().status, 503);
}

}  // namespace
}  // namespace bedplate

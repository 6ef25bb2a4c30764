// Signing in over the network: cookies, login codes, other web sites, guessing, TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>

#include "api/influx_routes.h"
#include "api/server_test_support.h"
#include "api/session_routes.h"

namespace bedplate {
namespace {

using testing::HasSubstr;
using testing::Not;

class ServerAuthTest : public ServerFixture {
 protected:
  ServerAuthTest() {
    manual_auth_ = Authenticator::Make(store_, manual_clock_, SystemRandom());
    authenticator_.swap(manual_auth_);
    AddSessionRoutes(router_, *authenticator_, manual_clock_);
    AddPost("/change", Role::kViewer, [](const HttpRequest&) { return HttpResponse::Json("1"); });
  }

  static std::string Login(std::string_view body, std::string_view more = "") {
    return "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
           "application/json\r\n" +
           std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }
  static constexpr std::string_view kOwnPage = "Origin: http://localhost\r\n";
  static std::string ByCookie(std::string_view method, std::string_view path,
                              std::string_view cookie, std::string_view more = kOwnPage,
                              std::string_view host = "localhost") {
    return std::string(method) + " " + std::string(path) +
           " HTTP/1.1\r\nHost: " + std::string(host) + "\r\nCookie: " + std::string(cookie) +
           "\r\n" + std::string(more) + "Content-Length: 0\r\n\r\n";
  }
  std::string SignIn() {
    const RawResponse response =
        Connect().Call(Login("{\"token\":\"" + tokens_[Role::kViewer] + "\"}"));
    EXPECT_EQ(response.status, 200) << response.body;
    const std::string cookie = response.headers.at("Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }

  ManualClock manual_clock_{Timestamp::FromSeconds(1'800'000'000)};
  std::unique_ptr<Authenticator> manual_auth_;
};

TEST_F(ServerAuthTest, TheCookieIsOutOfReachOfScriptsAndOtherSites) {
  StartServer();
  const RawResponse response =
      Connect().Call(Login("{\"token\":\"" + tokens_[Role::kViewer] + "\"}"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"role\":\"viewer\",\"name\":\"test\",\"expires\":1802592000000}");
  const std::string cookie = response.headers.at("Set-Cookie");
  EXPECT_THAT(cookie, testing::MatchesRegex("bedplate_session=[A-Za-z0-9_-]+; Path=/; HttpOnly; "
                                            "SameSite=Strict; Max-Age=2592000"));
  EXPECT_EQ(cookie.find(';'), std::string("bedplate_session=").size() + 43) << "256 bits";
}

TEST_F(ServerAuthTest, ASessionLastsUntilItsLogout) {
  StartServer();
  const std::string cookie = SignIn();
  RawClient client = Connect();
  const RawResponse me = client.Call(ByCookie("GET", "/api/v1/session", cookie));
  EXPECT_EQ(me.status, 200);
  EXPECT_THAT(me.body, HasSubstr("\"expires\":1802592000000"));
  const RawResponse out = client.Call(ByCookie("DELETE", "/api/v1/session", cookie));
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(out.headers.at("Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(client.Call(ByCookie("GET", "/api/v1/session", cookie)).status, 401);
}

TEST_F(ServerAuthTest, ARevokedTokenEndsItsSessions) {
  StartServer();
  const std::string cookie = SignIn();
  ASSERT_TRUE(authenticator_->tokens().Revoke("t1", "test").ok());
  EXPECT_EQ(Connect().Call(ByCookie("GET", "/api/v1/session", cookie)).status, 401);
  EXPECT_EQ(Connect().Call(Get("/api/v1/session")).status, 401);
}

TEST_F(ServerAuthTest, LoginCodesWorkOnce) {
  StartServer();
  EXPECT_EQ(Connect().Call(Post("/api/v1/login-codes", "{}", Role::kEngineer)).status, 403);
  RawClient client = Connect();
  const RawResponse created = client.Call(Post("/api/v1/login-codes", "{\"role\":\"engineer\"}"));
  EXPECT_EQ(created.status, 201);
  EXPECT_THAT(created.body, HasSubstr("\"path\":\"/login#code="));
  const std::string code = created.body.substr(9, 43);
  const RawResponse login = client.Call(Login("{\"code\":\"" + code + "\"}"));
  EXPECT_EQ(login.status, 200);
  EXPECT_THAT(login.body, HasSubstr("\"role\":\"engineer\""));
  EXPECT_EQ(client.Call(Login("{\"code\":\"" + code + "\"}")).status, 401);
  EXPECT_EQ(client.Call(Post("/api/v1/login-codes", "{\"role\":\"king\"}")).status, 400);
}

TEST_F(ServerAuthTest, MalformedLoginsAreNoFailures) {
  StartServer();
  RawClient client = Connect();
  for (const char* body :
       {"", "{}", "[]", "{", "{\"token\":1}", "{\"token\":\"a\",\"code\":\"b\"}"}) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Call(Login(body)).status, 400) << body;
  }
  EXPECT_EQ(client.Call(Login(std::string(5000, ' '))).status, 413);
}

TEST_F(ServerAuthTest, OtherSitesCannotUseASession) {
  StartServer();
  const std::string cookie = SignIn();
  RawClient client = Connect();
  EXPECT_EQ(client.Call(ByCookie("POST", "/change", cookie, "Origin: http://localhost\r\n")).status,
            200);
  for (const char* forged :
       {"Origin: http://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n", ""}) {
    EXPECT_EQ(client.Call(ByCookie("POST", "/change", cookie, forged)).status, 403) << forged;
  }
  // A token is not sent by a browser on its own, so its requests may come from anywhere.
  EXPECT_EQ(
      client.Call(Post("/change", "", Role::kViewer, "Origin: http://evil.example\r\n")).status,
      200);
  EXPECT_EQ(client.Call(Login("{\"token\":\"x\"}", "Origin: http://evil.example\r\n")).status, 403);
}

TEST_F(ServerAuthTest, ReboundNamesCannotUseASession) {
  options_.host_names = {"plant.example"};
  StartServer();
  const std::string cookie = SignIn();
  RawClient client = Connect();
  for (const char* host : {"localhost:1", "127.0.0.1", "plant.example:8080"}) {
    EXPECT_EQ(client.Call(ByCookie("GET", "/api/v1/session", cookie, "", host)).status, 200);
  }
  const RawResponse rebound =
      client.Call(ByCookie("GET", "/api/v1/session", cookie, "", "evil.example"));
  EXPECT_EQ(rebound.status, 403);
  EXPECT_THAT(rebound.body, HasSubstr("not known as 'evil.example'"));
}

TEST_F(ServerAuthTest, TenFailuresSlowDownAndTheWaitDoubles) {
  StartServer();
  RawClient client = Connect();
  const std::string wrong = Login("{\"token\":\"bp_wrong\"}");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.Call(wrong).status, 401);
  for (const int wait_s : {1, 2, 4, 8, 16, 32, 60, 60}) {
    const RawResponse slowed = client.Call(wrong);
    EXPECT_EQ(slowed.status, 429);
    EXPECT_EQ(slowed.headers.at("Retry-After"), std::to_string(wait_s));
    manual_clock_.Advance(std::chrono::seconds(wait_s));
    EXPECT_EQ(client.Call(wrong).status, 401);
  }
  EXPECT_EQ(client.Call(Login("{\"code\":\"wrong\"}")).status, 429);
  EXPECT_EQ(client.Call(Get("/api/v1/session")).status, 429) << "a token it has not seen before";
  manual_clock_.Advance(std::chrono::seconds(60));
  EXPECT_EQ(client.Call(Get("/api/v1/session")).status, 200);
  for (int i = 0; i < 30; ++i) client.Call(wrong);
  EXPECT_EQ(client.Call(Get("/api/v1/session")).status, 200) << "one that it knows";
}

TEST_F(ServerAuthTest, AddressesOffLoopbackNeedTls) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:8080"}) {
    options_.listen = {address};
    const auto server = Server::Start(
        options_,
        {.router = router_, .authenticator = *authenticator_, .files = files_, .clock = clock_});
    ASSERT_FALSE(server.ok());
    EXPECT_EQ(server.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_THAT(server.error().message(), HasSubstr(address));
    EXPECT_THAT(server.error().message(), HasSubstr("TLS"));
  }
}

TEST_F(ServerAuthTest, BadAddressesAndOptionsAreNamed) {
  for (const char* address :
       {"", "8080", "localhost", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
        "[127.0.0.1]:80", "plant.example:80", "127.0.0.1:80x"}) {
    options_.listen = {address};
    const Status status = options_.Validate();
    ASSERT_FALSE(status.ok()) << address;
    EXPECT_EQ(status.error().code(), ErrorCode::kInvalidArgument);
  }
  options_.listen = {"[::1]:0", "localhost:0"};
  EXPECT_TRUE(options_.Validate().ok());
  options_.key_path = "key.pem";
  EXPECT_FALSE(options_.Validate().ok());
}

TEST_F(ServerAuthTest, ATakenPortIsAConflict) {
  StartServer();
  options_.listen = {server_->urls().front().substr(7)};
  const auto second = Server::Start(
      options_,
      {.router = router_, .authenticator = *authenticator_, .files = files_, .clock = clock_});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

TEST_F(ServerAuthTest, ListensOnIpv6Too) {
  options_.listen = {"127.0.0.1:0", "[::1]:0"};
  StartServer();
  ASSERT_EQ(server_->urls().size(), 2U);
  EXPECT_THAT(server_->urls()[1], testing::StartsWith("http://[::1]:"));
}

class InfluxRoutesTest : public ServerFixture {
 protected:
  /// Answers with what it was asked for and the size of what came.
  class Recorder final : public BodyConsumer {
   public:
    explicit Recorder(LineWriteRequest request) : request_(std::move(request)) {}
    Status Consume(std::string_view chunk) override {
      size_ += chunk.size();
      return {};
    }
    HttpResponse Finish() override {
      return HttpResponse::Json("v" + std::to_string(request_.version) + " " + request_.precision +
                                (request_.gzip ? " gzip " : " plain ") + request_.principal.actor +
                                " " + std::to_string(size_));
    }

   private:
    LineWriteRequest request_;
    std::size_t size_ = 0;
  };

  InfluxRoutesTest() {
    AddInfluxRoutes(
        router_, {.server_version = "1.2.3",
                  .make_writer =
                      [](const LineWriteRequest& request) -> Result<std::unique_ptr<BodyConsumer>> {
                    if (request.precision == "fortnight") {
                      return Error(ErrorCode::kInvalidArgument, "precision?");
                    }
                    return std::unique_ptr<BodyConsumer>(std::make_unique<Recorder>(request));
                  },
                  .health = [this] { return health_; }});
  }
  Status health_;
};

TEST_F(InfluxRoutesTest, PingAndHealthNeedNoToken) {
  StartServer();
  RawClient client = Connect();
  for (const char* method : {"GET", "HEAD"}) {
    const RawResponse ping =
        client.Call(std::string(method) + " /ping HTTP/1.1\r\nHost: anything\r\n\r\n");
    EXPECT_EQ(ping.status, 204);
    EXPECT_THAT(ping.headers.at("X-Influxdb-Version"), testing::StartsWith("1.8."));
    EXPECT_FALSE(ping.headers.contains("Content-Length"));
  }
  const RawResponse health = client.Call("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body,
            "{\"name\":\"bedplate\",\"message\":\"ready for queries and writes\","
            "\"status\":\"pass\",\"version\":\"1.2.3\"}");
}

TEST_F(InfluxRoutesTest, ASickServerSaysSo) {
  health_ = Error(ErrorCode::kResourceExhausted, "the disk is full");
  StartServer();
  const RawResponse health = Connect().Call("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(health.headers.at("Retry-After"), "1");
  EXPECT_THAT(health.body, HasSubstr("\"status\":\"fail\""));
}

TEST_F(InfluxRoutesTest, WhatAilsTheServerIsToldToThoseItKnows) {
  health_ = Error(ErrorCode::kIo, "write: Input/output error").At("/plant/wal/7.wal");
  StartServer();
  for (const std::string credentials :
       {"", "Authorization: Bearer nonsense\r\n", "Authorization: nonsense\r\n",
        "Cookie: bedplate_session=nonsense\r\n"}) {
    const RawResponse health =
        Connect().Call("GET /health HTTP/1.1\r\nHost: x\r\n" + credentials + "\r\n");
    EXPECT_EQ(health.status, 503) << credentials;
    EXPECT_THAT(health.body, HasSubstr("\"message\":\"io\"")) << credentials;
    EXPECT_THAT(health.body, Not(HasSubstr("/plant"))) << credentials;
  }
  const RawResponse health = Connect().Call(Get("/health", Role::kViewer));
  EXPECT_EQ(health.status, 503);
  EXPECT_THAT(health.body, HasSubstr("/plant/wal/7.wal: write: Input/output error"));
}

TEST_F(InfluxRoutesTest, WritesReachTheWriterWithTheirHead) {
  StartServer();
  RawClient client = Connect();
  EXPECT_EQ(client.Call(Post("/write?db=x&precision=ms", "m f=1", Role::kWriter)).body,
            "v1 ms plain t2 5");
  EXPECT_EQ(client
                .Call(Post("/api/v2/write?bucket=x", "12345678", Role::kAdmin,
                           "Content-Encoding: gzip\r\n"))
                .body,
            "v2  gzip t4 8");
  EXPECT_EQ(client.Call(Post("/api/v2/write", "", Role::kWriter)).body, "v2  plain t2 0");
}

TEST_F(InfluxRoutesTest, TakeTokensAsOldClientsSendThem) {
  StartServer();
  RawClient client = Connect();
  const std::string token = tokens_[Role::kWriter];
  EXPECT_EQ(
      client
          .Call("POST /write?u=x&p=" + token + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
          .status,
      200);
  EXPECT_EQ(client
                .Call("POST /api/v2/write?u=x&p=" + token +
                      " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                .status,
            401);
}

TEST_F(InfluxRoutesTest, ErrorsHaveInfluxsForm) {
  StartServer();
  const RawResponse one =
      Connect().Call("POST /write HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(one.status, 401);
  EXPECT_THAT(one.body, testing::StartsWith("{\"error\":\""));
  EXPECT_TRUE(one.headers.contains("X-Influxdb-Error"));
  const RawResponse two = Connect().Call(Post("/api/v2/write", "", Role::kViewer));
  EXPECT_EQ(two.status, 403);
  EXPECT_THAT(two.body, testing::StartsWith("{\"code\":\"forbidden\",\"message\":\""));
  EXPECT_EQ(two.headers.at("Content-Type"), "application/json");
  RawClient client = Connect();
  EXPECT_EQ(client.Call(Post("/write?precision=fortnight", "", Role::kWriter)).body,
            "{\"error\":\"parameter 'precision': expected one of n, ns, u, us, ms, s, m, h, got "
            "'fortnight'\"}");
  for (const char* target :
       {"/api/v2/write?precision=h", "/api/v2/write?bucket=a&bucket=b",
        "/api/v2/write?precision=s&precision=ms", "/api/v2/write?bucket=%zz"}) {
    const RawResponse refused = Connect().Call(Post(target, "", Role::kWriter));
    EXPECT_EQ(refused.status, 400) << target;
    EXPECT_THAT(refused.body, testing::StartsWith("{\"code\":\"invalid\",\"message\":\""))
        << target;
  }
  EXPECT_EQ(client.Call(Post("/write", "", Role::kWriter, "Content-Encoding: br\r\n")).status, 400);
}

TEST(InfluxError, AFullDiskIsAskedToComeAgain) {
  for (const int version : {1, 2}) {
    const Error full = Error(ErrorCode::kResourceExhausted, "disk full").Retryable();
    EXPECT_EQ(InfluxError(version, full, HttpStatusOf(full)).status, 503);
  }
}

TEST(InfluxError, HidesWhatIsInternal) {
  const HttpResponse response = InfluxError(1, Error(ErrorCode::kIo, "/secret/path"), 500);
  EXPECT_EQ(response.body, "{\"error\":\"internal error\"}");
  for (const auto& [name, value] : response.headers) EXPECT_THAT(value, Not(HasSubstr("secret")));
}

/// A certificate for localhost, made here, and its key.
class TlsTest : public ServerFixture {
 protected:
  TlsTest() {
    const auto directory = std::filesystem::path(testing::TempDir());
    const std::string stem = directory / ("bedplate-tls-" + std::to_string(getpid()));
    options_.certificate_path = stem + ".crt";
    options_.key_path = stem + ".key";
    WriteCertificate();
    AddGet("/secure", std::nullopt, [](const HttpRequest& request) {
      return HttpResponse::Json(request.secure ? "true" : "false");
    });
    AddSessionRoutes(router_, *authenticator_, clock_);
  }
  ~TlsTest() override {
    std::filesystem::remove(options_.certificate_path);
    std::filesystem::remove(options_.key_path);
  }

  void WriteCertificate() const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509* x509 = certificate.get();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key.get());
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                "DNS:plant.example,IP:127.0.0.1");
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509, key.get(), EVP_sha256());
    FILE* file = fopen(options_.certificate_path.c_str(), "w");
    PEM_write_X509(file, x509);
    fclose(file);
    file = fopen(options_.key_path.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    fclose(file);
  }

  /// One request over a fresh connection of at most `version`; empty when there is no handshake.
  std::string CallTls(const std::string& request, int version = TLS1_3_VERSION) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_set_security_level(context.get(), 0);
    const std::string host = "127.0.0.1:" + std::to_string(RawClient::PortOf(server_->urls()[0]));
    BIO* connection = BIO_new_ssl_connect(context.get());
    BIO_set_conn_hostname(connection, host.c_str());
    std::string answer;
    if (BIO_do_connect(connection) == 1 && BIO_do_handshake(connection) == 1) {
      BIO_write(connection, request.data(), static_cast<int>(request.size()));
      char block[4096];
      int size = 0;
      while ((size = BIO_read(connection, block, sizeof(block))) > 0) {
        answer.append(block, static_cast<std::size_t>(size));
      }
    }
    BIO_free_all(connection);
    return answer;
  }
};

TEST_F(TlsTest, ServesOverTls12And13Only) {
  options_.listen = {"0.0.0.0:0"};
  StartServer();
  EXPECT_THAT(server_->urls().front(), testing::StartsWith("https://"));
  const std::string request = "GET /secure HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_THAT(CallTls(request, version), testing::EndsWith("\r\n\r\ntrue"));
  }
  EXPECT_EQ(CallTls(request, TLS1_1_VERSION), "");
  RawClient plain = Connect();
  plain.Send(request);
  EXPECT_TRUE(plain.IsClosed());
}

TEST_F(TlsTest, CookiesAreSecureAndTheCertificateNamesTheHost) {
  options_.listen = {"127.0.0.1:0"};
  StartServer();
  const std::string body = "{\"token\":\"" + tokens_[Role::kViewer] + "\"}";
  const auto login = [&](const std::string& host) {
    return CallTls("POST /api/v1/session HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://" +
                   host + "\r\nConnection: close\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  EXPECT_THAT(login("plant.example:8443"),
              HasSubstr("SameSite=Strict; Max-Age=2592000; Secure\r\n"));
  EXPECT_THAT(login("evil.example"), testing::StartsWith("HTTP/1.1 403 "));
}

TEST_F(TlsTest, BadFilesAreNamed) {
  const auto start = [&] {
    return Server::Start(
        options_,
        {.router = router_, .authenticator = *authenticator_, .files = files_, .clock = clock_});
  };
  std::swap(options_.certificate_path, options_.key_path);
  auto server = start();
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(server.error().ToString(), HasSubstr(options_.certificate_path));
  std::swap(options_.certificate_path, options_.key_path);
  const std::string certificate = options_.certificate_path;
  options_.certificate_path = "/nonexistent/cert.pem";
  EXPECT_THAT(start().error().ToString(), HasSubstr("/nonexistent/cert.pem"));
  options_.certificate_path = certificate;
}

}  // namespace
}  // namespace bedplate

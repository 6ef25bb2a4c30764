#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>

#include "api/http.h"
#include "api/request_reader.h"
#include "api/server_context.h"
#include "api/transport.h"

namespace bedplate {

/// Who is at the other end of a connection.
struct Peer {
  std::string address;  // empty: the local socket
  bool is_loopback = true;
  bool secure = false;
};

/// The way of one request from its header to its answer: route, credentials, role, body, handler.
/// Lives on the connection's executor; what blocks goes to the workers.
class Exchange {
 public:
  Exchange(ServerContext& context, Transport& transport, RequestReader& reader, const Peer& peer);

  /// Reads the header and works out the answer. Errors: kCancelled when there is nobody left to
  /// answer.
  boost::asio::awaitable<Result<HttpResponse>> Answer();
  [[nodiscard]] const HttpRequest& request() const { return request_; }
  /// Null where none was found.
  [[nodiscard]] const Route* route() const { return route_; }
  /// Whether it is certain where the next request starts.
  [[nodiscard]] bool keep_alive() const {
    return head_is_good_ && reader_.done() && reader_.keep_alive();
  }
  /// Whether the caller of an event stream may still have it (its session goes on).
  [[nodiscard]] bool StillAllowed() const;
  /// What the event stream that was the answer has to say now; it is asked on a worker.
  boost::asio::awaitable<std::string> PollEvents(EventStream& events);

 private:
  enum class Admission { kFresh, kGoesOn };

  HttpResponse HeadError(const Error& error) const;
  std::optional<HttpResponse> FindRoute();
  boost::asio::awaitable<std::optional<HttpResponse>> Identify();
  /// For a route that anybody may call and that tells more to those who show who they are.
  boost::asio::awaitable<void> Recognize();
  boost::asio::awaitable<std::optional<HttpResponse>> CheckCredentials();
  HttpResponse CredentialError(const Error& error) const;
  boost::asio::awaitable<std::optional<HttpResponse>> PrepareBody();
  boost::asio::awaitable<HttpResponse> AnswerWhole();
  boost::asio::awaitable<std::optional<HttpResponse>> ReadWholeBody(BodyReservation& reservation);
  boost::asio::awaitable<HttpResponse> AnswerStreamed();
  boost::asio::awaitable<HttpResponse> FeedConsumer(BodyConsumer& consumer);
  /// Runs `work` on a worker and comes back; raises the request's cancel token when the caller
  /// goes away meanwhile. False when the queue is full and `work` did not run. What `work` throws
  /// comes out here and ends the connection.
  boost::asio::awaitable<bool> RunOnWorker(std::function<void()> work, Admission admission);

  [[nodiscard]] HttpResponse RouteErrorOf(const Error& error) const;
  [[nodiscard]] HttpResponse Busy() const;
  [[nodiscard]] HttpResponse TooManyAnswers() const;
  [[nodiscard]] HttpResponse TooLarge() const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> BodyTimeout() const;

  ServerContext& context_;
  Transport& transport_;
  RequestReader& reader_;
  const Peer& peer_;
  BodyReservation answer_reservation_;  // until the answer is sent
  HttpRequest request_;
  bool head_is_good_ = false;
  const Route* route_ = nullptr;
  Credentials credentials_;
};

}  // namespace bedplate

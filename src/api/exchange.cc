#include "api/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "api/response_head.h"

namespace bedplate {
namespace {

namespace asio = boost::asio;

using asio::awaitable;
using OptionalResponse = std::optional<HttpResponse>;

constexpr std::size_t kChunkBytes = 256UL * 1024;
constexpr std::chrono::milliseconds kPeerCheckInterval{250};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Runs a consumer's code; what it throws becomes a kInternal error.
template <typename Function>
Status Guarded(const Route& route, Function function) {
  try {
    return function();
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::kInternal, thrown.what()).At(route.operation_id);
  } catch (...) {
    return Error(ErrorCode::kInternal, "unknown").At(route.operation_id);
  }
}

/// Whether a request changes what is stored, and so may wait for the disk.
bool Writes(const Route& route) {
  return route.method != HttpMethod::kGet && route.least_role && *route.least_role > Role::kViewer;
}

int StatusOfHeadError(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kResourceExhausted: return 431;
    case ErrorCode::kUnsupported: return 501;
    default: return HttpStatusOf(error);
  }
}

}  // namespace

Exchange::Exchange(ServerContext& context, Transport& transport, RequestReader& reader,
                   const Peer& peer)
    : context_(context),
      transport_(transport),
      reader_(reader),
      peer_(peer),
      answer_reservation_(context.answer_bytes, context.options.answer_budget_bytes) {
  request_.cancel = CancelToken::Make();
  request_.remote_address = peer.address;
  request_.secure = peer.secure;
}

awaitable<Result<HttpResponse>> Exchange::Answer() {
  const Status head = co_await reader_.ReadHead();
  if (!head.ok() && head.error().code() == ErrorCode::kCancelled) co_return Error(head.error());
  ++context_.requests;
  if (!head.ok()) co_return HeadError(head.error());
  if (const Status filled = reader_.FillHead(request_); !filled.ok()) {
    co_return HeadError(filled.error());
  }
  head_is_good_ = true;
  if (OptionalResponse early = FindRoute()) co_return *std::move(early);
  OptionalResponse refused = co_await Identify();
  if (refused) co_return *std::move(refused);
  refused = co_await PrepareBody();
  if (refused) co_return *std::move(refused);
  if (route_->consumer) {
    HttpResponse response = co_await AnswerStreamed();
    co_return response;
  }
  HttpResponse response = co_await AnswerWhole();
  co_return response;
}

bool Exchange::StillAllowed() const {
  if (peer_.address.empty() || !route_->least_role) return true;
  return context_.parts.authenticator.IsKnown(credentials_);
}

awaitable<std::string> Exchange::PollEvents(EventStream& events) {
  std::string text;
  co_await RunOnWorker([&] { text = events.Poll(); }, Admission::kGoesOn);
  co_return text;
}

HttpResponse Exchange::HeadError(const Error& error) const {
  const std::string allowed = context_.parts.router.AllowedMethods(request_.path);
  const bool wrong_method = error.code() == ErrorCode::kUnsupported &&
                            !request_.headers.contains("transfer-encoding") && !allowed.empty();
  if (wrong_method) {
    HttpResponse response = ProblemResponse(error, 405);
    response.headers.emplace_back("Allow", allowed);
    return response;
  }
  const auto match = context_.parts.router.Find(request_.method, request_.path);
  const int status = StatusOfHeadError(error);
  return match.ok() ? RouteError(*match->route, error, status) : ProblemResponse(error, status);
}

OptionalResponse Exchange::FindRoute() {
  auto match = context_.parts.router.Find(request_.method, request_.path);
  if (match.ok()) {
    route_ = match->route;
    request_.path_params = std::move(match->path_params);
    return std::nullopt;
  }
  if (match.error().code() == ErrorCode::kUnsupported) {
    HttpResponse response = ProblemResponse(match.error(), 405);
    response.headers.emplace_back("Allow", context_.parts.router.AllowedMethods(request_.path));
    return response;
  }
  if (auto file = context_.parts.files.Answer(request_)) return file;
  return ProblemResponse(match.error());
}

awaitable<OptionalResponse> Exchange::Identify() {
  if (peer_.address.empty()) {
    request_.principal = {.actor = std::string(kLocalActor), .name = "local", .role = Role::kAdmin};
    co_return std::nullopt;
  }
  const bool is_login = !route_->least_role && route_->method == HttpMethod::kPost;
  if (route_->least_role) {
    auto found = FindCredentials(request_, route_->query_credentials);
    if (!found.ok()) co_return RouteErrorOf(found.error());
    credentials_ = *std::move(found);
  }
  if (is_login || credentials_.kind == Credentials::Kind::kSession) {
    const Status same_site =
        context_.guard.Check(request_, credentials_.kind == Credentials::Kind::kSession);
    if (!same_site.ok()) co_return RouteErrorOf(same_site.error());
  }
  if (route_->knows_callers) co_await Recognize();
  if (!route_->least_role) co_return std::nullopt;
  OptionalResponse refused = co_await CheckCredentials();
  if (refused) co_return refused;
  const Status allowed = Router::Authorize(*route_, request_.principal);
  if (!allowed.ok()) co_return RouteErrorOf(allowed.error());
  co_return std::nullopt;
}

awaitable<void> Exchange::Recognize() {
  auto found = FindCredentials(request_, QueryCredentials::kIgnored);
  if (!found.ok() || found->kind == Credentials::Kind::kNone) co_return;
  const bool is_session = found->kind == Credentials::Kind::kSession;
  if (is_session && !context_.guard.Check(request_, is_session).ok()) co_return;
  credentials_ = *std::move(found);
  co_await CheckCredentials();
}

awaitable<OptionalResponse> Exchange::CheckCredentials() {
  if (auto known = context_.parts.authenticator.Known(credentials_)) {
    request_.principal = *std::move(known);
    co_return std::nullopt;
  }
  OptionalResponse refused;
  const bool ran = co_await RunOnWorker(
      [&] {
        const Status checked = Guarded(*route_, [&]() -> Status {
          ASSIGN_OR_RETURN(request_.principal, context_.parts.authenticator.Check(
                                                   credentials_, request_.remote_address));
          return {};
        });
        if (!checked.ok()) refused = CredentialError(checked.error());
      },
      Admission::kFresh);
  if (!ran) co_return Busy();
  co_return refused;
}

HttpResponse Exchange::CredentialError(const Error& error) const {
  if (error.code() != ErrorCode::kResourceExhausted) return RouteErrorOf(error);
  HttpResponse response = RouteError(*route_, error, 429);
  const auto wait = context_.parts.authenticator.WaitOf(request_.remote_address);
  response.headers.emplace_back("Retry-After", fmt::to_string(std::max<long>(wait.count(), 1)));
  return response;
}

awaitable<OptionalResponse> Exchange::PrepareBody() {
  const auto length = reader_.content_length();
  if (length && *length > route_->body_limit_bytes) co_return TooLarge();
  transport_.ExpiresAfter(context_.options.header_timeout);
  const std::string expect = request_.Header("expect");
  if (expect.empty() || reader_.is_http_1_0()) co_return std::nullopt;
  if (!reader_.expects_continue()) {
    const Error error(ErrorCode::kUnsupported, "expect: expected 100-continue, got " + expect);
    co_return RouteError(*route_, error, 417);
  }
  const Status written = co_await transport_.Write(kContinue, {});
  if (!written.ok()) co_return RouteErrorOf(written.error());
  co_return std::nullopt;
}

awaitable<HttpResponse> Exchange::AnswerWhole() {
  BodyReservation reservation(context_.body_bytes, context_.options.body_budget_bytes);
  OptionalResponse refused = co_await ReadWholeBody(reservation);
  if (refused) co_return *std::move(refused);
  HttpResponse response;
  const bool compress = !peer_.is_loopback || context_.options.compress_on_loopback;
  const bool ran = co_await RunOnWorker(
      [&] {
        const Status answered = Guarded(*route_, [&]() -> Status {
          response = RunHandler(*route_, request_);
          if (compress) CompressBody(request_, response);
          return {};
        });
        if (!answered.ok()) response = RouteErrorOf(answered.error());
      },
      Admission::kFresh);
  if (!ran) response = Busy();
  if (!answer_reservation_.Grow(response.body.size())) {
    answer_reservation_.Release();
    response = TooManyAnswers();
  }
  co_return response;
}

awaitable<OptionalResponse> Exchange::ReadWholeBody(BodyReservation& reservation) {
  if (reader_.done()) co_return std::nullopt;
  const std::uint64_t length = reader_.content_length().value_or(kChunkBytes);
  std::string chunk(std::min<std::uint64_t>(length, kChunkBytes), '\0');
  while (!reader_.done()) {
    const Result<std::size_t> size = co_await reader_.ReadBody(chunk, BodyTimeout());
    if (!size.ok()) co_return RouteErrorOf(size.error());
    if (request_.body.size() + *size > route_->body_limit_bytes) co_return TooLarge();
    if (!reservation.Grow(*size)) co_return Busy();
    request_.body.append(chunk, 0, *size);
  }
  co_return std::nullopt;
}

awaitable<HttpResponse> Exchange::AnswerStreamed() {
  std::unique_ptr<BodyConsumer> consumer;
  OptionalResponse refused;
  const bool ran = co_await RunOnWorker(
      [&] {
        const Status made = Guarded(*route_, [&]() -> Status {
          ASSIGN_OR_RETURN(consumer, route_->consumer(request_));
          return {};
        });
        if (!made.ok()) refused = RouteErrorOf(made.error());
      },
      Admission::kFresh);
  if (!ran) co_return Busy();
  if (refused) co_return *std::move(refused);
  HttpResponse response = co_await FeedConsumer(*consumer);
  co_return response;
}

awaitable<HttpResponse> Exchange::FeedConsumer(BodyConsumer& consumer) {
  const std::uint64_t length = reader_.content_length().value_or(kChunkBytes);
  std::string chunk(std::clamp<std::uint64_t>(length, 1, kChunkBytes), '\0');
  std::uint64_t total = 0;
  OptionalResponse response;
  while (!response) {
    const Result<std::size_t> size = co_await reader_.ReadBody(chunk, BodyTimeout());
    if (!size.ok()) co_return RouteErrorOf(size.error());
    total += *size;
    if (total > route_->body_limit_bytes) co_return TooLarge();
    const std::string_view part(chunk.data(), *size);
    const bool is_last = reader_.done();
    co_await RunOnWorker(
        [&] {
          const Status fed = Guarded(*route_, [&]() -> Status {
            if (!part.empty()) RETURN_IF_ERROR(consumer.Consume(part));
            if (is_last) response = consumer.Finish();
            return {};
          });
          if (!fed.ok()) response = RouteErrorOf(fed.error());
        },
        Admission::kGoesOn);
  }
  co_return *std::move(response);
}

awaitable<bool> Exchange::RunOnWorker(std::function<void()> work, Admission admission) {
  struct Signal {
    explicit Signal(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    std::exception_ptr thrown;  // by the work, before it is done
    std::atomic<bool> done = false;
  };
  const asio::any_io_executor executor = transport_.executor();
  const auto signal = std::make_shared<Signal>(executor);
  auto task = [signal, executor, &work] {
    try {
      work();
    } catch (...) {
      signal->thrown = std::current_exception();
    }
    signal->done = true;
    asio::post(executor, [signal] { signal->timer.cancel(); });
  };
  WorkerPool& workers = Writes(*route_) ? context_.writers : context_.workers;
  if (admission == Admission::kGoesOn) {
    workers.Submit(std::move(task));
  } else if (!workers.TrySubmit(std::move(task))) {
    co_return false;
  }
  while (!signal->done) {
    signal->timer.expires_after(kPeerCheckInterval);
    co_await signal->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!signal->done && transport_.PeerGone()) request_.cancel.Cancel();
  }
  if (signal->thrown) std::rethrow_exception(signal->thrown);
  co_return true;
}

HttpResponse Exchange::RouteErrorOf(const Error& error) const {
  return RouteError(*route_, error, HttpStatusOf(error));
}

HttpResponse Exchange::Busy() const {
  ++context_.refused_requests;
  return RouteErrorOf(
      Error(ErrorCode::kUnavailable, "the server has more requests than it can take").Retryable());
}

HttpResponse Exchange::TooManyAnswers() const {
  ++context_.refused_requests;
  return RouteErrorOf(Error(ErrorCode::kUnavailable,
                            "the answers that are being sent take all the memory there is for "
                            "them; try again, or ask for less at once")
                          .Retryable());
}

HttpResponse Exchange::TooLarge() const {
  return RouteError(*route_,
                    Error(ErrorCode::kResourceExhausted,
                          fmt::format("body: expected at most {} bytes", route_->body_limit_bytes)),
                    413);
}

// A caller whom we know may be slow as long as it makes progress; a stranger may not.
std::optional<std::chrono::milliseconds> Exchange::BodyTimeout() const {
  if (!route_->least_role) return std::nullopt;
  return context_.options.body_timeout;
}

}  // namespace bedplate

#include "api/connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "api/connection_set.h"
#include "api/response_head.h"

namespace bedplate {
namespace {

namespace asio = boost::asio;

using asio::awaitable;

constexpr std::size_t kPieceBytes = 256UL * 1024;
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::size_t kLingerLimitBytes = 16ULL << 20U;

bool HasNoBody(int status) { return status == 204 || status == 304; }

}  // namespace

Connection::Connection(ServerContext& context, ConnectionSet& connections,
                       std::unique_ptr<Transport> transport, Peer peer)
    : context_(context),
      connections_(connections),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      buffer_(RequestReader::kBufferBytes) {}

awaitable<void> Connection::Run() {
  const auto self = shared_from_this();
  transport_->ExpiresAfter(context_.options.header_timeout);
  const Status secured = co_await transport_->Handshake();
  if (!secured.ok()) {
    spdlog::debug("{}: TLS: {}", peer_.address, secured.error().ToString());
    co_return;
  }
  // The first header has what is left of the time since the connection was accepted.
  bool goes_on = co_await AwaitRequest();
  while (goes_on) {
    goes_on = co_await ServeOne();
    if (!goes_on) break;
    transport_->ExpiresAfter(is_known_ ? context_.options.idle_timeout
                                       : context_.options.stranger_idle_timeout);
    goes_on = co_await AwaitRequest();
    transport_->ExpiresAfter(context_.options.header_timeout);
  }
  co_await Close();
}

void Connection::Leave() {
  asio::post(transport_->executor(), [self = shared_from_this()] {
    if (self->idle_) self->transport_->Abort();
  });
}

void Connection::Abort() {
  asio::post(transport_->executor(), [self = shared_from_this()] {
    self->cancel_.Cancel();
    self->transport_->Abort();
  });
}

awaitable<bool> Connection::AwaitRequest() {
  if (context_.stopping) co_return false;
  if (buffer_.size() == 0) {
    const auto room = buffer_.prepare(RequestReader::kBufferBytes);
    idle_ = true;
    const Result<std::size_t> size =
        co_await transport_->ReadSome({static_cast<char*>(room.data()), room.size()});
    idle_ = false;
    if (!size.ok() || *size == 0) co_return false;
    buffer_.commit(*size);
  }
  co_return true;
}

awaitable<bool> Connection::ServeOne() {
  RequestReader reader(*transport_, buffer_, context_.options.header_limit_bytes);
  Exchange exchange(context_, *transport_, reader, peer_);
  cancel_ = exchange.request().cancel;
  const auto begun = context_.parts.clock.Monotonic();
  Result<HttpResponse> answer = co_await exchange.Answer();
  if (!exchange.request().principal.actor.empty()) BecomeKnown();
  if (!answer.ok()) co_return false;
  peer_is_writing_ = !reader.done();
  HttpResponse& response = *answer;
  context_.counts.Add(exchange.route(), response.status, context_.parts.clock.Monotonic() - begun);
  spdlog::debug("{} {} {} {}", peer_.address, MethodName(exchange.request().method),
                exchange.request().path, response.status);
  if (response.events && exchange.request().method != HttpMethod::kHead) {
    co_await PumpEvents(exchange, response, !reader.is_http_1_0());
    co_return false;
  }
  const bool keep_alive = exchange.keep_alive() && !context_.stopping;
  const bool sent = co_await Send(exchange.request(), response, keep_alive);
  co_return sent&& keep_alive;
}

void Connection::BecomeKnown() {
  if (!is_known_) connections_.Recognize(shared_from_this());
  is_known_ = true;
}

awaitable<bool> Connection::Send(const HttpRequest& request, HttpResponse& response,
                                 bool keep_alive) {
  Framing framing{.keep_alive = keep_alive};
  if (!HasNoBody(response.status) && !response.events) {
    framing.content_length = response.body.size();
  }
  const bool omits_body = HasNoBody(response.status) || request.method == HttpMethod::kHead;
  const std::string head = FormatResponseHead(response, framing, context_.parts.clock.Now());
  const Status written =
      co_await WritePaced(head, omits_body ? std::string_view() : std::string_view(response.body));
  co_return written.ok();
}

awaitable<Status> Connection::WritePaced(std::string_view head, std::string_view body) {
  do {
    const std::string_view piece = body.substr(0, kPieceBytes);
    transport_->ExpiresAfter(context_.options.write_timeout);
    const Status written = co_await transport_->Write(head, piece);
    if (!written.ok()) co_return written;
    head = {};
    body.remove_prefix(piece.size());
  } while (!body.empty());
  co_return Status();
}

awaitable<void> Connection::PumpEvents(Exchange& exchange, HttpResponse& response, bool chunked) {
  response.content_type = "text/event-stream";
  const Framing framing{.keep_alive = false, .chunked = chunked, .content_length = std::nullopt};
  const std::string head = FormatResponseHead(response, framing, context_.parts.clock.Now());
  bool goes_on = (co_await WritePaced(head, {})).ok();
  while (goes_on && !context_.stopping && !transport_->PeerGone() && exchange.StillAllowed() &&
         !cancel_.cancelled()) {
    goes_on = co_await SendEvents(co_await exchange.PollEvents(*response.events), chunked);
    if (goes_on) co_await Pause(context_.options.event_interval);
  }
  if (goes_on && chunked) co_await WritePaced("0\r\n\r\n", {});
}

awaitable<bool> Connection::SendEvents(std::string events, bool chunked) {
  if (events.empty()) co_return true;
  std::string head;
  if (chunked) {
    head = fmt::format("{:x}\r\n", events.size());
    events += "\r\n";
  }
  const Status written = co_await WritePaced(head, events);
  co_return written.ok();
}

awaitable<void> Connection::Pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(transport_->executor(), time);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

awaitable<void> Connection::Close() {
  transport_->ExpiresAfter(kLingerTime);
  co_await transport_->ShutdownSend();
  if (peer_is_writing_) co_await Linger();
}

awaitable<void> Connection::Linger() {
  std::array<char, 16'384> ignored;
  std::size_t total = 0;
  Result<std::size_t> size = std::size_t{1};
  while (size.ok() && *size > 0 && total < kLingerLimitBytes) {
    size = co_await transport_->ReadSome(ignored);
    if (size.ok()) total += *size;
  }
}

}  // namespace bedplate

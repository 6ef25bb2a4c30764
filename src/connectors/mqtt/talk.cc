#include "connectors/mqtt/talk.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "connectors/mqtt/transport.h"

namespace bedplate::mqtt {
namespace {

namespace asio = boost::asio;

using asio::awaitable;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 256UL << 10U;
/// What waits for something looks by itself so often, so that nothing hangs on one signal.
constexpr std::chrono::seconds kLookPeriod(1);

/// Three loops on one thread: one reads, one writes, one watches the time.
class Conversation {
 public:
  Conversation(const TalkRequest& request, const SourceContext& context, Session& session,
               StoredTickets& stored)
      : request_(request),
        context_(context),
        session_(session),
        stored_(stored),
        readable_(io_),
        writable_(io_),
        ticker_(io_) {}

  Status Run() {
    RETURN_IF_ERROR(MakeTransport());
    asio::co_spawn(io_, Open(), asio::detached);
    stored_.SetWaker([this] { asio::post(io_, [this] { TakeStored(); }); });
    {
      const std::stop_callback stop(context_.stop,
                                    [this] { asio::post(io_, [this] { BeginStop(); }); });
      io_.run();
    }
    stored_.SetWaker(nullptr);
    return ended_.value_or(Status());
  }

 private:
  [[nodiscard]] Session::Time Now() const { return context_.clock.Monotonic(); }

  Status MakeTransport() {
    if (request_.tls) {
      ASSIGN_OR_RETURN(transport_, MakeTlsTransport(io_, *request_.tls));
    } else {
      transport_ = MakeTcpTransport(io_);
    }
    return {};
  }

  awaitable<void> Open() {
    Status connected = co_await transport_->Connect(request_.address, request_.connect_timeout);
    if (!connected.ok()) End(std::move(connected));
    if (ended_) co_return;
    session_.Open(request_.connect, Now());
    is_open_ = true;
    TakeStored();  // what was stored meanwhile is of an earlier connection
    asio::co_spawn(io_, Write(), asio::detached);
    asio::co_spawn(io_, Watch(), asio::detached);
    co_await Read();
  }

  awaitable<void> Read() {
    Bytes buffer(kReadBytes);
    while (!ended_) {
      if (!context_.port.HasRoom()) {
        is_paused_ = true;
        co_await Wait(readable_, kLookPeriod);
        continue;
      }
      // The answer to a ping may lie behind what was not read.
      if (std::exchange(is_paused_, false)) session_.NotReading(Now());
      const auto size = co_await transport_->Read(buffer);
      if (ended_) co_return;
      if (!size.ok()) {
        End(size.error());
      } else if (!is_stopping_) {
        Take(ByteView(buffer).first(*size));
      }
    }
  }

  void Take(ByteView bytes) {
    context_.port.Alive();
    Status taken = session_.Receive(bytes, Now());
    Status delivered = request_.after_receive();  // also of what came before a fault
    writable_.cancel();
    ticker_.cancel();
    if (!taken.ok()) {
      End(std::move(taken));
    } else if (!delivered.ok()) {
      End(std::move(delivered));
    }
  }

  awaitable<void> Write() {
    while (!ended_) {
      if (session_.HasOutgoing()) {
        const Bytes bytes = session_.TakeOutgoing();
        Status written = co_await transport_->Write(bytes, request_.write_timeout);
        if (!written.ok()) End(std::move(written));
      } else if (is_closed_) {
        End(Status());
      } else {
        co_await Wait(writable_, kLookPeriod);
      }
    }
  }

  awaitable<void> Watch() {
    while (!ended_) {
      const Session::Time due = session_.NextTick();
      const std::chrono::nanoseconds pause = std::max(due - Now(), Session::Time(0));
      co_await Wait(ticker_, std::min<std::chrono::nanoseconds>(pause, kLookPeriod));
      if (ended_) co_return;
      if (is_paused_) session_.NotReading(Now());
      if (Status ticked = session_.Tick(Now()); !ticked.ok()) End(std::move(ticked));
      FinishStop();
      writable_.cancel();
    }
  }

  static awaitable<void> Wait(asio::steady_timer& timer, std::chrono::nanoseconds time) {
    timer.expires_after(time);
    co_await timer.async_wait(kAwait);  // cancelled by whoever has news
  }

  void TakeStored() {
    if (!is_open_ || ended_) return;
    for (const TicketRange& range : stored_.Take()) {
      for (Ticket ticket = range.first; ticket <= range.last; ++ticket) {
        session_.Stored(ticket, Now());
      }
    }
    readable_.cancel();
    FinishStop();
    writable_.cancel();
  }

  void BeginStop() {
    if (!is_open_) return End(Status());
    is_stopping_ = true;
    stop_deadline_ = Now() + request_.stop_patience;
    FinishStop();
    writable_.cancel();
  }

  /// Says goodbye when all that was delivered is acknowledged.
  void FinishStop() {
    if (!is_stopping_ || is_closed_ || ended_) return;
    if (session_.unacknowledged() > 0 && Now() < stop_deadline_) return;
    request_.before_close();
    session_.Close(Now());
    is_closed_ = true;
  }

  void End(Status status) {
    if (ended_) return;
    ended_ = std::move(status);
    transport_->Close();
    readable_.cancel();
    writable_.cancel();
    ticker_.cancel();
  }

  const TalkRequest& request_;
  const SourceContext& context_;
  Session& session_;
  StoredTickets& stored_;
  asio::io_context io_{1};
  std::unique_ptr<Transport> transport_;
  asio::steady_timer readable_;  // cancelled when there may be room
  asio::steady_timer writable_;  // cancelled when there may be something to send
  asio::steady_timer ticker_;    // cancelled when the next tick may be another
  std::optional<Status> ended_;
  bool is_open_ = false;
  bool is_paused_ = false;
  bool is_stopping_ = false;
  bool is_closed_ = false;  // DISCONNECT is on its way
  Session::Time stop_deadline_{0};
};

}  // namespace

Status RunTalk(const TalkRequest& request, const SourceContext& context, Session& session,
               StoredTickets& stored) {
  return Conversation(request, context, session, stored).Run();
}

}  // namespace bedplate::mqtt

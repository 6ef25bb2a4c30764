#include "api/server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "api/connection_set.h"
#include "api/listen_address.h"
#include "api/listener.h"
#include "api/request_guard.h"
#include "api/server_context.h"
#include "api/tls.h"
#include "api/worker_pool.h"

namespace bedplate {
namespace {

namespace asio = boost::asio;

Status Positive(std::uint64_t value, std::string_view name) {
  if (value > 0) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("server options: {}: expected more than 0", name));
}

RequestGuard MakeGuard(const ServerOptions& options, const TlsContext* tls) {
  std::vector<std::string> names = options.host_names;
  for (const std::string& text : options.listen) {
    if (const auto address = ParseListenAddress(text); address.ok()) names.push_back(address->ip);
  }
  if (tls == nullptr) return RequestGuard(names);
  return RequestGuard(names, [tls](const std::string& name) { return tls->Covers(name); });
}

class ServerImpl final : public Server {
 public:
  ServerImpl(ServerOptions options, Parts parts, std::unique_ptr<TlsContext> tls)
      : options_(std::move(options)),
        tls_(std::move(tls)),
        guard_(MakeGuard(options_, tls_.get())),
        workers_(options_.worker_threads, options_.queue_limit),
        writers_(options_.writer_threads, options_.queue_limit),
        counts_(parts.router),
        context_{.options = options_,
                 .parts = parts,
                 .guard = guard_,
                 .workers = workers_,
                 .writers = writers_,
                 .counts = counts_},
        connections_(options_) {}
  ~ServerImpl() override { Stop(); }

  Status Open();
  void Run();
  void Stop() override;
  std::vector<std::string> urls() const override;
  ServerMetrics metrics() const override;

 private:
  const ServerOptions options_;
  const std::unique_ptr<TlsContext> tls_;
  const RequestGuard guard_;
  // Before the workers, so that it outlives what they post to it.
  asio::io_context io_;
  WorkerPool workers_;
  WorkerPool writers_;
  RequestCounts counts_;
  ServerContext context_;
  ConnectionSet connections_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::thread> threads_;
};

Status ServerImpl::Open() {
  for (const std::string& text : options_.listen) {
    ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(text));
    ASSIGN_OR_RETURN(auto listener,
                     Listener::OpenTcp(io_, address, context_, connections_, tls_.get()));
    listeners_.push_back(std::move(listener));
  }
  if (options_.unix_socket_path.empty()) return {};
  ASSIGN_OR_RETURN(auto listener,
                   Listener::OpenUnix(io_, options_.unix_socket_path, context_, connections_));
  listeners_.push_back(std::move(listener));
  return {};
}

void ServerImpl::Run() {
  for (const auto& listener : listeners_) listener->Accept();
  for (std::size_t i = 0; i < options_.io_threads; ++i) {
    threads_.emplace_back([this] { io_.run(); });
  }
}

void ServerImpl::Stop() {
  if (context_.stopping.exchange(true)) return;
  for (const auto& listener : listeners_) listener->Close();
  connections_.LeaveAll();
  if (!connections_.WaitUntilEmpty(options_.stop_grace)) {
    spdlog::warn("server: breaking {} connections that did not end in time", connections_.size());
    connections_.AbortAll();
  }
  // With the listeners closed and every connection over there is no work left, and run() returns.
  for (std::thread& thread : threads_) thread.join();
}

std::vector<std::string> ServerImpl::urls() const {
  std::vector<std::string> urls;
  for (const auto& listener : listeners_) {
    if (!listener->url().empty()) urls.push_back(listener->url());
  }
  return urls;
}

ServerMetrics ServerImpl::metrics() const {
  return {.connections = connections_.size(),
          .connection_limit = options_.connection_limit + options_.local_connection_limit,
          .requests = context_.requests,
          .refused_connections = connections_.refused(),
          .refused_requests = context_.refused_requests,
          .queued = workers_.queued() + writers_.queued(),
          .queue_limit = 2 * options_.queue_limit,
          .body_bytes = context_.body_bytes,
          .body_budget_bytes = options_.body_budget_bytes,
          .answer_bytes = context_.answer_bytes,
          .answer_budget_bytes = options_.answer_budget_bytes,
          .operations = counts_.Read()};
}

}  // namespace

Status ServerOptions::Validate() const {
  RETURN_IF_ERROR(Positive(io_threads, "io_threads"));
  RETURN_IF_ERROR(Positive(worker_threads, "worker_threads"));
  RETURN_IF_ERROR(Positive(writer_threads, "writer_threads"));
  RETURN_IF_ERROR(Positive(queue_limit, "queue_limit"));
  RETURN_IF_ERROR(Positive(connection_limit, "connection_limit"));
  RETURN_IF_ERROR(Positive(stranger_limit, "stranger_limit"));
  RETURN_IF_ERROR(Positive(local_connection_limit, "local_connection_limit"));
  RETURN_IF_ERROR(Positive(header_limit_bytes, "header_limit_bytes"));
  if (certificate_path.empty() != key_path.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "TLS: expected a certificate and a key, got only one of them");
  }
  for (const std::string& text : listen) {
    ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(text));
    if (address.is_loopback || !certificate_path.empty()) continue;
    return Error(ErrorCode::kPermissionDenied,
                 fmt::format("listen address {} is reachable from other machines: give a TLS "
                             "certificate and key, or listen on 127.0.0.1",
                             text));
  }
  return {};
}

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, Parts parts) {
  RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<TlsContext> tls;
  if (!options.certificate_path.empty()) {
    ASSIGN_OR_RETURN(tls, TlsContext::Load(options.certificate_path, options.key_path));
  }
  auto server = std::make_unique<ServerImpl>(std::move(options), parts, std::move(tls));
  RETURN_IF_ERROR(server->Open());
  server->Run();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace bedplate

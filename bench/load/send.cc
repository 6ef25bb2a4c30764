#include "load/send.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "load/body_file.h"
#include "load/clients.h"

namespace bedplate::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kMaxRefusals = 100;  // of one body
constexpr std::size_t kShownAnswerBytes = 300;

}  // namespace

Status SendBody(HttpClient& client, const Target& target, std::string_view body,
                std::uint64_t samples, SteadyClock::time_point since, Report& report) {
  for (int refusal = 0; refusal < kMaxRefusals; ++refusal) {
    ASSIGN_OR_RETURN(const HttpAnswer answer, client.Ask("POST", target.path, body));
    if (answer.status / 100 == 2) {
      const auto took = SteadyClock::now() - since;
      report.AddAnswer(std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
                       samples);
      return {};
    }
    if (answer.status != 503) {
      return Error(ErrorCode::kInternal, fmt::format("the server answered {}: {}", answer.status,
                                                     answer.body.substr(0, kShownAnswerBytes)));
    }
    report.AddRefusal();
    std::this_thread::sleep_for(std::chrono::seconds(std::max(answer.retry_after_seconds, 1U)));
  }
  return Error(ErrorCode::kUnavailable, fmt::format("refused {} times", kMaxRefusals));
}

Result<std::string> SendBodies(const std::string& file, const Target& target,
                               std::uint32_t clients) {
  ASSIGN_OR_RETURN(const auto body_file, BodyFile::Open(file));
  const auto& bodies = body_file->bodies();
  std::atomic<std::size_t> next = 0;
  Report report;
  const auto start = SteadyClock::now();
  const auto run_client = [&](std::uint32_t) -> Status {
    HttpClient client(target.port, target.headers);
    for (std::size_t at = next++; at < bodies.size(); at = next++) {
      RETURN_IF_ERROR(SendBody(client, target, bodies[at].text, bodies[at].samples,
                               SteadyClock::now(), report));
    }
    return {};
  };
  RETURN_IF_ERROR(RunClients(clients, run_client));
  return report.ToJson(std::chrono::duration<double>(SteadyClock::now() - start).count());
}

}  // namespace bedplate::bench

#include "load/measure.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>

#include "load/http_client.h"
#include "load/report.h"

namespace bedplate::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kShownAnswerBytes = 300;
/// A peer that needs seconds for an answer is not asked as often as one that needs a millisecond.
constexpr std::chrono::seconds kMostOfARound(10);

Status SaveAnswer(const std::string& body, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.write(body.data(), static_cast<std::streamsize>(body.size()));
  file.close();
  if (file.good()) return {};
  return Error(ErrorCode::kIo, "could not write all").At(path);
}

}  // namespace

Result<std::string> MeasureRequest(const MeasureOptions& options, const Target& target) {
  HttpClient client(target.port, target.headers);
  Report report;
  HttpAnswer answer;
  const auto start = SteadyClock::now();
  for (std::uint32_t i = 0; i < options.warm_up + options.repeat; ++i) {
    const auto asked = SteadyClock::now();
    ASSIGN_OR_RETURN(answer, client.Ask(options.method, target.path, options.body));
    const auto took = SteadyClock::now() - asked;
    if (answer.status / 100 != 2) {
      return Error(ErrorCode::kInternal, fmt::format("the server answered {}: {}", answer.status,
                                                     answer.body.substr(0, kShownAnswerBytes)));
    }
    if (i < options.warm_up) continue;
    report.AddAnswer(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 0);
    if (SteadyClock::now() - start > kMostOfARound) break;
  }
  if (!options.answer_file.empty()) {
    RETURN_IF_ERROR(SaveAnswer(answer.body, options.answer_file));
  }
  return report.ToJson(std::chrono::duration<double>(SteadyClock::now() - start).count());
}

}  // namespace bedplate::bench

#include "load/paced.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "load/clients.h"
#include "load/http_client.h"
#include "load/random_walk.h"
#include "load/report.h"
#include "load/send.h"

namespace bedplate::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// The samples of some tags at one time. Values and times have one width each, so the text is
/// written once and only its digits change.
class PacedBody {
 public:
  PacedBody(std::uint32_t first_tag, std::uint32_t end_tag)
      : first_tag_(first_tag), end_tag_(end_tag) {
    for (std::uint32_t tag = first_tag; tag < end_tag; ++tag) {
      fmt::format_to(std::back_inserter(text_), "plant,tag=t{:06} v=000.00 0000000000000000000\n",
                     tag);
    }
    line_bytes_ = text_.size() / (end_tag - first_tag);
  }

  std::string_view Fill(const std::vector<std::int32_t>& values, std::int64_t time) {
    const std::string digits = fmt::format("{}", time);
    char* end_of_line = text_.data() + line_bytes_ - 1;
    for (std::uint32_t tag = first_tag_; tag < end_tag_; ++tag, end_of_line += line_bytes_) {
      std::copy(digits.begin(), digits.end(), end_of_line - kTimeBytes);
      char* const value = end_of_line - kTimeBytes - 1 - kValueBytes;
      std::to_chars(value, value + 3, values[tag] / 100);
      value[4] = static_cast<char>('0' + values[tag] / 10 % 10);
      value[5] = static_cast<char>('0' + values[tag] % 10);
    }
    return text_;
  }

  [[nodiscard]] std::uint32_t samples() const { return end_tag_ - first_tag_; }

 private:
  static constexpr std::size_t kTimeBytes = 19;
  static constexpr std::size_t kValueBytes = 6;

  std::uint32_t first_tag_;
  std::uint32_t end_tag_;
  std::string text_;
  std::size_t line_bytes_ = 0;
};

std::vector<PacedBody> MakeBodies(const PaceOptions& options) {
  std::vector<PacedBody> bodies;
  for (std::uint32_t i = 0; i < options.bodies_per_second; ++i) {
    const std::uint64_t tags = options.tags;
    const auto first = static_cast<std::uint32_t>(tags * i / options.bodies_per_second);
    const auto end = static_cast<std::uint32_t>(tags * (i + 1) / options.bodies_per_second);
    bodies.emplace_back(first, end);
  }
  return bodies;
}

/// Hands out what is due: body i of second s at s + i / bodies_per_second after the start.
class Schedule {
 public:
  Schedule(const PaceOptions& options, SteadyClock::time_point start)
      : options_(options),
        start_(start),
        bodies_(MakeBodies(options)),
        walk_(options.tags, options.seed),
        sums_(options.tags) {}

  struct Due {
    std::string text;
    std::uint64_t samples = 0;
    SteadyClock::time_point time;
  };

  /// Waits until the next body is due; empty when there is none any more.
  std::optional<Due> Take() {
    Due due;
    {
      const std::lock_guard lock(mutex_);
      const std::uint32_t second = next_ / options_.bodies_per_second;
      const std::uint32_t part = next_ % options_.bodies_per_second;
      if (second >= options_.seconds) return std::nullopt;
      if (part == 0) StepAll();
      due.time = start_ + std::chrono::seconds(second) +
                 std::chrono::nanoseconds(std::chrono::seconds(part)) / options_.bodies_per_second;
      due.text = bodies_[part].Fill(*values_, (options_.start + second) * 1'000'000'000);
      due.samples = bodies_[part].samples();
      ++next_;
    }
    if (options_.unpaced) {
      due.time = SteadyClock::now();
    } else {
      std::this_thread::sleep_until(due.time);
    }
    return due;
  }

  [[nodiscard]] const std::vector<std::int64_t>& sums() const { return sums_; }

 private:
  void StepAll() {
    values_ = &walk_.Next();
    for (std::size_t tag = 0; tag < sums_.size(); ++tag) sums_[tag] += (*values_)[tag];
  }

  const PaceOptions& options_;
  const SteadyClock::time_point start_;
  std::mutex mutex_;
  std::uint32_t next_ = 0;
  std::vector<PacedBody> bodies_;
  RandomWalk walk_;
  const std::vector<std::int32_t>* values_ = nullptr;
  std::vector<std::int64_t> sums_;
};

Status WriteSums(const std::vector<std::int64_t>& sums, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(sums.data()),
             static_cast<std::streamsize>(sums.size() * sizeof(sums[0])));
  file.close();
  if (file.good()) return {};
  return Error(ErrorCode::kIo, "could not write all").At(path);
}

Status Validate(const PaceOptions& options) {
  if (options.bodies_per_second != 0 && options.bodies_per_second <= options.tags) return {};
  return Error(ErrorCode::kInvalidArgument, "expected between one body per second and one per tag");
}

}  // namespace

Result<std::string> SendPaced(const PaceOptions& options, const Target& target) {
  RETURN_IF_ERROR(Validate(options));
  Schedule schedule(options, SteadyClock::now() + std::chrono::seconds(1));
  Report report;
  const auto start = SteadyClock::now();
  const auto run_client = [&](std::uint32_t) -> Status {
    HttpClient client(target.port, target.headers);
    while (const auto due = schedule.Take()) {
      RETURN_IF_ERROR(SendBody(client, target, due->text, due->samples, due->time, report));
    }
    return {};
  };
  RETURN_IF_ERROR(RunClients(options.clients, run_client));
  if (!options.sums_file.empty()) RETURN_IF_ERROR(WriteSums(schedule.sums(), options.sums_file));
  return report.ToJson(std::chrono::duration<double>(SteadyClock::now() - start).count());
}

}  // namespace bedplate::bench

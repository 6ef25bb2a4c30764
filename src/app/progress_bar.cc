#include "app/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/printable.h"

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kQuiet = std::chrono::seconds(1);
constexpr nanoseconds kInterval = milliseconds(100);
constexpr std::size_t kWidth = 30;

double Seconds(nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

std::string FormatProgress(const std::string& label, std::uint64_t done, std::uint64_t total,
                           nanoseconds elapsed) {
  if (total == 0) return fmt::format("{}  {:.0f} s", label, Seconds(elapsed));
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kWidth));
  std::string bar(filled, '=');
  if (filled < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  const std::string left =
      share > 0 ? fmt::format("  {:.0f} s left", Seconds(elapsed) * (1 - share) / share) : "";
  return fmt::format("{}  [{}] {:3.0f} %{}", label, bar, share * 100, left);
}

ProgressBar::ProgressBar(std::string label, const Clock& clock)
    : label_(Printable(label)),
      clock_(clock),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(clock.Monotonic()) {}

ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Show(std::uint64_t done, std::uint64_t total) {
  if (!terminal_) return;
  const nanoseconds now = clock_.Monotonic();
  if (now - started_ < kQuiet || now - shown_ < kInterval) return;
  shown_ = now;
  visible_ = true;
  std::fprintf(stderr, "\r\033[K%s", FormatProgress(label_, done, total, now - started_).c_str());
  std::fflush(stderr);
}

void ProgressBar::Clear() {
  if (!visible_) return;
  visible_ = false;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace bedplate

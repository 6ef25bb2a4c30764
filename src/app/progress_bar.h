#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"

namespace bedplate {

/// A line on standard error that grows while something runs: label, bar, per cent, time left.
/// Nothing is written within the first second, more than ten times a second, or when standard
/// error is not a terminal.
class ProgressBar {
 public:
  /// `clock` must outlive the bar.
  ProgressBar(std::string label, const Clock& clock);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `done` of `total` units; a total of 0 means that it is not known.
  void Show(std::uint64_t done, std::uint64_t total);
  /// Takes the line away.
  void Clear();

 private:
  const std::string label_;
  const Clock& clock_;
  const bool terminal_;
  const std::chrono::nanoseconds started_;
  std::chrono::nanoseconds shown_{0};
  bool visible_ = false;
};

/// The text of the line, apart from where it goes: `import  [=====>    ]  52 %  3 s left`.
std::string FormatProgress(const std::string& label, std::uint64_t done, std::uint64_t total,
                           std::chrono::nanoseconds elapsed);

}  // namespace bedplate

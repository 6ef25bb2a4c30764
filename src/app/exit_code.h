#pragma once

#include "base/result.h"

namespace bedplate {

/// What a script can rely on (docs/guides/command-line.md). The numbers never change.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,       // the operating system or the program failed
  kUsage = 2,        // the command line is wrong
  kBadInput = 3,     // a file, query or value is wrong; the message says where
  kNotFound = 4,     // what was named does not exist
  kConflict = 5,     // contradicts what is stored, or the directory is in use
  kDenied = 6,       // credentials or role
  kUnavailable = 7,  // try again: busy, time-out, disk full
  kProblems = 8,     // the check ran and found problems, or an import left dead letters
  kReplaced = 9,     // an import stored everything, and replaced values that were stored before
};

ExitCode ExitCodeOf(ErrorCode code) noexcept;

}  // namespace bedplate

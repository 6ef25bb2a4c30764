#include "app/exit_code.h"

namespace bedplate {

ExitCode ExitCodeOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnsupported: return ExitCode::kBadInput;
    case ErrorCode::kNotFound: return ExitCode::kNotFound;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: return ExitCode::kConflict;
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kPermissionDenied: return ExitCode::kDenied;
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kUnavailable: return ExitCode::kUnavailable;
    case ErrorCode::kCancelled:
    case ErrorCode::kCorruption:
    case ErrorCode::kIo:
    case ErrorCode::kInternal: return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

}  // namespace bedplate

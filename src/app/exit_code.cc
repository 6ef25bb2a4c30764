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

ExitCode ExitCodeOfStatus(int http_status) noexcept {
  switch (http_status) {
    case 400:
    case 405:
    case 413:
    case 415:
    case 422: return ExitCode::kBadInput;
    case 401:
    case 403: return ExitCode::kDenied;
    case 404: return ExitCode::kNotFound;
    case 409: return ExitCode::kConflict;
    case 408:
    case 429:
    case 503:
    case 507: return ExitCode::kUnavailable;
    default: return http_status < 400 ? ExitCode::kOk : ExitCode::kFailed;
  }
}

}  // namespace bedplate

#include "base/result.h"

namespace bedplate {

std::string_view ErrorCodeName(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid-argument";
    case ErrorCode::kUnauthenticated: return "unauthenticated";
    case ErrorCode::kPermissionDenied: return "permission-denied";
    case ErrorCode::kNotFound: return "not-found";
    case ErrorCode::kAlreadyExists: return "already-exists";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kResourceExhausted: return "resource-exhausted";
    case ErrorCode::kDeadlineExceeded: return "deadline-exceeded";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kCorruption: return "corruption";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

Error&& Error::At(std::string_view where) && {
  if (context_.empty()) {
    context_ = where;
  } else if (context_ != where && !context_.starts_with(std::string(where) + ": ")) {
    context_ = std::string(where) + ": " + context_;
  }
  return std::move(*this);
}

std::string Error::ToString() const {
  return context_.empty() ? message_ : context_ + ": " + message_;
}

}  // namespace bedplate

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace bedplate {

/// What kind of failure it is. The API maps each code to one HTTP status, the command line to one
/// exit code; so a code says what the caller can do about it, not where it arose.
enum class ErrorCode {
  kInvalidArgument,    // the input is wrong; the same call never succeeds
  kUnauthenticated,    // no or unknown credentials
  kPermissionDenied,   // known, but the role does not allow it
  kNotFound,           // the named thing does not exist
  kAlreadyExists,      // the named thing exists
  kConflict,           // the input contradicts what is stored (type of a tag, locked directory)
  kResourceExhausted,  // a limit was reached: disk, memory, rows, queue
  kDeadlineExceeded,   // the time limit was reached
  kCancelled,          // the caller asked to stop
  kUnavailable,        // try again later
  kUnsupported,        // valid, but not something this build does
  kCorruption,         // stored bytes do not match their checksum or format
  kIo,                 // the operating system refused
  kInternal,           // a bug or a library failure that has no better name
};

/// The stable lower-case name of a code, e.g. "not-found"; used in problem documents and logs.
std::string_view ErrorCodeName(ErrorCode code) noexcept;

/// An expected failure. `message` says what was expected and what came; `context` says where
/// (file:line, tag, topic, row), outermost first, and grows as the error travels up.
class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& context() const noexcept { return context_; }
  [[nodiscard]] bool retryable() const noexcept { return retryable_; }

  /// Puts `where` in front of the context: `plant.yaml:12` then `tags`.
  Error&& At(std::string_view where) &&;
  Error&& Retryable() && {
    retryable_ = true;
    return std::move(*this);
  }

  /// `context: message`, or the message alone.
  [[nodiscard]] std::string ToString() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::string context_;
  bool retryable_ = false;
};

/// A value or the Error that stood in its way. Reading the one that is not there is a bug (CHECK).
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Implicit on purpose: `return value;` and `return Error(...)` are how functions end.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] T& value() & {
    BEDPLATE_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    BEDPLATE_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  /// By value, so that `for (x : F().value())` outlives the Result.
  [[nodiscard]] T value() && {
    BEDPLATE_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const Error& error() const& {
    BEDPLATE_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    BEDPLATE_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

/// A Result without a value: success, or the Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] const Error& error() const& {
    BEDPLATE_CHECK(!ok());
    return *error_;
  }
  [[nodiscard]] Error&& error() && {
    BEDPLATE_CHECK(!ok());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace bedplate

#define BEDPLATE_CONCAT_INNER(a, b) a##b
#define BEDPLATE_CONCAT(a, b) BEDPLATE_CONCAT_INNER(a, b)

/// Returns the error of `expression` (a Result) from the enclosing function, if it has one.
#define RETURN_IF_ERROR(expression)                                   \
  do {                                                                \
    if (auto bedplate_status = (expression); !bedplate_status.ok()) { \
      return std::move(bedplate_status).error();                      \
    }                                                                 \
  } while (false)

/// `ASSIGN_OR_RETURN(auto x, F());` binds the value of F() or returns its error.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(BEDPLATE_CONCAT(bedplate_result_, __LINE__), declaration, expression)
// A declaration cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) {                                           \
    return std::move(result).error();                           \
  }                                                             \
  declaration = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)

#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "base/time.h"
#include "model/path.h"
#include "services/sample_service.h"

namespace bedplate {

/// Reads the query parameters of a request and remembers which were asked for, so that the rest can
/// be refused by name. The first fault is kept and told by Finish; what is wrong reads as absent.
class ParamReader {
 public:
  /// `now` is what relative times count from.
  ParamReader(const HttpRequest& request, Timestamp now) : request_(request), now_(now) {}

  std::optional<std::string> Text(std::string_view name);
  std::string RequiredText(std::string_view name);
  std::uint64_t Unsigned(std::string_view name, std::uint64_t low, std::uint64_t high,
                         std::uint64_t otherwise);
  std::optional<std::uint64_t> OptionalUnsigned(std::string_view name, std::uint64_t low,
                                                std::uint64_t high);
  double Number(std::string_view name, double low, double high, double otherwise);
  bool Bool(std::string_view name, bool otherwise);
  /// One of `choices`; the first when absent.
  std::string Choice(std::string_view name, std::initializer_list<std::string_view> choices);
  std::optional<std::chrono::nanoseconds> Duration(std::string_view name);
  /// RFC 3339, a date, milliseconds, `now`, `now-7d` or `now+1h`.
  std::optional<Timestamp> Time(std::string_view name);
  /// The parameters `from` and `to`.
  OpenRange Range();
  Glob OneGlob(std::string_view name, std::string_view otherwise);
  /// At least one and at most a hundred.
  std::vector<Glob> Globs(std::string_view name);

  void Fault(std::string_view name, std::string_view expected, std::string_view got);
  /// kInvalidArgument with the first fault; a parameter that nobody asked for is one.
  Status Finish();

 private:
  void Keep(Error error, std::string_view name);

  const HttpRequest& request_;
  const Timestamp now_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

/// Reads a time as ParamReader::Time does.
Result<Timestamp> ParseRelativeTime(std::string_view text, Timestamp now);

}  // namespace bedplate

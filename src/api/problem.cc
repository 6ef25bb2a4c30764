#include "api/problem.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownBytes = 200;

ErrorCode CodeNamed(std::string_view type) {
  constexpr std::string_view kPrefix = "urn:bedplate:error:";
  if (!type.starts_with(kPrefix)) return ErrorCode::kInternal;
  type.remove_prefix(kPrefix.size());
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (ErrorCodeName(static_cast<ErrorCode>(code)) == type) return static_cast<ErrorCode>(code);
  }
  return ErrorCode::kInternal;
}

}  // namespace

Error ErrorOf(const HttpResponse& response) {
  std::string type;
  std::string detail;
  bool retryable = false;
  JsonReader json(response.body);
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "type") {
      type = json.Text();
    } else if (json.field() == "detail") {
      detail = json.Text();
    } else if (json.field() == "retryable") {
      retryable = json.Bool();
    } else {
      json.Skip();
    }
  }
  if (!json.Finish().ok() || type.empty()) {
    return {ErrorCode::kInternal, fmt::format("the server answered {}: {}", response.status,
                                              ToValidUtf8(response.body, kShownBytes))};
  }
  Error error(CodeNamed(type), detail);
  return retryable ? std::move(error).Retryable() : error;
}

}  // namespace bedplate

#include "connectors/line_protocol/influx_answer.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownBytes = 120;

struct InfluxStatus {
  int status;
  const char* code;  // as v2 spells it
};

InfluxStatus StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnsupported: return {400, "invalid"};
    case ErrorCode::kUnauthenticated: return {401, "unauthorized"};
    case ErrorCode::kPermissionDenied: return {403, "forbidden"};
    case ErrorCode::kNotFound: return {404, "not found"};
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: return {409, "conflict"};
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kCancelled:
    case ErrorCode::kUnavailable: return {503, "unavailable"};
    case ErrorCode::kCorruption:
    case ErrorCode::kIo:
    case ErrorCode::kInternal: break;
  }
  return {500, "internal error"};
}

InfluxAnswer Answer(InfluxVersion version, InfluxStatus status, const std::string& message) {
  boost::json::object body;
  if (version == InfluxVersion::kV1) {
    body["error"] = message;
  } else {
    body["code"] = status.code;
    body["message"] = message;
  }
  return {.status = status.status, .body = boost::json::serialize(body)};
}

std::string NameLetters(const LineWriteSummary& summary) {
  std::string text;
  for (const DeadLetter& letter : summary.first_letters) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", letter.place, letter.reason);
    if (!letter.tag.empty()) text += fmt::format(" (tag {})", letter.tag);
    text += fmt::format(" in '{}'", ToValidUtf8(letter.payload, kShownBytes));
  }
  return text;
}

}  // namespace

InfluxAnswer AnswerWrite(InfluxVersion version, const LineWriteSummary& summary) {
  if (summary.rejected_points == 0) return {};
  const std::string lines = NameLetters(summary);
  const std::string message =
      version == InfluxVersion::kV1
          ? fmt::format("partial write: {} dropped={}", lines, summary.rejected_points)
          : fmt::format("partial write: {} of {} lines were refused, the others are stored: {}",
                        summary.rejected_points, summary.points, lines);
  return Answer(version, StatusOf(ErrorCode::kInvalidArgument), message);
}

InfluxAnswer AnswerError(InfluxVersion version, const Error& error) {
  return Answer(version, StatusOf(error.code()), error.ToString());
}

}  // namespace bedplate

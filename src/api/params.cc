#include "api/params.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kMaxGlobs = 100;
constexpr std::size_t kShownBytes = 64;

Error BadTime(std::string_view text) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("expected a time as 2018-01-01T00:15:00Z, a date, milliseconds since 1970, "
                      "now or now-7d, got '{}'",
                      ToValidUtf8(text, kShownBytes))};
}

}  // namespace

Result<Timestamp> ParseRelativeTime(std::string_view text, Timestamp now) {
  if (!text.starts_with("now")) {
    const auto time = ParseTimestamp(text);
    return time.ok() ? time : BadTime(text);
  }
  const std::string_view rest = text.substr(3);
  if (rest.empty()) return now;
  const auto duration = ParseDuration(rest.substr(1));
  if ((rest[0] != '-' && rest[0] != '+') || !duration.ok()) return BadTime(text);
  std::int64_t sum = 0;
  const std::int64_t count = duration.value().count();
  const bool overflow = rest[0] == '-' ? __builtin_sub_overflow(now.nanoseconds(), count, &sum)
                                       : __builtin_add_overflow(now.nanoseconds(), count, &sum);
  if (overflow) return BadTime(text);
  return Timestamp(sum);
}

void ParamReader::Keep(Error error, std::string_view name) {
  if (!error_) error_ = std::move(error).At(fmt::format("parameter '{}'", name));
}

void ParamReader::Fault(std::string_view name, std::string_view expected, std::string_view got) {
  Keep(Error(ErrorCode::kInvalidArgument,
             fmt::format("expected {}, got {}", expected, ToValidUtf8(got, kShownBytes))),
       name);
}

std::optional<std::string> ParamReader::Text(std::string_view name) {
  known_.emplace_back(name);
  std::vector<std::string> values = request_.ParamList(name);
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) {
    Fault(name, "it once", fmt::format("it {} times", values.size()));
    return std::nullopt;
  }
  return std::move(values.front());
}

std::string ParamReader::RequiredText(std::string_view name) {
  auto text = Text(name);
  if (!text || text->empty()) Fault(name, "text", "nothing");
  return std::move(text).value_or("");
}

std::optional<std::uint64_t> ParamReader::OptionalUnsigned(std::string_view name, std::uint64_t low,
                                                           std::uint64_t high) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (code == std::errc() && end == text->data() + text->size() && number >= low &&
      number <= high) {
    return number;
  }
  Fault(name, fmt::format("a whole number from {} to {}", low, high), "'" + *text + "'");
  return std::nullopt;
}

std::uint64_t ParamReader::Unsigned(std::string_view name, std::uint64_t low, std::uint64_t high,
                                    std::uint64_t otherwise) {
  return OptionalUnsigned(name, low, high).value_or(otherwise);
}

double ParamReader::Number(std::string_view name, double low, double high, double otherwise) {
  const auto text = Text(name);
  if (!text) return otherwise;
  double number = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = code == std::errc() && end == text->data() + text->size();
  if (whole && number >= low && number <= high) return number;
  Fault(name, fmt::format("a number from {} to {}", low, high), "'" + *text + "'");
  return otherwise;
}

bool ParamReader::Bool(std::string_view name, bool otherwise) {
  const auto text = Text(name);
  if (!text) return otherwise;
  if (*text == "true") return true;
  if (*text != "false") Fault(name, "true or false", "'" + *text + "'");
  return false;
}

std::string ParamReader::Choice(std::string_view name,
                                std::initializer_list<std::string_view> choices) {
  const auto text = Text(name);
  if (!text) return std::string(*choices.begin());
  if (std::ranges::find(choices, *text) == choices.end()) {
    Fault(name, fmt::format("one of {}", fmt::join(choices, ", ")), "'" + *text + "'");
  }
  return *text;
}

std::optional<std::chrono::nanoseconds> ParamReader::Duration(std::string_view name) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  auto duration = ParseDuration(*text);
  if (duration.ok()) return duration.value();
  Keep(std::move(duration).error(), name);
  return std::nullopt;
}

std::optional<Timestamp> ParamReader::Time(std::string_view name) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  auto time = ParseRelativeTime(*text, now_);
  if (time.ok()) return time.value();
  Keep(std::move(time).error(), name);
  return std::nullopt;
}

OpenRange ParamReader::Range() {
  OpenRange range;
  range.from = Time("from");
  range.to = Time("to");
  return range;
}

Glob ParamReader::OneGlob(std::string_view name, std::string_view otherwise) {
  const std::string text = Text(name).value_or(std::string(otherwise));
  auto glob = Glob::Parse(text);
  if (glob.ok()) return std::move(glob).value();
  Keep(std::move(glob).error(), name);
  return {};
}

std::vector<Glob> ParamReader::Globs(std::string_view name) {
  known_.emplace_back(name);
  const std::vector<std::string> texts = request_.ParamList(name);
  if (texts.empty()) Fault(name, "a tag or glob", "nothing");
  if (texts.size() > kMaxGlobs) {
    Fault(name, fmt::format("it at most {} times", kMaxGlobs), fmt::format("{}", texts.size()));
    return {};
  }
  std::vector<Glob> globs;
  for (const std::string& text : texts) {
    auto glob = Glob::Parse(text);
    if (!glob.ok()) {
      Keep(std::move(glob).error(), name);
      return {};
    }
    globs.push_back(std::move(glob).value());
  }
  return globs;
}

Status ParamReader::Finish() {
  if (error_) return *error_;
  for (const auto& [name, value] : request_.params) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    return Error(ErrorCode::kInvalidArgument,
                 known_.empty()
                     ? fmt::format("expected no parameters, got '{}'", ToValidUtf8(name, 64))
                     : fmt::format("expected only the parameters {}, got '{}'",
                                   fmt::join(known_, ", "), ToValidUtf8(name, 64)));
  }
  return {};
}

}  // namespace bedplate

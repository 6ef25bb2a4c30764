#include "connectors/mqtt/topic.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "base/utf8.h"
#include "connectors/mqtt/wire.h"

namespace bedplate::mqtt {
namespace {

constexpr std::string_view kShared = "$share/";

/// Takes the first level off `rest`; `rest` is nothing after the last one.
std::string_view TakeLevel(std::string_view& rest, bool& at_end) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  at_end = slash == std::string_view::npos;
  rest.remove_prefix(at_end ? rest.size() : slash + 1);
  return level;
}

std::string_view WithoutGroup(std::string_view filter) {
  if (!filter.starts_with(kShared)) return filter;
  filter.remove_prefix(kShared.size());
  const std::size_t slash = filter.find('/');
  return slash == std::string_view::npos ? std::string_view() : filter.substr(slash + 1);
}

Error Invalid(std::string_view filter, std::string_view what) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("topic filter '{}' {}", Printable(filter), what)};
}

}  // namespace

Status CheckFilter(std::string_view filter) {
  if (filter.size() > kMostTextBytes) {
    return Error(ErrorCode::kInvalidArgument, "a topic filter has more than 65,535 bytes");
  }
  if (!IsValidUtf8(filter) || filter.find('\0') != std::string_view::npos) {
    return Invalid(filter, "is not UTF-8, or has U+0000 in it");
  }
  std::string_view rest = WithoutGroup(filter);
  if (rest.empty()) return Invalid(filter, "is empty");
  for (bool at_end = false; !at_end;) {
    const std::string_view level = TakeLevel(rest, at_end);
    if (level.size() > 1 && level.find_first_of("+#") != std::string_view::npos) {
      return Invalid(filter, "has a wildcard that does not stand alone between slashes");
    }
    if (level == "#" && !at_end) return Invalid(filter, "has a '#' that is not at its end");
  }
  return {};
}

bool Matches(std::string_view filter, std::string_view topic) {
  filter = WithoutGroup(filter);
  if (topic.starts_with('$') && !filter.starts_with('$')) return false;
  bool filter_ended = false;
  bool topic_ended = false;
  while (!filter_ended) {
    const std::string_view wanted = TakeLevel(filter, filter_ended);
    if (wanted == "#") return true;  // also what stands above it: "a/#" matches "a"
    if (topic_ended) return false;
    const std::string_view level = TakeLevel(topic, topic_ended);
    if (wanted != "+" && wanted != level) return false;
  }
  return topic_ended;
}

}  // namespace bedplate::mqtt

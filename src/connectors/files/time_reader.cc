#include "connectors/files/time_reader.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "base/utf8.h"
#include "connectors/files/civil_format.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view kRfc3339 = "rfc3339";

Error BadTime(std::string_view text, std::string_view why) {
  return {ErrorCode::kInvalidArgument, fmt::format("'{}' {}", ToValidUtf8(text, 64), why)};
}

/// How many nanoseconds one unit of an epoch format has; 0 when `format` is not one.
std::int64_t EpochUnit(std::string_view format) {
  if (format == "epoch_s") return 1'000'000'000;
  if (format == "epoch_ms") return 1'000'000;
  if (format == "epoch_ns") return 1;
  return 0;
}

/// The decimals of an epoch in nanoseconds; empty when there is one that a nanosecond cannot hold.
std::optional<std::int64_t> ReadDecimals(std::string_view digits, std::int64_t unit_ns) {
  std::int64_t total = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9' || (unit_ns < 10 && c != '0')) return std::nullopt;
    unit_ns /= 10;
    total += (c - '0') * unit_ns;
  }
  return total;
}

Result<Timestamp> ReadEpoch(std::string_view text, std::int64_t unit_ns) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  std::int64_t total = 0;
  const std::string_view whole = text.substr(0, point);
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), total);
  const auto fraction = ReadDecimals(decimals, unit_ns);
  const bool well_formed = error == std::errc() && end == whole.data() + whole.size() && fraction &&
                           (point == text.size() || !decimals.empty());
  const std::int64_t sign = text.substr(0, 1) == "-" ? -1 : 1;
  if (!well_formed || __builtin_mul_overflow(total, unit_ns, &total) ||
      __builtin_add_overflow(total, sign * *fraction, &total)) {
    return BadTime(text, "is not a number of units since 1970 that 64 bits of nanoseconds hold");
  }
  return Timestamp(total);
}

Result<Timestamp> ReadRfc3339(std::string_view text) {
  // ParseTimestamp takes plain milliseconds too; here they are more likely another column.
  if (text.find('-') == std::string_view::npos || text.front() == '-') {
    return BadTime(text, "is not a time of RFC 3339, as 2018-01-01T00:15:00+01:00");
  }
  return ParseTimestamp(text);
}

const date::time_zone* FindZone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

}  // namespace

Result<bool> NeedsZone(std::string_view format) {
  if (format == kRfc3339 || EpochUnit(format) != 0) return false;
  ASSIGN_OR_RETURN(const CivilFormat civil, CivilFormat::Parse(format));
  return !civil.has_offset();
}

struct TimeReader::State {
  TimeOptions options;
  std::int64_t epoch_unit_ns = 0;
  std::optional<CivilFormat> civil;
  const date::time_zone* zone = nullptr;
  // Looking a zone up costs more than the rest of a row. Well inside this range of UTC the offset
  // is known.
  date::sys_seconds known_from;
  date::sys_seconds known_to;
  seconds known_offset{0};

  Result<Timestamp> ReadCivil(std::string_view text, std::optional<Timestamp> previous);
  Result<Timestamp> FromLocal(std::string_view text, nanoseconds local,
                              std::optional<Timestamp> previous);
  [[nodiscard]] Result<Timestamp> Choose(std::string_view text, Timestamp earlier, Timestamp later,
                                         std::optional<Timestamp> previous) const;
};

TimeReader::TimeReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TimeReader::TimeReader(TimeReader&&) noexcept = default;
TimeReader& TimeReader::operator=(TimeReader&&) noexcept = default;
TimeReader::~TimeReader() = default;

Result<TimeReader> TimeReader::Make(const TimeOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->epoch_unit_ns = EpochUnit(options.format);
  ASSIGN_OR_RETURN(const bool needs_zone, NeedsZone(options.format));
  if (state->epoch_unit_ns == 0 && options.format != kRfc3339) {
    ASSIGN_OR_RETURN(state->civil, CivilFormat::Parse(options.format));
  }
  if (needs_zone) {
    state->zone = FindZone(options.zone);
    if (state->zone == nullptr) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("'{}' is not a time zone of the IANA database, as Europe/Berlin",
                               ToValidUtf8(options.zone, 64)));
    }
  }
  return TimeReader(std::move(state));
}

Result<Timestamp> TimeReader::Read(std::string_view text, std::optional<Timestamp> previous) {
  if (text.empty()) return BadTime(text, "is not a time: the cell is empty");
  if (state_->epoch_unit_ns != 0) return ReadEpoch(text, state_->epoch_unit_ns);
  if (!state_->civil) return ReadRfc3339(text);
  return state_->ReadCivil(text, previous);
}

Result<Timestamp> TimeReader::State::ReadCivil(std::string_view text,
                                               std::optional<Timestamp> previous) {
  ASSIGN_OR_RETURN(CivilTime time, civil->Read(text));
  if (time.is_midnight && options.midnight == MidnightMeaning::kEndOfDay) {
    time.since_epoch += hours(24);
  }
  if (time.offset) return Timestamp((time.since_epoch - *time.offset).count());
  return FromLocal(text, time.since_epoch, previous);
}

Result<Timestamp> TimeReader::State::FromLocal(std::string_view text, nanoseconds local,
                                               std::optional<Timestamp> previous) {
  const auto at = [&](seconds offset) { return Timestamp((local - offset).count()); };
  const date::local_seconds whole{std::chrono::floor<seconds>(local)};
  const date::sys_seconds guess{whole.time_since_epoch() - known_offset};
  if (guess >= known_from && guess < known_to) return at(known_offset);
  const date::local_info info = zone->get_info(whole);
  switch (info.result) {
    case date::local_info::ambiguous:
      return Choose(text, at(info.first.offset), at(info.second.offset), previous);
    case date::local_info::nonexistent:
      if (options.nonexistent == NonexistentTime::kShift) return at(info.first.offset);
      return BadTime(text, fmt::format("does not exist in {}: the clocks skip it", options.zone));
    default: break;
  }
  known_offset = info.first.offset;
  known_from = info.first.begin + hours(48);
  known_to = info.first.end - hours(48);
  return at(known_offset);
}

Result<Timestamp> TimeReader::State::Choose(std::string_view text, Timestamp earlier,
                                            Timestamp later,
                                            std::optional<Timestamp> previous) const {
  switch (options.ambiguous) {
    case AmbiguousTime::kEarlier: return earlier;
    case AmbiguousTime::kLater: return later;
    case AmbiguousTime::kSequence:
      if (!previous || earlier > *previous) return earlier;
      if (later > *previous) return later;
      return BadTime(text, fmt::format("comes twice in {}, and neither of the two follows the "
                                       "reading before it",
                                       options.zone));
    case AmbiguousTime::kReject: break;
  }
  return BadTime(text, fmt::format("comes twice in {}: the clocks go back", options.zone));
}

}  // namespace bedplate

#include "query/range_functions.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bedplate {
namespace {

constexpr std::uint64_t kReplacedPerPage = 10'000;

/// Rows about one series after the other.
class SeriesRows : public RowSource {
 public:
  SeriesRows(const Historian& historian, const RangeArguments& arguments)
      : historian_(historian), arguments_(arguments), series_(historian.List(arguments.glob)) {}

  Result<std::vector<RelationRow>> Next(const CancelToken& cancel) override {
    while (next_ < series_.size()) {
      if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the query was stopped");
      const SeriesInfo& series = series_[next_];
      std::vector<RelationRow> rows;
      bool is_done = true;
      if (series.samples > 0) {
        ASSIGN_OR_RETURN(is_done, Read(series, cancel, rows));
      }
      if (is_done) ++next_;
      if (!rows.empty()) return rows;
    }
    return std::vector<RelationRow>();
  }

 protected:
  [[nodiscard]] const Historian& historian() const { return historian_; }
  [[nodiscard]] const RangeArguments& arguments() const { return arguments_; }
  [[nodiscard]] const std::vector<SeriesInfo>& series() const { return series_; }

 private:
  /// Adds the next rows of `series`; false when there are more.
  virtual Result<bool> Read(const SeriesInfo& series, const CancelToken& cancel,
                            std::vector<RelationRow>& rows) = 0;

  const Historian& historian_;
  const RangeArguments arguments_;
  const std::vector<SeriesInfo> series_;
  std::size_t next_ = 0;
};

RelationRow RowOf(const std::string& path, const Sample& sample) {
  RelationRow row{path, sample.time, sample.time.nanoseconds()};
  const auto number = AsDouble(sample.value);
  const auto* const text = std::get_if<std::string>(&sample.value);
  const auto* const integer = std::get_if<std::int64_t>(&sample.value);
  row.push_back(number ? RelationCell(*number) : RelationCell());
  row.push_back(text != nullptr ? RelationCell(*text) : RelationCell());
  row.emplace_back(std::uint64_t{sample.quality.status_code()});
  row.push_back(integer != nullptr ? RelationCell(*integer) : RelationCell());
  return row;
}

class ReplacedRows final : public SeriesRows {
 public:
  using SeriesRows::SeriesRows;

 private:
  /// A page ends where a time does, as the next one resumes there.
  Result<bool> Read(const SeriesInfo& series, const CancelToken& cancel,
                    std::vector<RelationRow>& rows) override {
    ReplacedRequest request{.tag = series.id, .range = arguments().range, .limit = wanted_};
    request.range.start = std::max(request.range.start, resume_);
    request.cancel = cancel;
    std::vector<Sample> samples;
    RETURN_IF_ERROR(historian().Replaced(request, [&samples](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) samples.push_back(block.At(i));
      return true;
    }));
    const bool is_done = samples.size() < wanted_;
    resume_ = is_done ? kMinTimestamp : samples.back().time;
    wanted_ = kReplacedPerPage;
    if (!is_done && samples.front().time == resume_) {
      wanted_ = 2 * samples.size();
      return false;
    }
    while (!is_done && samples.back().time == resume_) samples.pop_back();
    for (const Sample& sample : samples) rows.push_back(RowOf(series.path, sample));
    return is_done;
  }

  Timestamp resume_ = kMinTimestamp;
  std::uint64_t wanted_ = kReplacedPerPage;
};

class StateRows final : public SeriesRows {
 public:
  using SeriesRows::SeriesRows;

  Result<std::vector<RelationRow>> Next(const CancelToken& cancel) override {
    const auto is_double = [](const SeriesInfo& one) { return one.type == ValueType::kDouble; };
    if (!series().empty() && std::ranges::all_of(series(), is_double)) {
      return Error(ErrorCode::kInvalidArgument,
                   "every tag that '" + arguments().glob.pattern() +
                       "' matches is of type double, which has no states; expected one of bool, "
                       "int64 or string");
    }
    return SeriesRows::Next(cancel);
  }

 private:
  Result<bool> Read(const SeriesInfo& series, const CancelToken& cancel,
                    std::vector<RelationRow>& rows) override {
    if (series.type == ValueType::kDouble) return true;
    StateRequest request{.tag = series.id, .range = RangeFor(series)};
    if (request.range.Empty()) return true;
    request.bucket = arguments().bucket.value_or(request.range.stop - request.range.start);
    request.good_only = arguments().good_only;
    request.hold = arguments().hold;
    request.cancel = cancel;
    ASSIGN_OR_RETURN(const StateColumns columns, historian().TimeInState(request));
    for (std::size_t bucket = 0; bucket < columns.starts.size(); ++bucket) {
      for (std::size_t state = 0; state < columns.states.size(); ++state) {
        const double seconds = columns.seconds[state][bucket];
        if (seconds <= 0) continue;
        rows.push_back({series.path, Timestamp(columns.starts[bucket]),
                        FormatValue(columns.states[state]), seconds});
      }
    }
    return true;
  }

  /// Open ends are the first and the last sample, of which nothing is known any more; an open start
  /// is rounded down to a whole bucket.
  [[nodiscard]] TimeRange RangeFor(const SeriesInfo& series) const {
    TimeRange range = arguments().range;
    if (range.stop == kMaxTimestamp) range.stop = *series.last;
    if (range.start != kMinTimestamp) return range;
    const std::int64_t width = arguments().bucket.value_or(std::chrono::nanoseconds(1)).count();
    range.start = Timestamp(series.first->nanoseconds() / width * width);
    return range;
  }
};

RangeFunction ReplacedFunction(const Historian& historian) {
  return {.name = "replaced",
          .usage = "replaced('glob', start := …, stop := …)",
          .columns = {{"tag", DUCKDB_TYPE_VARCHAR, "path"},
                      {"ts", DUCKDB_TYPE_TIMESTAMP_TZ, "time, in microseconds, rounded down"},
                      {"ts_ns", DUCKDB_TYPE_BIGINT, "time, exactly: nanoseconds since 1970"},
                      {"value", DUCKDB_TYPE_DOUBLE, "that another took the place of"},
                      {"text", DUCKDB_TYPE_VARCHAR, "the same of texts"},
                      {"quality", DUCKDB_TYPE_UBIGINT, "OPC UA status code; 0 is good"},
                      {"int_value", DUCKDB_TYPE_BIGINT, "of whole numbers, exactly"}},
          .open = [&historian](const RangeArguments& arguments) -> std::unique_ptr<RowSource> {
            return std::make_unique<ReplacedRows>(historian, arguments);
          }};
}

RangeFunction StateFunction(const Historian& historian) {
  return {.name = "time_in_state",
          .usage =
              "time_in_state('glob', start := …, stop := …, bucket := '1h', hold := '15m', "
              "quality := 'all')",
          .has_buckets = true,
          .columns = {{"tag", DUCKDB_TYPE_VARCHAR, "path"},
                      {"bucket", DUCKDB_TYPE_TIMESTAMP_TZ, "when it begins"},
                      {"state", DUCKDB_TYPE_VARCHAR, "the value, as text"},
                      {"seconds", DUCKDB_TYPE_DOUBLE, "for which it was in force in the bucket"}},
          .open = [&historian](const RangeArguments& arguments) -> std::unique_ptr<RowSource> {
            return std::make_unique<StateRows>(historian, arguments);
          }};
}

}  // namespace

std::vector<RangeFunction> HistorianFunctions(const Historian& historian) {
  return {ReplacedFunction(historian), StateFunction(historian)};
}

}  // namespace bedplate

#include "query/samples_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <optional>

#include "base/check.h"
#include "base/utf8.h"
#include "model/nearest_path.h"
#include "query/duckdb_handles.h"
#include "query/sample_cursor.h"

namespace bedplate {
namespace {

enum Column : idx_t { kTag, kTs, kTsNs, kValue, kText, kQuality, kIntValue };

constexpr std::array<RelationColumn, 7> kColumns = {{
    {"tag", DUCKDB_TYPE_VARCHAR, "path"},
    {"ts", DUCKDB_TYPE_TIMESTAMP_TZ, "time, in microseconds, rounded down"},
    {"ts_ns", DUCKDB_TYPE_BIGINT, "time, exactly: nanoseconds since 1970"},
    {"value", DUCKDB_TYPE_DOUBLE, "of numbers and truth values; NULL for texts"},
    {"text", DUCKDB_TYPE_VARCHAR, "of texts; NULL for numbers"},
    {"quality", DUCKDB_TYPE_UINTEGER, "OPC UA status code; 0 is good"},
    {"int_value", DUCKDB_TYPE_BIGINT, "of whole numbers, exactly; NULL for other tags"},
}};

struct Registration {
  const Historian& historian;
  const QueryFinder& queries;
};

struct Bound {
  const Historian& historian;
  Glob glob;
  TimeRange range;
  std::shared_ptr<RunningQuery> query;
};

/// One run, shared by the threads that take part.
struct Reading {
  explicit Reading(const Bound& bound_call)
      : bound(bound_call), series(bound.historian.List(bound.glob)) {}

  const Bound& bound;
  const std::vector<SeriesInfo> series;
  std::vector<idx_t> columns;
  std::atomic<std::size_t> next_series{0};
};

/// What one thread is at.
struct Reader {
  const SeriesInfo* series = nullptr;
  std::optional<SampleCursor> cursor;
  const SampleColumns* piece = nullptr;
  std::size_t next = 0;  // sample of `piece`
};

template <typename T>
void Delete(void* object) {
  delete static_cast<T*>(object);
}

Result<std::unique_ptr<Bound>> MakeBound(duckdb_bind_info info) {
  const auto& registration = *static_cast<Registration*>(duckdb_bind_get_extra_info(info));
  const DuckValue value(duckdb_bind_get_parameter(info, 0));
  if (duckdb_is_null_value(value.get())) {
    return Error(ErrorCode::kInvalidArgument, "samples(…) needs a glob; NULL came");
  }
  ASSIGN_OR_RETURN(Glob glob, Glob::Parse(TakeDuckString(duckdb_get_varchar(value.get()))));
  return std::make_unique<Bound>(Bound{registration.historian, std::move(glob), RangeOf(info),
                                       QueryOf(info, registration.queries)});
}

/// How many samples of `series` are in `range`, if they are spread evenly.
double EstimateSamples(const SeriesInfo& series, const TimeRange& range) {
  if (series.samples == 0) return 0;
  const auto seconds = [](Timestamp from, Timestamp to) {
    return static_cast<double>(to.nanoseconds()) / 1e9 -
           static_cast<double>(from.nanoseconds()) / 1e9;
  };
  const Timestamp from = std::max(*series.first, range.start);
  const Timestamp to = std::min(*series.last, range.stop);
  if (to < from) return 0;
  const double all = seconds(*series.first, *series.last);
  const double part = all > 0 ? seconds(from, to) / all : 1;
  return std::ceil(static_cast<double>(series.samples) * part);
}

/// Without it DuckDB takes the samples for a single row and joins them by nested loops.
void TellCardinality(duckdb_bind_info info, const Bound& bound) {
  double rows = 0;
  for (const SeriesInfo& series : bound.historian.List(bound.glob)) {
    rows += EstimateSamples(series, bound.range);
  }
  duckdb_bind_set_cardinality(info, static_cast<idx_t>(rows), false);
}

void Bind(duckdb_bind_info info) {
  Result<std::unique_ptr<Bound>> bound = MakeBound(info);
  if (!bound.ok()) {
    duckdb_bind_set_error(info, bound.error().ToString().c_str());
    return;
  }
  for (const RelationColumn& column : kColumns) {
    const DuckType type(duckdb_create_logical_type(column.type));
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type.get());
  }
  TellCardinality(info, **bound);
  duckdb_bind_set_bind_data(info, bound->release(), Delete<Bound>);
}

/// An empty answer looks alike whether nothing was measured or a name was misspelt.
std::string NoSeriesNotice(const Historian& historian, const Glob& glob) {
  std::vector<std::string> paths;
  const Result<Glob> all = Glob::Parse("**");
  BEDPLATE_CHECK(all.ok());
  for (const SeriesInfo& series : historian.List(*all)) paths.push_back(series.path);
  const auto nearest = NearestPath(glob, paths);
  return fmt::format("no tag with samples matches '{}'{}", ToValidUtf8(glob.pattern(), 200),
                     nearest ? fmt::format("; nearest: '{}'", *nearest) : "");
}

void Init(duckdb_init_info info) {
  const auto& bound = *static_cast<Bound*>(duckdb_init_get_bind_data(info));
  auto reading = std::make_unique<Reading>(bound);
  if (reading->series.empty()) bound.query->Notice(NoSeriesNotice(bound.historian, bound.glob));
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    reading->columns.push_back(duckdb_init_get_column_index(info, i));
  }
  duckdb_init_set_max_threads(info, std::max<idx_t>(1, reading->series.size()));
  duckdb_init_set_init_data(info, reading.release(), Delete<Reading>);
}

void InitReader(duckdb_init_info info) {
  duckdb_init_set_init_data(info, std::make_unique<Reader>().release(), Delete<Reader>);
}

/// Makes `reader` point at an unread sample. False at the end of all series.
Result<bool> Advance(Reading& reading, Reader& reader) {
  while (reader.piece == nullptr || reader.next == reader.piece->size()) {
    if (!reader.cursor) {
      const std::size_t index = reading.next_series.fetch_add(1);
      if (index >= reading.series.size()) return false;
      reader.series = &reading.series[index];
      reader.cursor.emplace(reading.bound.historian, reader.series->id, reading.bound.range,
                            reading.bound.query->stop());
    }
    ASSIGN_OR_RETURN(reader.piece, reader.cursor->Next());
    reader.next = 0;
    if (reader.piece == nullptr) reader.cursor.reset();
    if (reading.bound.query->stop().cancelled()) {
      return Error(ErrorCode::kCancelled, "the query was stopped");
    }
  }
  return true;
}

void WriteTag(duckdb_vector vector, const std::string& path) {
  // One value for all rows: a path costs nothing per sample.
  const DuckValue value(duckdb_create_varchar_length(path.data(), path.size()));
  duckdb_vector_reference_value(vector, value.get());
}

void WriteTimes(duckdb_vector vector, std::span<const std::int64_t> times, bool exact) {
  auto* out = static_cast<std::int64_t*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < times.size(); ++i) {
    out[i] = exact ? times[i] : MicrosecondsOf(Timestamp(times[i]));
  }
}

void WriteNulls(duckdb_vector vector) {
  constexpr idx_t kRowsPerWord = 64;
  duckdb_vector_ensure_validity_writable(vector);
  std::fill_n(duckdb_vector_get_validity(vector), duckdb_vector_size() / kRowsPerWord, 0);
}

void WriteValues(duckdb_vector vector, const SampleColumns& piece, std::size_t from,
                 std::size_t count) {
  if (piece.type == ValueType::kString) return WriteNulls(vector);
  auto* out = static_cast<double*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < count; ++i) out[i] = piece.NumberAt(from + i);
}

/// A double holds whole numbers up to 2^53; a counter may be beyond.
void WriteIntegers(duckdb_vector vector, const SampleColumns& piece, std::size_t from,
                   std::size_t count) {
  if (piece.type != ValueType::kInt64) return WriteNulls(vector);
  auto* out = static_cast<std::int64_t*>(duckdb_vector_get_data(vector));
  std::copy_n(piece.int64s.begin() + static_cast<std::ptrdiff_t>(from), count, out);
}

void WriteTexts(duckdb_vector vector, const SampleColumns& piece, std::size_t from,
                std::size_t count) {
  if (piece.type != ValueType::kString) return WriteNulls(vector);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& text = piece.strings[from + i];
    duckdb_vector_assign_string_element_len(vector, i, text.data(), text.size());
  }
}

void WriteQualities(duckdb_vector vector, const SampleColumns& piece, std::size_t from,
                    std::size_t count) {
  auto* out = static_cast<std::uint32_t*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < count; ++i) out[i] = piece.QualityAt(from + i).status_code();
}

void WriteColumn(duckdb_vector vector, idx_t column, const Reader& reader, std::size_t count) {
  const SampleColumns& piece = *reader.piece;
  const std::span<const std::int64_t> times =
      std::span<const std::int64_t>(piece.times).subspan(reader.next, count);
  switch (column) {
    case kTag: return WriteTag(vector, reader.series->path);
    case kTs: return WriteTimes(vector, times, false);
    case kTsNs: return WriteTimes(vector, times, true);
    case kValue: return WriteValues(vector, piece, reader.next, count);
    case kText: return WriteTexts(vector, piece, reader.next, count);
    case kIntValue: return WriteIntegers(vector, piece, reader.next, count);
    case kQuality: return WriteQualities(vector, piece, reader.next, count);
    default: return;  // a count of rows asks for a column that there is not
  }
}

/// Each chunk holds samples of one series only, which makes its tag column a constant.
void Fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& reading = *static_cast<Reading*>(duckdb_function_get_init_data(info));
  auto& reader = *static_cast<Reader*>(duckdb_function_get_local_init_data(info));
  const Result<bool> more = Advance(reading, reader);
  if (!more.ok()) return FailQuery(info, *reading.bound.query, more.error());
  if (!*more) return duckdb_data_chunk_set_size(chunk, 0);
  const std::size_t count =
      std::min<std::size_t>(duckdb_vector_size(), reader.piece->size() - reader.next);
  for (idx_t i = 0; i < reading.columns.size(); ++i) {
    WriteColumn(duckdb_data_chunk_get_vector(chunk, i), reading.columns[i], reader, count);
  }
  reader.next += count;
  duckdb_data_chunk_set_size(chunk, count);
}

}  // namespace

std::span<const RelationColumn> SamplesColumns() noexcept { return kColumns; }

Status RegisterSamples(duckdb_connection connection, const Historian& historian,
                       const QueryFinder& queries) {
  const DuckTableFunction function(duckdb_create_table_function());
  auto registration = std::make_unique<Registration>(Registration{historian, queries});
  duckdb_table_function_set_name(function.get(), "samples");
  TakeGlobAndRange(function.get());
  duckdb_table_function_set_extra_info(function.get(), registration.release(),
                                       Delete<Registration>);
  duckdb_table_function_set_bind(function.get(), Bind);
  duckdb_table_function_set_init(function.get(), Init);
  duckdb_table_function_set_local_init(function.get(), InitReader);
  duckdb_table_function_set_function(function.get(), Fill);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(connection, function.get()) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal, "cannot register samples(…) with DuckDB");
  }
  return {};
}

}  // namespace bedplate

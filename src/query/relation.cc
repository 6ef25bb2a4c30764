#include "query/relation.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/duckdb_handles.h"

namespace bedplate {
namespace {

/// What DuckDB keeps per registered relation …
struct Registration {
  const Relation& relation;
  const QueryFinder& queries;
};

/// … or function, …
struct FunctionRegistration {
  const RangeFunction& function;
  const QueryFinder& queries;
};

/// … per use of it in a statement …
struct Bound {
  const std::vector<RelationColumn>& columns;
  std::function<std::unique_ptr<RowSource>()> open;
  std::shared_ptr<RunningQuery> query;
};

/// … and per run.
struct Reading {
  std::size_t column_count;
  std::shared_ptr<RunningQuery> query;
  std::unique_ptr<RowSource> source;
  std::vector<idx_t> columns;  // of the relation, in the order that DuckDB wants
  std::vector<RelationRow> page;
  std::size_t next = 0;  // row of `page`
};

template <typename T>
void Delete(void* object) {
  delete static_cast<T*>(object);
}

template <typename T>
T* DataOf(duckdb_vector vector) {
  return static_cast<T*>(duckdb_vector_get_data(vector));
}

struct CellWriter {
  duckdb_vector vector;
  idx_t row;

  void operator()(std::monostate) const { SetNull(vector, row); }
  void operator()(bool value) const { DataOf<bool>(vector)[row] = value; }
  void operator()(std::uint64_t value) const { DataOf<std::uint64_t>(vector)[row] = value; }
  void operator()(std::int64_t value) const { DataOf<std::int64_t>(vector)[row] = value; }
  void operator()(double value) const { DataOf<double>(vector)[row] = value; }
  void operator()(const std::string& value) const {
    duckdb_vector_assign_string_element_len(vector, row, value.data(), value.size());
  }
  void operator()(Timestamp value) const {
    DataOf<std::int64_t>(vector)[row] = MicrosecondsOf(value);
  }
};

void BindTo(duckdb_bind_info info, Bound bound) {
  for (const RelationColumn& column : bound.columns) {
    const DuckType type(duckdb_create_logical_type(column.type));
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type.get());
  }
  duckdb_bind_set_bind_data(info, std::make_unique<Bound>(std::move(bound)).release(),
                            Delete<Bound>);
}

void Bind(duckdb_bind_info info) {
  const auto& [relation, queries] = *static_cast<Registration*>(duckdb_bind_get_extra_info(info));
  BindTo(info, {relation.columns, relation.open, QueryOf(info, queries)});
}

/// The text of a parameter; empty when it is not given or NULL.
std::optional<std::string> TextOf(const DuckValue& value) {
  if (!value || duckdb_is_null_value(value.get())) return std::nullopt;
  return TakeDuckString(duckdb_get_varchar(value.get()));
}

Status ReadBuckets(duckdb_bind_info info, RangeArguments& arguments) {
  const auto text_of = [info](const char* name) {
    return TextOf(DuckValue(duckdb_bind_get_named_parameter(info, name)));
  };
  if (const auto width = text_of("bucket")) {
    ASSIGN_OR_RETURN(arguments.bucket, ParseDuration(*width));
  }
  if (const auto hold = text_of("hold")) {
    ASSIGN_OR_RETURN(arguments.hold, ParseDuration(*hold));
  }
  const std::string quality = text_of("quality").value_or("good");
  arguments.good_only = quality == "good";
  if (arguments.good_only || quality == "all") return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("quality: expected 'good' or 'all', got '{}'", quality));
}

Result<RangeArguments> ArgumentsOf(duckdb_bind_info info, const RangeFunction& function) {
  const auto pattern = TextOf(DuckValue(duckdb_bind_get_parameter(info, 0)));
  if (!pattern) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}(…) needs a glob; NULL came", function.name));
  }
  ASSIGN_OR_RETURN(Glob glob, Glob::Parse(*pattern));
  RangeArguments arguments{.glob = std::move(glob), .range = RangeOf(info), .bucket = {}};
  if (function.has_buckets) RETURN_IF_ERROR(ReadBuckets(info, arguments));
  return arguments;
}

void BindFunction(duckdb_bind_info info) {
  const auto& [function, queries] =
      *static_cast<FunctionRegistration*>(duckdb_bind_get_extra_info(info));
  const auto arguments = ArgumentsOf(info, function);
  if (!arguments.ok()) {
    return duckdb_bind_set_error(info, arguments.error().ToString().c_str());
  }
  BindTo(info, {function.columns,
                [open = function.open, arguments = *arguments] { return open(arguments); },
                QueryOf(info, queries)});
}

/// A bound of the range; `absent` when it was not given or is NULL.
Timestamp RangeBound(duckdb_bind_info info, const char* name, Timestamp absent) {
  const DuckValue value(duckdb_bind_get_named_parameter(info, name));
  if (!value || duckdb_is_null_value(value.get())) return absent;
  const duckdb_timestamp time = duckdb_get_timestamp_tz(value.get());
  constexpr std::int64_t kNanoseconds = 1000;
  const std::int64_t lowest = kMinTimestamp.nanoseconds() / kNanoseconds;
  const std::int64_t highest = kMaxTimestamp.nanoseconds() / kNanoseconds;
  return Timestamp(std::clamp(time.micros, lowest, highest) * kNanoseconds);
}

void Init(duckdb_init_info info) {
  const auto& bound = *static_cast<Bound*>(duckdb_init_get_bind_data(info));
  auto reading = std::make_unique<Reading>(
      Reading{bound.columns.size(), bound.query, bound.open(), {}, {}, 0});
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    reading->columns.push_back(duckdb_init_get_column_index(info, i));
  }
  duckdb_init_set_max_threads(info, 1);
  duckdb_init_set_init_data(info, reading.release(), Delete<Reading>);
}

Status Turn(Reading& reading) {
  if (reading.next < reading.page.size()) return {};
  ASSIGN_OR_RETURN(reading.page, reading.source->Next(reading.query->stop()));
  reading.next = 0;
  return {};
}

void Fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& reading = *static_cast<Reading*>(duckdb_function_get_init_data(info));
  if (const Status status = Turn(reading); !status.ok()) {
    return FailQuery(info, *reading.query, status.error());
  }
  const idx_t rows = std::min<idx_t>(duckdb_vector_size(), reading.page.size() - reading.next);
  for (idx_t i = 0; i < reading.columns.size(); ++i) {
    // A count of rows asks for a column that the relation does not have.
    if (reading.columns[i] >= reading.column_count) continue;
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
    for (idx_t row = 0; row < rows; ++row) {
      std::visit(CellWriter{vector, row}, reading.page[reading.next + row][reading.columns[i]]);
    }
  }
  reading.next += rows;
  duckdb_data_chunk_set_size(chunk, rows);
}

}  // namespace

void RunningQuery::Fail(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (!failure_) failure_ = error;
}

std::optional<Error> RunningQuery::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

void RunningQuery::Notice(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  const bool known = std::find(notices_.begin(), notices_.end(), text) != notices_.end();
  if (!known && notices_.size() < kMaxNotices) notices_.push_back(text);
}

std::vector<std::string> RunningQuery::notices() const {
  const std::scoped_lock lock(mutex_);
  return notices_;
}

Status RegisterRelation(duckdb_connection connection, const Relation& relation,
                        const QueryFinder& queries) {
  const std::string function_name = fmt::format("bedplate_{}", relation.name);
  const DuckTableFunction function(duckdb_create_table_function());
  auto registration = std::make_unique<Registration>(Registration{relation, queries});
  duckdb_table_function_set_name(function.get(), function_name.c_str());
  duckdb_table_function_set_extra_info(function.get(), registration.release(),
                                       Delete<Registration>);
  duckdb_table_function_set_bind(function.get(), Bind);
  duckdb_table_function_set_init(function.get(), Init);
  duckdb_table_function_set_function(function.get(), Fill);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  const std::string view =
      fmt::format("CREATE VIEW {} AS SELECT * FROM {}()", relation.name, function_name);
  DuckResult result;
  if (duckdb_register_table_function(connection, function.get()) != DuckDBSuccess ||
      duckdb_query(connection, view.c_str(), &result.get()) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal,
                 fmt::format("cannot register table {} with DuckDB", relation.name));
  }
  return {};
}

Status RegisterRangeFunction(duckdb_connection connection, const RangeFunction& function,
                             const QueryFinder& queries) {
  const DuckTableFunction registered(duckdb_create_table_function());
  auto registration =
      std::make_unique<FunctionRegistration>(FunctionRegistration{function, queries});
  duckdb_table_function_set_name(registered.get(), std::string(function.name).c_str());
  TakeGlobAndRange(registered.get());
  if (function.has_buckets) {
    const DuckType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
    for (const char* name : {"bucket", "hold", "quality"}) {
      duckdb_table_function_add_named_parameter(registered.get(), name, text.get());
    }
  }
  duckdb_table_function_set_extra_info(registered.get(), registration.release(),
                                       Delete<FunctionRegistration>);
  duckdb_table_function_set_bind(registered.get(), BindFunction);
  duckdb_table_function_set_init(registered.get(), Init);
  duckdb_table_function_set_function(registered.get(), Fill);
  duckdb_table_function_supports_projection_pushdown(registered.get(), true);
  if (duckdb_register_table_function(connection, registered.get()) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal,
                 fmt::format("cannot register {}(…) with DuckDB", function.name));
  }
  return {};
}

void TakeGlobAndRange(duckdb_table_function function) {
  const DuckType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const DuckType time(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ));
  duckdb_table_function_add_parameter(function, text.get());
  duckdb_table_function_add_named_parameter(function, "start", time.get());
  duckdb_table_function_add_named_parameter(function, "stop", time.get());
}

TimeRange RangeOf(duckdb_bind_info info) {
  return {RangeBound(info, "start", kMinTimestamp), RangeBound(info, "stop", kMaxTimestamp)};
}

std::int64_t MicrosecondsOf(Timestamp time) noexcept {
  constexpr std::int64_t kNanoseconds = 1000;
  const std::int64_t ns = time.nanoseconds();
  return ns / kNanoseconds - (ns % kNanoseconds < 0 ? 1 : 0);
}

std::shared_ptr<RunningQuery> QueryOf(duckdb_bind_info info, const QueryFinder& queries) {
  DuckContext context;
  duckdb_table_function_get_client_context(info, context.out());
  return queries(duckdb_client_context_get_connection_id(context.get()));
}

void FailQuery(duckdb_function_info info, RunningQuery& query, const Error& error) {
  query.Fail(error);
  duckdb_function_set_error(info, error.ToString().c_str());
}

void SetNull(duckdb_vector vector, idx_t index) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), index);
}

}  // namespace bedplate

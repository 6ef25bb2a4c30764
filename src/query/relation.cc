#include "query/relation.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/duckdb_handles.h"

namespace bedplate {
namespace {

/// What DuckDB keeps per registered function.
struct Registration {
  const Relation& relation;
  const QueryFinder& queries;
};

/// What it keeps per use of it in a statement …
struct Bound {
  const Relation& relation;
  std::shared_ptr<RunningQuery> query;
};

/// … and per run.
struct Reading {
  const Relation& relation;
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
  void operator()(double value) const { DataOf<double>(vector)[row] = value; }
  void operator()(const std::string& value) const {
    duckdb_vector_assign_string_element_len(vector, row, value.data(), value.size());
  }
  void operator()(Timestamp value) const {
    DataOf<std::int64_t>(vector)[row] = MicrosecondsOf(value);
  }
};

void Bind(duckdb_bind_info info) {
  const auto& registration = *static_cast<Registration*>(duckdb_bind_get_extra_info(info));
  for (const RelationColumn& column : registration.relation.columns) {
    const DuckType type(duckdb_create_logical_type(column.type));
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type.get());
  }
  auto bound =
      std::make_unique<Bound>(Bound{registration.relation, QueryOf(info, registration.queries)});
  duckdb_bind_set_bind_data(info, bound.release(), Delete<Bound>);
}

void Init(duckdb_init_info info) {
  const auto& bound = *static_cast<Bound*>(duckdb_init_get_bind_data(info));
  auto reading = std::make_unique<Reading>(
      Reading{bound.relation, bound.query, bound.relation.open(), {}, {}, 0});
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
    if (reading.columns[i] >= reading.relation.columns.size()) continue;
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

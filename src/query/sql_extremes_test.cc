#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <random>

#include "base/check.h"
#include "query/query_database.h"
#include "query/sql_functions.h"
#include "query/sql_guard.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Statements = std::vector<std::string>;

constexpr unsigned kStatementSeconds = 60;  // only what hangs takes that long
constexpr idx_t kRowsRead = 1000;

/// What a child that dies leaves behind, in memory that its parent sees.
struct Progress {
  std::atomic<std::size_t> at = 0;        // the statement under way
  std::atomic<std::size_t> answered = 0;  // without an error
};

class SharedProgress {
 public:
  SharedProgress()
      : memory_(mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0)) {
    BEDPLATE_CHECK(memory_ != MAP_FAILED);
    new (memory_) Progress;
  }
  ~SharedProgress() { munmap(memory_, sizeof(Progress)); }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  Progress* operator->() const { return static_cast<Progress*>(memory_); }

 private:
  void* memory_;
};

/// Runs what the guard lets pass and reads a few rows of it; true when DuckDB answered.
bool Execute(duckdb_connection connection, const std::string& sql) {
  if (!CheckSql(connection, sql, {}).ok()) return false;
  DuckPrepared prepared;
  if (duckdb_prepare(connection, sql.c_str(), prepared.out()) != DuckDBSuccess) return false;
  DuckPending pending;
  DuckResult result;
  if (duckdb_pending_prepared_streaming(prepared.get(), pending.out()) != DuckDBSuccess ||
      duckdb_execute_pending(pending.get(), &result.get()) != DuckDBSuccess) {
    return false;
  }
  for (idx_t rows = 0; rows < kRowsRead;) {
    const DuckChunk chunk(duckdb_fetch_chunk(result.get()));
    if (!chunk || duckdb_data_chunk_get_size(chunk.get()) == 0) break;
    rows += duckdb_data_chunk_get_size(chunk.get());
  }
  return duckdb_result_error(&result.get()) == nullptr;
}

/// Executes `statements` from `first` on and ends the process.
[[noreturn]] void RunChild(const Statements& statements, std::size_t first,
                           const SharedProgress& progress) {
  constexpr rlimit kNoCore{0, 0};
  setrlimit(RLIMIT_CORE, &kNoCore);
  auto database = OpenQueryDatabase(256U << 20U, 1);
  DuckConnection connection;
  const bool is_ready = database.ok() &&
                        duckdb_connect(database->get(), connection.out()) == DuckDBSuccess &&
                        LockSettings(connection.get()).ok();
  if (!is_ready) _exit(2);
  for (std::size_t i = first; i < statements.size(); ++i) {
    progress->at = i;
    alarm(kStatementSeconds);
    if (Execute(connection.get(), statements[i])) ++progress->answered;
  }
  _exit(0);
}

/// The statements that end a process, each with how. All of them are run.
Statements Killers(const Statements& statements) {
  const SharedProgress progress;
  Statements killers;
  for (std::size_t first = 0; first < statements.size(); first = progress->at + 1) {
    const pid_t child = fork();
    BEDPLATE_CHECK(child >= 0);
    if (child == 0) RunChild(statements, first, progress);
    int state = 0;
    BEDPLATE_CHECK(waitpid(child, &state, 0) == child);
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) break;
    killers.push_back(fmt::format("{} ends with {} {}", statements[progress->at],
                                  WIFSIGNALED(state) ? "signal" : "status",
                                  WIFSIGNALED(state) ? WTERMSIG(state) : WEXITSTATUS(state)));
  }
  EXPECT_GT(progress->answered, statements.size() / 20) << "hardly anything ran";
  return killers;
}

constexpr auto kExtremes =
    std::to_array<std::string_view>({"(-9223372036854775808)",
                                     "9223372036854775807",
                                     "(-2147483648)",
                                     "2147483647",
                                     "(-1)",
                                     "0",
                                     "1",
                                     "170141183460469231731687303715884105727::HUGEINT",
                                     "(-170141183460469231731687303715884105728)::HUGEINT",
                                     "(-128)::TINYINT",
                                     "'nan'::DOUBLE",
                                     "'inf'::DOUBLE",
                                     "'-inf'::DOUBLE",
                                     "1e308",
                                     "5e-324",
                                     "0.5",
                                     "NULL",
                                     "''",
                                     "'aé€😀z'",
                                     "'day'",
                                     "'%'",
                                     "TRUE",
                                     "'infinity'::TIMESTAMP",
                                     "'290309-12-22 (BC) 00:00:00'::TIMESTAMP",
                                     "'294247-01-10 04:00:54.775806'::TIMESTAMP",
                                     "'-infinity'::TIMESTAMPTZ",
                                     "'infinity'::DATE",
                                     "'5877642-06-25 (BC)'::DATE",
                                     "'5881580-07-10'::DATE",
                                     "'2018-01-01'::TIMESTAMP_NS",
                                     "'24:00:00'::TIME",
                                     "to_months(2147483647)",
                                     "to_microseconds(-9223372036854775808)",
                                     "INTERVAL 0 DAY",
                                     "[1, 2, NULL]",
                                     "['a', '']",
                                     "''::BLOB",
                                     "99999999999999999999999999999999999999::DECIMAL(38, 0)"});

// Where a whole number, an expression of one, or an interval may stand.
constexpr auto kCounts = std::to_array<std::string_view>(
    {"-9223372036854775808", "-9223372036854775807 - 1", "9223372036854775807", "-2147483648",
     "2147483647", "-1", "0", "1", "170141183460469231731687303715884105727::HUGEINT", "NULL",
     "'nan'::DOUBLE", "1e18", "'inf'::DOUBLE", "i", "(SELECT 9223372036854775807)",
     "to_days(-2147483648)", "to_microseconds(-9223372036854775808)", "INTERVAL 0 DAY"});

Statements NamesOf(const FunctionGroup& group) {
  Statements names;
  for (std::string_view rest = group.names; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

std::string Call(std::string_view name, const Statements& arguments) {
  const bool is_operator = name.front() < 'a' || name.front() > 'z';
  if (!is_operator) return fmt::format("{}({})", name, fmt::join(arguments, ", "));
  if (arguments.size() == 1) return fmt::format("{} {}", name, arguments[0]);
  return fmt::format("{}", fmt::join(arguments, fmt::format(" {} ", name)));
}

/// One call in the ways that DuckDB computes it: folded, over rows, with a row and constants (which
/// some functions ask for), and over frames.
void AddCalls(std::string_view name, const Statements& values, Statements& statements) {
  static const Statements columns = {"a", "b", "c", "d"};
  const Statements all(columns.begin(), columns.begin() + static_cast<long>(values.size()));
  Statements mixed = values;
  mixed[0] = "a";
  const std::string row = fmt::format("({})", fmt::join(values, ", "));
  const std::string from =
      fmt::format(" FROM (VALUES {0}, {0}, {0}) t({1})", row, fmt::join(all, ", "));
  statements.push_back("SELECT " + Call(name, values));
  statements.push_back("SELECT " + Call(name, all) + from);
  statements.push_back("SELECT " + Call(name, mixed) + from);
  statements.push_back("SELECT " + Call(name, values) + " OVER ()" + from);
  statements.push_back("SELECT " + Call(name, mixed) +
                       " OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)" + from);
}

Statements CallsOfEveryFunction(unsigned seed, int calls) {
  std::mt19937 random(seed);
  Statements statements;
  for (const FunctionGroup& group : AllowedFunctionGroups()) {
    if (group.table) continue;
    for (const std::string& name : NamesOf(group)) {
      for (int i = 0; i < calls; ++i) {
        Statements values(1 + random() % 4);
        for (std::string& value : values) value = kExtremes[random() % kExtremes.size()];
        AddCalls(name, values, statements);
      }
    }
  }
  return statements;
}

/// Every pair of kCounts in each of `patterns`, for {0} and {1}; {2} is an order that fits {0}.
Statements PairsIn(std::initializer_list<std::string_view> patterns) {
  Statements statements;
  for (const std::string_view first : kCounts) {
    const bool is_interval = first.starts_with("to_") || first.starts_with("INTERVAL");
    const std::string_view order =
        is_interval ? "TIMESTAMP '2018-01-01' + to_days(i::INTEGER)" : "i";
    for (const std::string_view second : kCounts) {
      for (const std::string_view pattern : patterns) {
        statements.push_back(fmt::format(fmt::runtime(pattern), first, second, order));
      }
    }
  }
  return statements;
}

TEST(SqlExtremesTest, NoFunctionEndsTheProcess) {
  constexpr unsigned kSeed = 20'180'101;
  constexpr int kCalls = 6;
  EXPECT_THAT(Killers(CallsOfEveryFunction(kSeed, kCalls)), IsEmpty());
}

TEST(SqlExtremesTest, NoWindowEndsTheProcess) {
  EXPECT_THAT(Killers(PairsIn({
                  "SELECT lag(i, {0}, {1}) OVER () FROM range(5000) t(i)",
                  "SELECT lead(i, {0} IGNORE NULLS) OVER (ORDER BY i), {1} FROM range(5000) t(i)",
                  "SELECT lag(i, {0} ORDER BY i DESC) OVER (ORDER BY {1}) FROM range(5000) t(i)",
                  "SELECT nth_value(i, {0}), ntile({1}) OVER (ORDER BY i) FROM range(5000) t(i)",
                  "SELECT nth_value(i, {0} IGNORE NULLS) OVER (PARTITION BY i % 3 ORDER BY i), "
                  "ntile({1}) OVER (ORDER BY i) FROM range(5000) t(i)",
                  "SELECT sum(i) OVER (ORDER BY {2} ROWS BETWEEN {0} PRECEDING AND {1} FOLLOWING) "
                  "FROM range(300) t(i)",
                  "SELECT median(i) OVER (ORDER BY {2} RANGE BETWEEN {0} PRECEDING AND {1} "
                  "FOLLOWING EXCLUDE TIES) FROM range(300) t(i)",
                  "SELECT mode(i) OVER (ORDER BY {2} GROUPS BETWEEN {0} FOLLOWING AND {1} "
                  "FOLLOWING) FROM range(300) t(i)",
                  "SELECT first_value(i) OVER (ORDER BY {2} RANGE BETWEEN {0} PRECEDING AND {1} "
                  "PRECEDING) FROM range(300) t(i)",
              })),
              IsEmpty());
}

TEST(SqlExtremesTest, NoRangeLimitOrSliceEndsTheProcess) {
  EXPECT_THAT(
      Killers(PairsIn({
          "SELECT i FROM range(10) t(i) LIMIT {0} OFFSET {1}",
          "SELECT i FROM range(10) t(i) ORDER BY i DESC LIMIT {0} OFFSET {1}",
          "SELECT i FROM range(10) t(i) ORDER BY i LIMIT ({0}) % OFFSET {1}",
          "FROM range({0}, {1}) LIMIT 5",
          "FROM range({0}, 5, {1}) LIMIT 5",
          "FROM generate_series({0}, 9223372036854775807, {1}) LIMIT 5",
          "FROM range(TIMESTAMP '2018-01-01', TIMESTAMP '2018-01-02', {0}) LIMIT 5",
          "FROM generate_series('-infinity'::TIMESTAMP, 'infinity'::TIMESTAMP, {0}) LIMIT 5",
          "SELECT x FROM (VALUES ({0}, {1})) t(a, b), range(a, b, 1) u(x) LIMIT 5",
          "SELECT 'aé€'[{0}:{1}], 'aé€'[{0}], substring('aé€', {0}, {1}), left('aé€', {0})",
          "SELECT [1, 2][{0}:{1}], [1, 2][{0}:{1}:{0}], [1, 2][{0}], right('aé€', {1})",
          "SELECT s[y:z], l[y:z] FROM (VALUES ('aé€', [1, 2], {0}, {1}), ('', [], {1}, "
          "{0})) t(s, l, y, z)",
          "SELECT split_part('aéa', 'a', {0}), round({0}, {1}), chr({0})",
      })),
      IsEmpty());
}

TEST(SqlExtremesTest, AnOffsetIsANumberThatCanBeRead) {
  auto database = OpenQueryDatabase(256U << 20U, 1);
  ASSERT_TRUE(database.ok());
  DuckConnection connection;
  ASSERT_EQ(duckdb_connect(database->get(), connection.out()), DuckDBSuccess);
  const auto check = [&](std::string_view name, std::string_view offset) {
    const std::string sql =
        fmt::format("SELECT {}(i, {}) OVER (ORDER BY i) FROM range(9) t(i)", name, offset);
    const Status status = CheckSql(connection.get(), sql, {});
    return status.ok() ? "ok" : status.error().message();
  };
  for (const std::string_view name : {"lag", "lead", "LAG", "\"lead\""}) {
    for (const std::string_view offset :
         {"-9223372036854775808", "-9223372036854775807 - 1", "1000000001", "-1000000001", "i",
          "(SELECT 1)", "1::BIGINT", "NULL", "'1'", "1.5", "1 + 1", "4294967297 IGNORE NULLS",
          "i ORDER BY i", "-9223372036854775808, 0", "9223372036854775808"}) {
      EXPECT_THAT(check(name, offset), HasSubstr("must be written as a whole number from"))
          << offset;
    }
    for (const std::string_view offset : {"0", "1", "-1", "1000000000", "-1000000000", "1, i",
                                          "2 IGNORE NULLS", "2 ORDER BY i DESC"}) {
      EXPECT_EQ(check(name, offset), "ok") << offset;
    }
  }
}

TEST(SqlExtremesTest, TheDefaultOfAnOffsetCountsAsText) {
  auto database = OpenQueryDatabase(256U << 20U, 1);
  ASSERT_TRUE(database.ok());
  DuckConnection connection;
  ASSERT_EQ(duckdb_connect(database->get(), connection.out()), DuckDBSuccess);
  std::string sql = "SELECT 'xxxxxxxxxxxxxxxx' AS s";
  for (int i = 0; i < 20; ++i) {
    sql = "SELECT lag('', 1, s || s) OVER () AS s FROM (" + sql + ")";
  }
  const Status status = CheckSql(connection.get(), sql, {});
  ASSERT_FALSE(status.ok()) << "16 bytes, doubled twenty times";
  EXPECT_THAT(status.error().message(), HasSubstr("bytes of text"));
}

}  // namespace
}  // namespace bedplate

#include "query/query_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace bedplate {
namespace {

using ::testing::HasSubstr;

/// The lock below the guard: whatever the guard let through must still not reach anything.
class QueryDatabaseTest : public ::testing::Test {
 protected:
  QueryDatabaseTest() {
    constexpr std::uint64_t kMemoryBytes = 64U << 20U;
    auto database = OpenQueryDatabase(kMemoryBytes, 2);
    EXPECT_TRUE(database.ok()) << database.error().ToString();
    database_ = std::move(database).value();
    EXPECT_EQ(duckdb_connect(database_.get(), connection_.out()), DuckDBSuccess);
    EXPECT_TRUE(LockSettings(connection_.get()).ok());
    EXPECT_EQ(duckdb_connect(database_.get(), connection_.out()), DuckDBSuccess);
  }

  /// The first cell, or the error.
  std::string Ask(const std::string& sql) {
    DuckResult result;
    if (duckdb_query(connection_.get(), sql.c_str(), &result.get()) != DuckDBSuccess) {
      return duckdb_result_error(&result.get());
    }
    return TakeDuckString(duckdb_value_varchar(&result.get(), 0, 0));
  }

  DuckDatabase database_;
  DuckConnection connection_;
};

TEST_F(QueryDatabaseTest, NoFileCanBeReadOrWritten) {
  for (const char* sql :
       {"FROM read_csv('/etc/passwd')", "FROM read_text('/etc/passwd')", "FROM glob('/etc/*')",
        "FROM '/etc/passwd.csv'", "COPY (SELECT 1) TO 'query_database_test.csv'",
        "ATTACH 'query_database_test.db'", "EXPORT DATABASE 'query_database_test'",
        "INSTALL httpfs"}) {
    EXPECT_THAT(Ask(sql), HasSubstr("disabled by configuration")) << sql;
  }
  EXPECT_THAT(Ask("LOAD httpfs"), HasSubstr("disabled through configuration"));
  EXPECT_FALSE(std::filesystem::exists("query_database_test.csv"));
}

TEST_F(QueryDatabaseTest, NoSettingCanBeChanged) {
  for (const char* sql :
       {"SET memory_limit = '100GB'", "SET enable_external_access = true",
        "SET lock_configuration = false", "SET TimeZone = 'Europe/London'", "SET threads = 100",
        "PRAGMA memory_limit = '100GB'", "RESET temp_directory", "SET temp_directory = '/tmp'"}) {
    EXPECT_THAT(Ask(sql), HasSubstr("configuration has been locked")) << sql;
  }
}

TEST_F(QueryDatabaseTest, NothingIsSpilledToDisk) {
  EXPECT_THAT(Ask("SELECT max(i) FROM (SELECT i, row_number() OVER (ORDER BY r) FROM (SELECT i, "
                  "random() r FROM range(20000000) t(i)))"),
              HasSubstr("Out of Memory"));
  EXPECT_FALSE(std::filesystem::exists(".tmp"));
}

TEST_F(QueryDatabaseTest, EveryConnectionIsInUtc) {
  EXPECT_EQ(Ask("SELECT current_setting('TimeZone')"), "UTC");
}

}  // namespace
}  // namespace bedplate

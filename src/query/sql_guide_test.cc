#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "query/query_test_support.h"
#include "query/sql_functions.h"
#include "query/sql_guard.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;

std::string ReadGuide() {
  const std::filesystem::path path =
      std::filesystem::path(BEDPLATE_SOURCE_DIR) / "docs/guides/sql.md";
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The texts between "```sql" and "```".
std::vector<std::string> QueriesOf(const std::string& guide) {
  constexpr std::string_view kOpen = "```sql\n";
  std::vector<std::string> queries;
  for (std::size_t at = guide.find(kOpen); at != std::string::npos; at = guide.find(kOpen, at)) {
    at += kOpen.size();
    queries.push_back(guide.substr(at, guide.find("```", at) - at));
  }
  return queries;
}

/// How the guide lists a group: its title and each name as code, `|` escaped for the table.
std::string RowOf(const FunctionGroup& group) {
  std::string names;
  for (const char c : group.names) {
    if (c == ' ')
      names += "` `";
    else if (c == '|')
      names += "\\|";
    else
      names += c;
  }
  return fmt::format("| {} | `{}` |\n", group.title, names);
}

TEST_F(QueryTest, EveryQueryOfTheGuideRuns) {
  historian_.Put("acme/leeds/packing/line-1/filler/energy", {{kStart, 2.5, kGood}});
  const std::vector<std::string> queries = QueriesOf(ReadGuide());
  EXPECT_EQ(queries.size(), 10U);
  for (const std::string& query : queries) {
    const auto result = Run(query);
    ASSERT_TRUE(result.ok()) << query << "\n" << result.error().ToString();
    const bool looks_for_gaps = query.find("gap") != std::string::npos;
    EXPECT_EQ(result->rows > 0, !looks_for_gaps) << query;
  }
}

TEST_F(QueryTest, TheGuideListsEveryAllowedFunctionAndColumn) {
  const std::string guide = ReadGuide();
  for (const FunctionGroup& group : AllowedFunctionGroups()) {
    EXPECT_THAT(guide, HasSubstr(RowOf(group)));
  }
  for (const QuerySchema::Relation& relation : engine_->Schema().relations) {
    std::string columns;
    for (const auto& column : relation.columns) columns += fmt::format(" `{}`", column.name);
    EXPECT_THAT(guide, HasSubstr(":" + columns)) << relation.name;
  }
}

TEST_F(QueryTest, TheGuideStatesTheBounds) {
  EXPECT_THAT(
      ReadGuide(),
      HasSubstr(fmt::format(
          "| statement | {} KiB, {} levels of nesting |\n"
          "| in it, with stars, aliases and common tables written out | {} columns, {} "
          "relations, {} expressions, {} grouping sets |\n"
          "| texts that it makes for one row | {} KiB, where a stored text counts as {} "
          "KiB |\n",
          kMaxSqlBytes / 1024, kMaxSqlDepth, kMaxSqlColumns, kMaxSqlRelations, kMaxSqlExpressions,
          kMaxSqlGroupingSets, kMaxSqlTextBytes / 1024, kReckonedTextBytes / 1024)));
}

}  // namespace
}  // namespace bedplate

#include "query/sql_guard.h"

#include "query/sql_tree.h"
#include "query/sql_walker.h"

namespace bedplate {

Status CheckSql(duckdb_connection connection, std::string_view sql,
                std::span<const GuardRelation> relations) {
  ASSIGN_OR_RETURN(const boost::json::object tree, ParseSqlTree(connection, sql));
  return sql_guard::Walker(sql, relations).Check(tree);
}

}  // namespace bedplate

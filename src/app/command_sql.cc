// `sql`: one SELECT, as a table, CSV or JSON.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/text_table.h"

namespace bedplate {
namespace {

struct SqlOptions {
  std::string directory;
  std::string sql;
  std::string format = "table";
  std::uint64_t limit = 100'000;
  std::uint64_t timeout_ms = 60'000;
};

bool IsNumberType(std::string_view type) {
  return type == "DOUBLE" || type == "FLOAT" || type.find("INT") != std::string_view::npos ||
         type.rfind("DECIMAL", 0) == 0;
}

TextTable TableOf(const boost::json::value& answer) {
  TextTable table;
  table.rows.resize(answer.at("rows").to_number<std::size_t>());
  for (const auto& column : answer.at("columns").as_array()) {
    table.header.push_back(JsonText(column, "name"));
    table.right_aligned.push_back(IsNumberType(JsonText(column, "type")));
    const auto& values = column.at("values").as_array();
    for (std::size_t i = 0; i < values.size(); ++i) table.rows[i].push_back(JsonCell(values[i]));
  }
  return table;
}

Result<ExitCode> RunSql(CommandContext& context, const SqlOptions& options) {
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/sql"};
  request.headers["content-type"] = "application/json";
  request.body = boost::json::serialize(boost::json::object{
      {"sql", options.sql}, {"limit", options.limit}, {"timeout_ms", options.timeout_ms}});
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, std::move(request)));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  if (options.format == "json") {
    PrintOut(body + "\n");
  } else if (options.format == "csv") {
    PrintOut(FormatCsv(TableOf(answer)));
  } else {
    PrintOut(FormatAligned(TableOf(answer)));
  }
  if (answer.at("truncated").as_bool()) {
    PrintNote(fmt::format("only the first {} rows; --limit says how many", options.limit));
  }
  for (const auto& notice : answer.at("notices").as_array()) PrintNote(JsonCell(notice));
  return ExitCode::kOk;
}

}  // namespace

void AddSql(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<SqlOptions>();
  CLI::App* verb =
      root.add_subcommand("sql",
                          "Runs one SELECT over samples(), tags, assets, events, dead_letters "
                          "(docs/guides/sql.md)");
  AddDataOption(*verb, options->directory);
  verb->add_option("SQL", options->sql, "The statement")->required();
  verb->add_option("--format", options->format, "How the rows are printed")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  verb->add_option("--limit", options->limit, "Rows at the most")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb->add_option("--timeout-ms", options->timeout_ms, "Ends the query after this long")
      ->check(CLI::Range(1, 300'000))
      ->capture_default_str();
  verb->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunSql(context, *options); }; });
}

}  // namespace bedplate

// `token create | list | revoke`.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/text_table.h"
#include "base/time.h"

namespace bedplate {
namespace {

struct TokenOptions {
  std::string directory;
  std::string role;
  std::string name;
  std::string id;
};

std::string TimeCell(const boost::json::value& token, std::string_view key) {
  const auto ms = JsonNumber(token, key);
  return ms ? FormatTimestamp(Timestamp::FromMilliseconds(static_cast<std::int64_t>(*ms))) : "";
}

Result<ExitCode> RunCreate(CommandContext& context, const TokenOptions& options) {
  HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/tokens"};
  request.headers["content-type"] = "application/json";
  request.body =
      boost::json::serialize(boost::json::object{{"name", options.name}, {"role", options.role}});
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, std::move(request)));
  ASSIGN_OR_RETURN(const boost::json::value token, ParseAnswer(body));
  PrintNote(fmt::format("token {} ({}); it is shown this once:", JsonText(token, "id"),
                        JsonText(token, "role")));
  PrintOut(JsonText(token, "secret") + "\n");
  return ExitCode::kOk;
}

Result<ExitCode> RunList(CommandContext& context, const TokenOptions& options) {
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, {.path = "/api/v1/tokens"}));
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  TextTable table{.header = {"id", "name", "role", "created", "last used", "revoked"},
                  .right_aligned = {},
                  .rows = {}};
  for (const auto& token : answer.at("tokens").as_array()) {
    table.rows.push_back({JsonText(token, "id"), JsonText(token, "name"), JsonText(token, "role"),
                          TimeCell(token, "created"), TimeCell(token, "last_used"),
                          TimeCell(token, "revoked")});
  }
  PrintOut(FormatAligned(table));
  return ExitCode::kOk;
}

Result<ExitCode> RunRevoke(CommandContext& context, const TokenOptions& options) {
  RETURN_IF_ERROR(CheckName("token", options.id));
  HttpRequest request{.method = HttpMethod::kDelete, .path = "/api/v1/tokens/" + options.id};
  const Result<std::string> answer = CallOnce(context, options.directory, std::move(request));
  if (!answer.ok()) return answer.error();
  PrintNote("revoked " + options.id);
  return ExitCode::kOk;
}

using Action = Result<ExitCode> (*)(CommandContext&, const TokenOptions&);

void OnCall(CLI::App& verb, Action action, const std::shared_ptr<TokenOptions>& options,
            CommandContext& context, Verb& chosen) {
  verb.callback(
      [=, &context, &chosen] { chosen = [=, &context] { return action(context, *options); }; });
}

}  // namespace

void AddToken(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* verb = root.add_subcommand("token", "Makes, lists and revokes access tokens");
  AddDataOption(*verb, options->directory);
  verb->require_subcommand(1);
  CLI::App* create = verb->add_subcommand("create", "Makes a token and prints it, once");
  create->add_option("--role", options->role, "What it may do")
      ->required()
      ->check(CLI::IsMember({"viewer", "writer", "engineer", "admin"}));
  create->add_option("--name", options->name, "Who or what it is for");
  CLI::App* list = verb->add_subcommand("list", "Lists the tokens, without their secrets");
  CLI::App* revoke = verb->add_subcommand("revoke", "Makes a token worthless at once");
  revoke->add_option("ID", options->id, "As list prints it")->required();
  for (CLI::App* action : {create, list, revoke}) {
    action->fallthrough();  // --data may stand behind it
  }
  OnCall(*create, RunCreate, options, context, chosen);
  OnCall(*list, RunList, options, context, chosen);
  OnCall(*revoke, RunRevoke, options, context, chosen);
}

}  // namespace bedplate

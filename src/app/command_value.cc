// `value list | show`: what each initiative brought, in money.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <memory>

#include "app/command.h"
#include "app/json.h"
#include "app/plant_api.h"
#include "app/text_table.h"

namespace bedplate {
namespace {

struct ValueOptions {
  std::string directory;
  std::string name;
  std::string format = "table";
};

/// Thousands grouped, no decimals: these are estimates.
std::string Rounded(double amount) {
  const double rounded = std::round(amount);
  const std::string digits = GroupDigits(static_cast<std::uint64_t>(std::fabs(rounded)));
  return rounded < 0 ? "-" + digits : digits;
}

std::string IntervalCell(const boost::json::value& object, std::string_view key,
                         std::string (*format)(double)) {
  const auto* interval = object.as_object().if_contains({key.data(), key.size()});
  if (interval == nullptr || !interval->is_object()) return "–";
  const auto value = JsonNumber(*interval, "value");
  const auto low = JsonNumber(*interval, "low");
  const auto high = JsonNumber(*interval, "high");
  if (!value) return "–";
  if (!low || !high) return format(*value);
  return fmt::format("{} ({} .. {})", format(*value), format(*low), format(*high));
}

std::string Percent(double value) { return fmt::format("{:.1f} %", value); }

/// "Proven: 1 initiative, together 14,200 EUR a year"; currencies stand side by side.
std::string ProvenLine(const boost::json::value& proven) {
  const auto count = JsonNumber(proven, "initiatives").value_or(0);
  if (count == 0) return "Proven: none\n";
  std::vector<std::string> sums;
  for (const auto& sum : proven.at("per_year").as_array()) {
    sums.push_back(fmt::format("{} {}", Rounded(JsonNumber(sum, "value").value_or(0)),
                               JsonText(sum, "currency")));
  }
  return fmt::format("Proven: {} initiative{}, together {} a year\n", count, count == 1 ? "" : "s",
                     fmt::join(sums, " and "));
}

Result<ExitCode> RunList(CommandContext& context, const ValueOptions& options) {
  ASSIGN_OR_RETURN(const std::string body,
                   CallOnce(context, options.directory, {.path = "/api/v1/initiatives"}));
  if (options.format == "json") {
    PrintOut(body + "\n");
    return ExitCode::kOk;
  }
  ASSIGN_OR_RETURN(const boost::json::value answer, ParseAnswer(body));
  TextTable table{.header = {"name", "status", "verdict", "measured a year", "expected a year",
                             "currency", "reason"},
                  .right_aligned = {false, false, false, true, true, false, false},
                  .rows = {}};
  for (const auto& item : answer.at("initiatives").as_array()) {
    table.rows.push_back({JsonText(item, "name"), JsonText(item, "status"),
                          JsonText(item, "verdict"),
                          IntervalCell(item, "measured_per_year", Rounded),
                          IntervalCell(item, "expected_per_year", Rounded),
                          JsonText(item, "currency"), JsonText(item, "reason")});
  }
  PrintOut(FormatAligned(table));
  PrintOut(ProvenLine(answer.at("proven")));
  return ExitCode::kOk;
}

std::string NumberCell(const boost::json::value& object, std::string_view key, const char* unit,
                       int decimals) {
  const auto number = JsonNumber(object, key);
  return number ? fmt::format("{:.{}f}{}", *number, decimals, unit) : "–";
}

std::string CountCell(const boost::json::value& object, std::string_view key) {
  const auto number = JsonNumber(object, key);
  return number ? Rounded(*number) : "–";
}

void AddFitness(const boost::json::value& initiative, std::vector<std::vector<std::string>>& rows) {
  const auto& fitness = initiative.at("fitness");
  rows.push_back({"CV(RMSE)", NumberCell(fitness, "cv_rmse_percent", " %", 1)});
  rows.push_back({"NMBE", NumberCell(fitness, "nmbe_percent", " %", 2)});
  rows.push_back({"adjusted R²", NumberCell(fitness, "adjusted_r2", "", 4)});
  rows.push_back({"periods, parameters", fmt::format("{}, {}", CountCell(fitness, "n"),
                                                     CountCell(fitness, "parameters"))});
  rows.push_back({"effective periods", CountCell(fitness, "effective_n")});
}

bool HasCosts(const boost::json::value& initiative) {
  const auto& cost = initiative.at("cost");
  return JsonNumber(cost, "once").value_or(0) > 0 || JsonNumber(cost, "yearly").value_or(0) > 0;
}

/// What an investment comes to; what has no figure says why.
std::string CashflowCell(const boost::json::value& flow, const std::string& currency,
                         bool has_costs) {
  const auto npv = JsonNumber(flow, "npv");
  std::string cell = fmt::format("NPV {} {}", npv ? Rounded(*npv) : "–", currency);
  if (!has_costs) return cell + ", no costs to pay back";
  const auto irr = JsonNumber(flow, "irr");
  const auto payback = JsonNumber(flow, "payback_years");
  if (irr) cell += ", IRR " + Percent(*irr * 100);
  cell += payback ? fmt::format(", payback {:.1f} years", *payback) : ", never paid back";
  if (!irr && payback) cell += ", no single IRR";
  return cell;
}

void AddCashflow(const boost::json::value& initiative, std::string_view which,
                 std::vector<std::vector<std::string>>& rows) {
  const auto* cashflow = initiative.as_object().if_contains("cashflow");
  if (cashflow == nullptr || !cashflow->is_object()) return;
  const auto* cases = cashflow->as_object().if_contains({which.data(), which.size()});
  if (cases == nullptr || !cases->is_object()) return;
  for (const char* name : {"low", "likely", "high"}) {
    const auto* flow = cases->as_object().if_contains(name);
    if (flow == nullptr || !flow->is_object()) continue;
    rows.push_back({fmt::format("{}, {}", which, name),
                    CashflowCell(*flow, JsonText(initiative, "currency"), HasCosts(initiative))});
  }
}

std::string Report(const boost::json::value& initiative) {
  std::vector<std::vector<std::string>> rows;
  const std::string unit = JsonText(initiative.at("kpi"), "unit");
  rows.push_back({"scope", JsonText(initiative, "scope")});
  rows.push_back({fmt::format("effect, {}", unit), IntervalCell(initiative, "effect", Rounded)});
  rows.push_back({"effect", IntervalCell(initiative, "effect_percent", Percent)});
  rows.push_back({fmt::format("money, {}", JsonText(initiative, "currency")),
                  IntervalCell(initiative, "money", Rounded)});
  rows.push_back({"a year, measured", IntervalCell(initiative, "measured_per_year", Rounded)});
  rows.push_back({"a year, expected", IntervalCell(initiative, "expected_per_year", Rounded)});
  AddCashflow(initiative, "expected", rows);
  AddCashflow(initiative, "measured", rows);
  AddFitness(initiative, rows);
  for (const char* period : {"baseline", "reporting"}) {
    const auto share = JsonNumber(initiative.at("coverage"), period);
    rows.push_back({fmt::format("coverage, {}", period), share ? Percent(*share * 100) : "–"});
  }
  for (const auto& finding : initiative.at("findings").as_array()) {
    rows.push_back({JsonText(finding, "severity"), JsonText(finding, "message")});
  }
  return fmt::format(
      "{}\n{}\n\n{}", JsonText(initiative, "title"), JsonText(initiative, "verdict_text"),
      FormatAligned(
          {.header = {"what", "figure (90 % interval)"}, .right_aligned = {}, .rows = rows}));
}

Result<ExitCode> RunShow(CommandContext& context, const ValueOptions& options) {
  RETURN_IF_ERROR(CheckName("initiative", options.name));
  ASSIGN_OR_RETURN(
      const std::string body,
      CallOnce(context, options.directory, {.path = "/api/v1/initiatives/" + options.name}));
  if (options.format == "json") {
    PrintOut(body + "\n");
    return ExitCode::kOk;
  }
  ASSIGN_OR_RETURN(const boost::json::value initiative, ParseAnswer(body));
  const std::string error = JsonText(initiative, "error");
  if (!error.empty()) return Error(ErrorCode::kInvalidArgument, error);
  PrintOut(Report(initiative));
  return ExitCode::kOk;
}

}  // namespace

void AddValue(CLI::App& root, CommandContext& context, Verb& chosen) {
  auto options = std::make_shared<ValueOptions>();
  CLI::App* verb =
      root.add_subcommand("value", "What each initiative brought, in money, with its interval");
  AddDataOption(*verb, options->directory);
  verb->require_subcommand(1);
  CLI::App* list = verb->add_subcommand("list", "All initiatives with their verdicts");
  CLI::App* show = verb->add_subcommand("show", "One initiative with all that it rests on");
  show->add_option("NAME", options->name, "As list prints it")->required();
  for (CLI::App* action : {list, show}) {
    action->fallthrough();  // --data may stand behind it
    action->add_option("--format", options->format, "How it is printed")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
  }
  list->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunList(context, *options); }; });
  show->callback(
      [=, &context, &chosen] { chosen = [=, &context] { return RunShow(context, *options); }; });
}

}  // namespace bedplate

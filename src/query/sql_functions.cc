#include "query/sql_functions.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace bedplate {
namespace {

using enum TextGrowth;

// What is missing here is missing on purpose (docs/decisions/0005): what reaches files, settings or
// the catalog; what takes a size and makes a value that large (repeat, lpad, format, range as a
// scalar, list_resize, bar); what takes a function's name as text (list_aggregate, query); what
// collects a whole column into one value (list, string_agg, histogram).
constexpr std::array kGroups = std::to_array<FunctionGroup>({
    {.title = "Arithmetic operators", .names = "+ - * / // % ^ ** @ & | ~ << >>"},
    {.title = "Arithmetic",
     .names = "abs add bit_count cbrt ceil ceiling degrees divide even exp factorial fdiv floor "
              "gamma gcd greatest_common_divisor isfinite isinf isnan lcm "
              "least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power "
              "radians random round sign signbit sqrt subtract trunc xor"},
    {.title = "Trigonometry",
     .names = "acos acosh asin asinh atan atan2 atanh cos cosh cot sin sinh tan tanh"},
    {.title = "Choice", .growth = kWidest, .names = "coalesce greatest if ifnull least"},
    {.title = "Choice (a macro)", .growth = kWidest, .copies = 2, .names = "nullif"},
    {.title = "Time",
     .names =
         "age century current_date current_timestamp date_add date_diff date_part date_sub "
         "date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek "
         "dayofyear decade epoch epoch_ms epoch_ns epoch_us era get_current_timestamp hour isodow "
         "isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms "
         "make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month "
         "monthname nanosecond now quarter second strptime time_bucket timezone timezone_hour "
         "timezone_minute to_centuries to_days to_decades to_hours to_microseconds "
         "to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks "
         "to_years today transaction_timestamp try_strptime week weekday weekofyear year yearweek"},
    {.title = "Time as text", .growth = kWidest, .factor = 32, .names = "strftime"},
    {.title = "About a text",
     .names =
         "ascii bit_length ends_with hash length md5 octet_length ord prefix starts_with strlen "
         "suffix unicode ^@"},
    {.title = "Text in a text",
     .pattern = PatternRule::kNeedle,
     .names = "contains instr position strpos"},
    {.title = "Text",
     .growth = kWidest,
     .factor = 3,
     .names = "array_slice chr lcase left list_slice lower ltrim reverse right rtrim "
              "strip_accents substr substring trim ucase upper"},
    {.title = "Part of a text (a macro)",
     .growth = kWidest,
     .pattern = PatternRule::kNeedle,
     .copies = 2,
     .names = "split_part"},
    {.title = "Text put together", .growth = kSum, .names = "|| concat"},
    {.title = "Text joined", .growth = kJoin, .names = "concat_ws"},
    {.title = "Text replaced",
     .growth = kReplace,
     .pattern = PatternRule::kNeedle,
     .names = "replace"},
    {.title = "Text taken apart",
     .growth = kWidest,
     .factor = 17,
     .pattern = PatternRule::kNeedle,
     .names = "split str_split string_split string_to_array"},
    {.title = "LIKE",
     .pattern = PatternRule::kLike,
     .max_arguments = 2,
     .names = "~~ !~~ ~~* !~~*"},
    {.title = "GLOB", .pattern = PatternRule::kGlob, .max_arguments = 2, .names = "~~~"},
    {.title = "Regular expressions that test",
     .pattern = PatternRule::kRegex,
     .names = "regexp_full_match regexp_matches"},
    {.title = "Regular expressions that extract",
     .growth = kWidest,
     .pattern = PatternRule::kRegex,
     .names = "regexp_extract"},
    {.title = "Regular expressions that replace",
     .growth = kReplace,
     .pattern = PatternRule::kRegex,
     .names = "regexp_replace"},
    {.title = "Lists and structs",
     .growth = kSum,
     .names = "array_extract list_element list_extract list_value row struct_extract struct_pack "
              "unnest"},
    {.title = "About a list",
     .names = "array_contains array_length array_position cardinality len list_contains list_has "
              "list_indexof list_position"},
    {.title = "Aggregates",
     .names = "approx_count_distinct approx_quantile avg bit_and bit_or bit_xor bool_and bool_or "
              "corr count count_if count_star countif covar_pop covar_samp entropy favg fsum "
              "geomean geometric_mean kahan_sum kurtosis kurtosis_pop mad mean median product "
              "quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count "
              "regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev "
              "stddev_pop stddev_samp sum sumkahan var_pop var_samp variance"},
    {.title = "Aggregates that pick a value",
     .growth = kWidest,
     .names = "any_value arbitrary first last mode"},
    {.title = "Least and greatest", .growth = kWidest, .max_arguments = 1, .names = "max min"},
    {.title = "Value at the least or greatest",
     .growth = kWidest,
     .max_arguments = 2,
     .names = "arg_max arg_min argmax argmin max_by min_by"},
    {.title = "Windows", .names = "cume_dist dense_rank ntile percent_rank rank row_number"},
    {.title = "Windows that pick a value",
     .growth = kWidest,
     .names = "first_value lag last_value lead nth_value"},
    {.title = "In FROM",
     .table = true,
     .names = "generate_series range replaced samples time_in_state unnest"},
});

using Index = std::unordered_map<std::string_view, const FunctionGroup*>;

Index MakeIndex(bool table) {
  Index index;
  for (const FunctionGroup& group : kGroups) {
    if (group.table != table) continue;
    for (std::string_view rest = group.names; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      index.emplace(rest.substr(0, end), &group);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return index;
}

const Index& IndexOf(bool table) {
  static const Index kScalars = MakeIndex(false);
  static const Index kTables = MakeIndex(true);
  return table ? kTables : kScalars;
}

}  // namespace

std::span<const FunctionGroup> AllowedFunctionGroups() noexcept { return kGroups; }

const FunctionGroup* FindAllowedFunction(std::string_view name, bool table) {
  const Index& index = IndexOf(table);
  const auto found = index.find(LowerAscii(name));
  return found == index.end() ? nullptr : found->second;
}

std::vector<std::string> AllowedFunctionNames() {
  std::vector<std::string> names;
  for (const bool table : {false, true}) {
    for (const auto& [name, group] : IndexOf(table)) {
      if (name.front() >= 'a' && name.front() <= 'z') names.emplace_back(name);
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace bedplate

#include "connectors/files/import_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "base/utf8.h"
#include "connectors/files/byte_source.h"
#include "connectors/files/csv_reader.h"
#include "model/path.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownColumns = 30;

std::size_t CountFields(std::string_view row_text, const CsvOptions& options) {
  const auto source = MakeTextSource(row_text);
  CsvReader reader(*source, options);
  CsvRow row;
  const auto has_row = reader.Next(row);
  return has_row.ok() && *has_row ? row.fields.size() : 0;
}

/// Looks columns up by name and remembers what was wrong.
class Planner {
 public:
  Planner(const ImportMap& map, const CsvRow& first_row) : map_(map), text_(first_row.text) {
    for (std::size_t i = 0; i < first_row.fields.size(); ++i) {
      names_.push_back(map.csv.header ? HeaderName(first_row.fields[i]) : std::to_string(i + 1));
    }
  }

  Result<ImportPlan> Run() {
    ImportPlan plan;
    plan.fields = names_.size();
    plan.time = Find(map_.time_column);
    if (map_.wide) PlanWide(*map_.wide, plan);
    if (map_.long_layout) plan.long_layout = PlanLong(*map_.long_layout);
    if (problems_.empty()) return plan;
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}; the columns are: {}{}", fmt::join(problems_, "; "), ShowNames(),
                             DelimiterHint()));
  }

 private:
  std::string HeaderName(std::string_view field) const {
    const std::string_view name = Trim(field);
    return DecodeText(name, map_.csv.encoding).value_or(ToValidUtf8(name, name.size() * 3));
  }

  std::size_t Find(const ColumnName& column) {
    const auto count = std::count(names_.begin(), names_.end(), column.name);
    if (count != 1) {
      problems_.push_back(fmt::format("{} column '{}' ({}:{})", count == 0 ? "no" : "more than one",
                                      column.name, map_.file, column.line));
    }
    const auto found = std::find(names_.begin(), names_.end(), column.name);
    return static_cast<std::size_t>(found - names_.begin());
  }

  void PlanWide(const WideLayout& wide, ImportPlan& plan) {
    std::set<std::size_t> taken{plan.time};
    for (const WideColumn& column : wide.columns) {
      const std::size_t index = Find(column.column);
      taken.insert(index);
      plan.wide.push_back({.index = index,
                           .column = column.column.name,
                           .tag = column.tag,
                           .unit = column.unit,
                           .type = column.type});
    }
    for (const ColumnName& column : wide.skip) taken.insert(Find(column));
    if (!wide.tag_prefix.empty()) PlanRest(wide, taken, plan);
  }

  void PlanRest(const WideLayout& wide, const std::set<std::size_t>& taken, ImportPlan& plan) {
    std::set<std::string, std::less<>> tags;
    for (const PlannedTag& tag : plan.wide) tags.insert(tag.tag);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (taken.contains(i)) continue;
      const std::string tag = wide.tag_prefix + "/" + names_[i];
      if (const Status valid = CheckPath(tag); !valid.ok()) {
        problems_.push_back(
            fmt::format("column {} '{}' cannot be a tag ({}); give it one in "
                        "wide.columns or list it in wide.skip",
                        i + 1, names_[i], valid.error().message()));
      } else if (!tags.insert(tag).second) {
        problems_.push_back(fmt::format("two columns for the tag '{}'", tag));
      }
      plan.wide.push_back(
          {.index = i, .column = names_[i], .tag = tag, .unit = {}, .type = wide.type});
    }
  }

  PlannedLong PlanLong(const LongLayout& layout) {
    PlannedLong plan;
    plan.tag = Find(layout.tag);
    plan.value = Find(layout.value);
    if (layout.quality) plan.quality = Find(layout.quality->column);
    if (layout.unit) plan.unit = Find(*layout.unit);
    return plan;
  }

  std::string ShowNames() const {
    const std::span<const std::string> shown =
        std::span(names_).first(std::min(names_.size(), kShownColumns));
    return fmt::format("{}{}", fmt::join(shown, ", "), shown.size() < names_.size() ? ", …" : "");
  }

  /// Where the row is one column: the delimiter that makes the most columns of it.
  std::string DelimiterHint() const {
    if (names_.size() != 1) return "";
    char best = 0;
    std::size_t most = 1;
    for (const char delimiter : {',', ';', '\t', '|'}) {
      const std::size_t count = CountFields(text_, {.delimiter = delimiter});
      if (count <= most) continue;
      most = count;
      best = delimiter;
    }
    if (best == 0) return "";
    return fmt::format("; it would be {} columns with csv: {{delimiter: {}}} in the map", most,
                       best == '\t' ? "tab" : fmt::format("\"{}\"", best));
  }

  const ImportMap& map_;
  const std::string_view text_;
  std::vector<std::string> names_;
  std::vector<std::string> problems_;
};

}  // namespace

std::optional<std::string> DecodeText(std::string_view text, TextEncoding encoding) {
  if (encoding == TextEncoding::kLatin1) return Latin1ToUtf8(text);
  if (encoding == TextEncoding::kWindows1252) return Windows1252ToUtf8(text);
  if (!IsValidUtf8(text)) return std::nullopt;
  return std::string(text);
}

Result<ImportPlan> PlanImport(const ImportMap& map, const CsvRow& first_row) {
  return Planner(map, first_row).Run();
}

}  // namespace bedplate

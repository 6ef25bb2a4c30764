#include "connectors/files/import_map.h"

#include <fmt/format.h>

#include <utility>

#include "model/path.h"

namespace bedplate {
namespace {

constexpr std::string_view kFormat = "bedplate/import/1";
constexpr std::int64_t kMaxSkipRows = 1'000'000;

/// Reads one map of the file after the other; what is wrong goes to the faults.
class ImportMapParser {
 public:
  ImportMapParser(const YamlValue& root, const UnitSystem& units, YamlFaults& faults)
      : root_(root), units_(units), faults_(faults) {}

  ImportMap Run();

 private:
  void ReadCsv(const YamlValue& node);
  void ReadMarks(YamlMapReader& reader);
  void ReadTime(const YamlValue& node);
  void ReadZone(YamlMapReader& reader);
  void ReadStamp(YamlMapReader& reader);
  WideLayout ReadWide(const YamlValue& node);
  void ReadWideColumns(const YamlValue& node, WideLayout& wide);
  LongLayout ReadLong(const YamlValue& node);
  QualityColumn ReadQuality(const YamlValue& node);

  char OneByte(YamlMapReader& reader, std::string_view field, char fallback);
  ValueType Type(YamlMapReader& reader, std::string_view field);
  ColumnName Column(YamlMapReader& reader, std::string_view field);
  std::set<std::string, std::less<>> Texts(YamlMapReader& reader, std::string_view field);
  std::string Prefix(YamlMapReader& reader, std::string_view field);
  void CheckTag(YamlMapReader& reader, const std::string& tag);

  const YamlValue& root_;
  const UnitSystem& units_;
  YamlFaults& faults_;
  ImportMap map_;
};

ImportMap ImportMapParser::Run() {
  YamlMapReader reader(root_, "", faults_);
  if (root_.kind != YamlKind::kMap) return {};
  const std::string format = reader.RequiredString("format");
  if (!format.empty() && format != kFormat) reader.Fault("format", kFormat);
  if (const YamlValue* csv = reader.ChildMap("csv")) ReadCsv(*csv);
  if (const YamlValue* time = reader.RequiredChild("time", "a map with the time's column")) {
    ReadTime(*time);
  }
  const YamlValue* wide = reader.ChildMap("wide");
  const YamlValue* long_layout = reader.ChildMap("long");
  if ((wide == nullptr) == (long_layout == nullptr)) {
    faults_.Add(root_, wide == nullptr ? "wide" : "long", "one of the maps wide and long",
                wide == nullptr ? "neither" : "both");
  } else if (wide != nullptr) {
    map_.wide = ReadWide(*wide);
  } else {
    map_.long_layout = ReadLong(*long_layout);
  }
  reader.RefuseUnknown();
  return std::move(map_);
}

void ImportMapParser::ReadCsv(const YamlValue& node) {
  YamlMapReader reader(node, "csv", faults_);
  CsvFileOptions& csv = map_.csv;
  ReadMarks(reader);
  csv.header = reader.Bool("header").value_or(true);
  const auto encoding = reader.Choice("encoding", {"utf-8", "latin1", "windows-1252"});
  if (encoding == "latin1") csv.encoding = TextEncoding::kLatin1;
  if (encoding == "windows-1252") csv.encoding = TextEncoding::kWindows1252;
  if (const auto skip = reader.Integer("skip_rows")) {
    if (*skip < 0 || *skip > kMaxSkipRows) {
      reader.Fault("skip_rows", "a number of lines from 0 to 1000000");
    } else {
      csv.skip_rows = static_cast<std::uint64_t>(*skip);
    }
  }
  if (node.Find("null_values") != nullptr) csv.null_values = Texts(reader, "null_values");
  reader.RefuseUnknown();
}

void ImportMapParser::ReadMarks(YamlMapReader& reader) {
  CsvFileOptions& csv = map_.csv;
  csv.csv.delimiter = OneByte(reader, "delimiter", ',');
  csv.numbers.decimal = OneByte(reader, "decimal", '.');
  csv.numbers.thousands = OneByte(reader, "thousands", '\0');
  const std::string_view not_delimiters = "\"\r\n";
  if (not_delimiters.find(csv.csv.delimiter) != std::string_view::npos) {
    reader.Fault("delimiter", "a character other than a quote or a line end");
  }
  for (const std::string_view field : {"decimal", "thousands"}) {
    const char mark = field == "decimal" ? csv.numbers.decimal : csv.numbers.thousands;
    const bool usable = (mark < '0' || mark > '9') && mark != '+' && mark != '-';
    if (!usable) reader.Fault(field, "a character that is neither a digit nor a sign");
  }
  if (csv.numbers.decimal == csv.numbers.thousands) {
    reader.Fault("thousands", "a mark other than that of the decimals");
  }
}

void ImportMapParser::ReadTime(const YamlValue& node) {
  YamlMapReader reader(node, "time", faults_);
  if (node.kind != YamlKind::kMap) return;
  map_.time_column = Column(reader, "column");
  map_.time.format = reader.RequiredString("format");
  ReadZone(reader);
  const auto ambiguous = reader.Choice("ambiguous", {"reject", "earlier", "later", "sequence"});
  if (ambiguous == "earlier") map_.time.ambiguous = AmbiguousTime::kEarlier;
  if (ambiguous == "later") map_.time.ambiguous = AmbiguousTime::kLater;
  if (ambiguous == "sequence") map_.time.ambiguous = AmbiguousTime::kSequence;
  if (reader.Choice("nonexistent", {"reject", "shift"}) == "shift") {
    map_.time.nonexistent = NonexistentTime::kShift;
  }
  if (reader.Choice("midnight", {"start_of_day", "end_of_day"}) == "end_of_day") {
    map_.time.midnight = MidnightMeaning::kEndOfDay;
  }
  ReadStamp(reader);
  reader.RefuseUnknown();
}

void ImportMapParser::ReadStamp(YamlMapReader& reader) {
  constexpr std::string_view kInterval = "the length of the interval that the stamp ends, as 15m";
  const bool at_end = reader.Choice("stamp", {"start", "end"}) == "end";
  const auto interval = reader.String("interval");
  if (!at_end) {
    if (interval) reader.Fault("interval", "`stamp: end` beside it, which alone needs it");
    return;
  }
  if (!interval) {
    reader.Fault("interval", kInterval);
    return;
  }
  const auto length = ParseDuration(*interval);
  if (!length.ok() || length->count() <= 0) {
    reader.Fault("interval", kInterval);
  } else {
    map_.stamped_late = *length;
  }
}

void ImportMapParser::ReadZone(YamlMapReader& reader) {
  map_.time.zone = reader.String("zone").value_or("");
  if (map_.time.format.empty()) return;
  const auto needs_zone = NeedsZone(map_.time.format);
  if (!needs_zone.ok()) {
    reader.Fault("format", fmt::format("epoch_s, epoch_ms, epoch_ns, rfc3339 or fields as "
                                       "%d/%m/%Y %H:%M ({})",
                                       needs_zone.error().message()));
    return;
  }
  if (*needs_zone && !TimeReader::Make(map_.time).ok()) {
    reader.Fault("zone",
                 "a time zone of the IANA database, as Europe/Berlin or UTC, because the "
                 "format has no offset");
  }
  if (!*needs_zone && !map_.time.zone.empty()) {
    reader.Fault("zone", "no zone, because the times of this format say theirs");
  }
}

WideLayout ImportMapParser::ReadWide(const YamlValue& node) {
  YamlMapReader reader(node, "wide", faults_);
  WideLayout wide;
  wide.tag_prefix = Prefix(reader, "tag_prefix");
  wide.type = Type(reader, "type");
  if (const YamlValue* skip = reader.ChildList("skip")) {
    for (const YamlValue& item : skip->items) {
      if (item.kind != YamlKind::kScalar) faults_.Add(item, "wide.skip", "a column");
      wide.skip.push_back({.name = item.scalar, .line = item.line});
    }
  }
  if (const YamlValue* columns = reader.ChildMap("columns")) ReadWideColumns(*columns, wide);
  if (wide.columns.empty() && wide.tag_prefix.empty()) {
    faults_.Add(node, "wide", "columns or a tag_prefix", "neither");
  } else if (wide.tag_prefix.empty() && !wide.skip.empty()) {
    reader.Fault("skip", "a tag_prefix too: without it only the listed columns are read");
  }
  reader.RefuseUnknown();
  return wide;
}

void ImportMapParser::ReadWideColumns(const YamlValue& node, WideLayout& wide) {
  std::set<std::string, std::less<>> tags;
  for (const auto& [name, entry] : node.fields) {
    YamlMapReader reader(entry, fmt::format("wide.columns.{}", name), faults_);
    if (entry.kind != YamlKind::kMap) continue;
    WideColumn column;
    column.column = {.name = name, .line = entry.line};
    column.tag = reader.RequiredString("tag");
    CheckTag(reader, column.tag);
    column.type = Type(reader, "type");
    column.unit = reader.String("unit").value_or("");
    if (!column.unit.empty()) {
      const YamlValue& unit = *reader.Child("unit");
      column.unit_line = unit.line;
      column.unit_column = unit.column;
      const Status known = units_.Check(column.unit);
      if (!known.ok()) {
        faults_.Add(*reader.Child("unit"), reader.KeyOf("unit"), "a unit", known.error().message());
      }
    }
    reader.RefuseUnknown();
    if (!tags.insert(column.tag).second) reader.Fault("tag", "a tag that no other column has");
    wide.columns.push_back(std::move(column));
  }
}

LongLayout ImportMapParser::ReadLong(const YamlValue& node) {
  YamlMapReader reader(node, "long", faults_);
  LongLayout layout;
  if (const YamlValue* tag = reader.RequiredChild("tag", "a map with the column of the tag")) {
    YamlMapReader tag_reader(*tag, "long.tag", faults_);
    layout.tag = Column(tag_reader, "column");
    layout.tag_prefix = tag_reader.String("prefix").value_or("");
    tag_reader.RefuseUnknown();
  }
  if (const YamlValue* value =
          reader.RequiredChild("value", "a map with the column of the value")) {
    YamlMapReader value_reader(*value, "long.value", faults_);
    layout.value = Column(value_reader, "column");
    layout.type = Type(value_reader, "type");
    value_reader.RefuseUnknown();
  }
  if (const YamlValue* quality = reader.ChildMap("quality")) layout.quality = ReadQuality(*quality);
  if (const YamlValue* unit = reader.ChildMap("unit")) {
    YamlMapReader unit_reader(*unit, "long.unit", faults_);
    layout.unit = Column(unit_reader, "column");
    unit_reader.RefuseUnknown();
  }
  reader.RefuseUnknown();
  return layout;
}

QualityColumn ImportMapParser::ReadQuality(const YamlValue& node) {
  YamlMapReader reader(node, "long.quality", faults_);
  QualityColumn quality;
  quality.column = Column(reader, "column");
  if (node.Find("good") == nullptr) reader.Fault("good", "a list of the texts that mean good");
  quality.good = Texts(reader, "good");
  quality.uncertain = Texts(reader, "uncertain");
  reader.RefuseUnknown();
  return quality;
}

char ImportMapParser::OneByte(YamlMapReader& reader, std::string_view field, char fallback) {
  const auto text = reader.String(field);
  if (!text) return fallback;
  if (*text == "tab" || *text == "\\t") return '\t';
  if (text->size() == 1) return text->front();
  reader.Fault(field, "one character in quotes, as \";\", or tab");
  return fallback;
}

ValueType ImportMapParser::Type(YamlMapReader& reader, std::string_view field) {
  const auto name = reader.Choice(field, {"double", "int64", "bool", "string"});
  return name ? ParseValueType(*name).value_or(ValueType::kDouble) : ValueType::kDouble;
}

ColumnName ImportMapParser::Column(YamlMapReader& reader, std::string_view field) {
  const YamlValue* node = reader.node().Find(field);
  return {.name = reader.RequiredString(field), .line = node == nullptr ? 0 : node->line};
}

std::set<std::string, std::less<>> ImportMapParser::Texts(YamlMapReader& reader,
                                                          std::string_view field) {
  std::set<std::string, std::less<>> texts;
  const YamlValue* list = reader.ChildList(field);
  if (list == nullptr) return texts;
  for (const YamlValue& item : list->items) {
    // An item without text, as in `[-, NA]`, is the empty text.
    if (item.kind == YamlKind::kList || item.kind == YamlKind::kMap) {
      faults_.Add(item, reader.KeyOf(field), "a list of texts");
    }
    texts.insert(std::string(Trim(item.scalar)));
  }
  return texts;
}

std::string ImportMapParser::Prefix(YamlMapReader& reader, std::string_view field) {
  std::string prefix = reader.String(field).value_or("");
  if (!prefix.empty() && !CheckPath(prefix).ok()) {
    reader.Fault(field,
                 "a path, as acme/leeds/press (" + CheckPath(prefix).error().message() + ")");
  }
  return prefix;
}

void ImportMapParser::CheckTag(YamlMapReader& reader, const std::string& tag) {
  if (tag.empty()) return;
  if (const Status valid = CheckPath(tag); !valid.ok()) {
    reader.Fault("tag", "a path, as acme/leeds/press/power (" + valid.error().message() + ")");
  }
}

}  // namespace

ImportMapYaml ParseImportMap(std::string_view file_name, std::string_view text,
                             const UnitSystem& units) {
  YamlFaults faults{std::string(file_name)};
  const YamlValue root = ParseYaml(text, faults);
  ImportMapYaml out;
  if (faults.empty() || root.kind == YamlKind::kMap)
    out.map = ImportMapParser(root, units, faults).Run();
  out.map.file = file_name;
  out.faults = std::move(faults).Take();
  return out;
}

}  // namespace bedplate

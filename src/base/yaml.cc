#include "base/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <iterator>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "base/ascii.h"
#include "base/spelling.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kShownLimitBytes = 80;
constexpr std::size_t kShortKeyBytes = 1000;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Ends the parse early; caught in ParseYaml and nowhere else.
struct StopParsing : std::exception {};

/// Builds the tree from yaml-cpp's events, which carry marks and let us refuse aliases before they
/// multiply.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlFaults& faults) : faults_(faults) {
    root_.line = 1;  // of an empty document
    root_.column = 1;
  }

  [[nodiscard]] YamlValue Take() { return std::move(root_); }
  /// Where the last quoted text begins, if there was one.
  [[nodiscard]] std::optional<std::size_t> last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) Refuse(mark, "one document", "a second document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Place(Make(YamlKind::kNull, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "plain YAML", "an alias (*name)");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    YamlValue value = Make(YamlKind::kScalar, mark);
    value.quoted = tag == "!";
    if (value.quoted) last_quoted_ = static_cast<std::size_t>(mark.pos);
    value.scalar = text;
    if (!value.quoted && (text == "~" || text == "null")) value.kind = YamlKind::kNull;
    Place(std::move(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(YamlKind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(YamlKind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    YamlValue value;
    std::optional<YamlValue> key;  // read, its value still to come
    std::unordered_set<std::string> keys;
    bool repeated = false;  // the key stood before, so its value is left out
  };

  static YamlValue Make(YamlKind kind, const YAML::Mark& mark) {
    YamlValue value;
    value.kind = kind;
    value.line = mark.line + 1;
    value.column = mark.column + 1;
    return value;
  }

  [[noreturn]] void Refuse(const YAML::Mark& mark, std::string_view expected,
                           std::string_view got) {
    faults_.AddAt(mark.line + 1, mark.column + 1, "", expected, got);
    throw StopParsing();
  }
  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Refuse(mark, "plain YAML", "an anchor (&name)");
  }
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, "plain YAML", "a tag " + tag);
  }

  void Open(YamlKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (open_.size() >= kYamlLimitDepth) {
      Refuse(mark, fmt::format("at most {} levels", kYamlLimitDepth), "a deeper level");
    }
    open_.push_back({Make(kind, mark), std::nullopt, {}, false});
  }
  void Close() {
    YamlValue value = std::move(open_.back().value);
    open_.pop_back();
    Place(std::move(value));
  }

  void Place(YamlValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = open_.back();
    if (level.value.kind == YamlKind::kList) {
      level.value.items.push_back(std::move(value));
    } else if (!level.key) {
      PlaceKey(level, std::move(value));
    } else {
      value.key_line = level.key->line;
      value.key_column = level.key->column;
      if (value.kind == YamlKind::kNull) {
        // The parser notices that nothing follows only where the next thing starts.
        value.line = value.key_line;
        value.column = value.key_column;
      }
      if (!std::exchange(level.repeated, false)) {
        level.value.fields.emplace_back(std::move(level.key->scalar), std::move(value));
      }
      level.key.reset();
    }
  }
  void PlaceKey(Level& level, YamlValue key) {
    if (key.kind != YamlKind::kScalar) {
      faults_.Add(key, "", "a name as key");
      throw StopParsing();
    }
    if (!level.keys.insert(key.scalar).second) {
      faults_.Add(key, "", "each key once", key.Describe() + " again");
      level.repeated = true;
    }
    level.key = std::move(key);
  }

  YamlFaults& faults_;
  YamlValue root_;
  std::vector<Level> open_;
  int documents_ = 0;
  std::optional<std::size_t> last_quoted_;
};

/// Whether the quoted text at `begin` has its closing quote. yaml-cpp takes the end of the file for
/// one, and so half a file for a whole.
bool IsClosed(std::string_view text, std::size_t begin) {
  const char quote = begin < text.size() ? text[begin] : '\0';
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

/// Where a tab stands in the indentation of a line, both counted from 0.
std::optional<std::size_t> FindIndentingTab(std::string_view text, int line) {
  for (int i = 0; i < line; ++i) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const std::size_t end = text.find_first_not_of(" \t");
  const std::size_t tab = text.find('\t');
  return tab < end && tab != text.npos ? std::optional(tab) : std::nullopt;
}

/// What usually causes the fault that yaml-cpp names; its own words where we know none.
std::string_view PlainWords(std::string_view message) {
  static const std::pair<std::string_view, std::string_view> kWords[] = {
      {YAML::ErrorMsg::MAP_VALUE,
       "a colon where no key can be (text that holds ': ' needs quotes; keys of one map need the "
       "same indentation)"},
      {YAML::ErrorMsg::MAP_KEY,
       "a '?' where no key can be (text that begins with it needs quotes)"},
      {YAML::ErrorMsg::BLOCK_ENTRY,
       "a list item ('- ') where no list can be (items of one list need the same indentation)"},
      {YAML::ErrorMsg::END_OF_MAP,
       "a line that is neither a key of the map above nor outside of it (a colon is missing, or "
       "its indentation is another than that of the keys above)"},
      {YAML::ErrorMsg::END_OF_SEQ,
       "a line that is neither an item of the list above nor outside of it (its indentation is "
       "another than that of the items above)"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW,
       "a '{' that is not closed (or a comma is missing; names with braces need quotes in here)"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' that is not closed (or a comma is missing)"},
      {YAML::ErrorMsg::FLOW_END,
       "a '}' or ']' that nothing opened (text that holds one needs quotes)"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN,
       "a character that text cannot begin with, as '%', '@' or '`' (put the text into quotes)"},
  };
  for (const auto& [theirs, ours] : kWords) {
    if (theirs == message) return ours;
  }
  return message;
}

/// What yaml-cpp says of a tab is that it is illegal, or that what follows it is.
void AddSyntaxFault(const YAML::Exception& e, std::string_view text, YamlFaults& faults) {
  const bool by_tab =
      e.msg == YAML::ErrorMsg::TAB_IN_INDENTATION || e.msg == YAML::ErrorMsg::MAP_VALUE;
  const auto tab = by_tab ? FindIndentingTab(text, e.mark.line) : std::nullopt;
  if (tab) {
    faults.AddAt(e.mark.line + 1, static_cast<int>(*tab) + 1, "",
                 "a line that is indented with spaces only", "a tab");
  } else {
    faults.AddAt(e.mark.line + 1, e.mark.column + 1, "", "valid YAML", PlainWords(e.msg));
  }
}

std::string JoinKey(std::string_view parent, std::string_view field) {
  return parent.empty() ? std::string(field) : fmt::format("{}.{}", parent, field);
}

template <typename Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Words that YAML 1.1 readers take for a bool or for nothing.
constexpr std::string_view kReservedWords[] = {"null", "true", "false", "yes", "no",
                                               "on",   "off",  "y",     "n"};

bool IsPlainWord(std::string_view text) {
  constexpr std::string_view kInside = "_./-()^+";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_letter(text.front()) || text.back() == ' ') return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool single_space = text[i] == ' ' && text[i - 1] != ' ';
    if (!is_letter(text[i]) && !IsDigit(text[i]) && !single_space &&
        kInside.find(text[i]) == kInside.npos) {
      return false;
    }
  }
  return std::find(std::begin(kReservedWords), std::end(kReservedWords), LowerAscii(text)) ==
         std::end(kReservedWords);
}

}  // namespace

std::string YamlFault::ToString() const {
  const std::string place = fmt::format("{}:{}:{}: ", file, line, column);
  const std::string where = key.empty() ? "" : key + ": ";
  return place + where + fmt::format("expected {}, got {}", expected, got);
}

YamlValue::YamlValue() = default;

const YamlValue* YamlValue::Find(std::string_view key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string YamlValue::Describe() const {
  switch (kind) {
    case YamlKind::kNull: return "nothing";
    case YamlKind::kList: return "a list";
    case YamlKind::kMap: return "a map";
    case YamlKind::kScalar: break;
  }
  if (scalar.size() <= kShownLimitBytes) return fmt::format("'{}'", scalar);
  return fmt::format("'{}…'", ToValidUtf8(scalar, kShownLimitBytes));
}

void YamlFaults::Add(const YamlValue& at, std::string_view key, std::string_view expected) {
  Add(at, key, expected, at.Describe());
}

void YamlFaults::Add(const YamlValue& at, std::string_view key, std::string_view expected,
                     std::string_view got) {
  AddAt(at.line, at.column, key, expected, got);
}

void YamlFaults::AddAtKey(const YamlValue& at, std::string_view key, std::string_view expected,
                          std::string_view got) {
  const bool has_key = at.key_line != 0;
  AddAt(has_key ? at.key_line : at.line, has_key ? at.key_column : at.column, key, expected, got);
}

void YamlFaults::AddAt(int line, int column, std::string_view key, std::string_view expected,
                       std::string_view got) {
  if (full()) return;
  YamlFault fault{file_, line, column, std::string(key), std::string(expected), std::string(got)};
  if (std::find(faults_.begin(), faults_.end(), fault) != faults_.end()) return;
  faults_.push_back(std::move(fault));
}

YamlValue ParseYaml(std::string_view text, YamlFaults& faults) {
  if (text.size() > kYamlLimitBytes) {
    faults.AddAt(1, 1, "", fmt::format("at most {} bytes", kYamlLimitBytes),
                 fmt::format("{} bytes", text.size()));
    return {};
  }
  // yaml-cpp would take zero bytes for a sign of UTF-16.
  if (!IsValidUtf8(text) || text.find('\0') != std::string_view::npos) {
    faults.AddAt(1, 1, "", "UTF-8 text", "bytes that are not UTF-8 text");
    return {};
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  TreeBuilder builder(faults);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const StopParsing&) {
    return {};
  } catch (const YAML::Exception& e) {
    AddSyntaxFault(e, text, faults);
    return {};
  }
  YamlValue root = builder.Take();
  if (builder.last_quoted() && !IsClosed(text, *builder.last_quoted())) {
    faults.Add(root, "", "a closing quote", "the end of the file");
  }
  return root;
}

YamlMapReader::YamlMapReader(const YamlValue& node, std::string key, YamlFaults& faults)
    : node_(node), key_(std::move(key)), faults_(faults) {
  if (node.kind != YamlKind::kMap) faults.Add(node, key_, "a map");
}

std::string YamlMapReader::KeyOf(std::string_view field) const { return JoinKey(key_, field); }

const YamlValue* YamlMapReader::Child(std::string_view field) {
  known_.emplace(field);
  const YamlValue* child = node_.Find(field);
  return child != nullptr && child->kind == YamlKind::kNull ? nullptr : child;
}

const YamlValue* YamlMapReader::Scalar(std::string_view field, std::string_view expected) {
  const YamlValue* child = Child(field);
  if (child == nullptr || child->kind == YamlKind::kScalar) return child;
  faults_.Add(*child, KeyOf(field), expected);
  return nullptr;
}

std::optional<std::string> YamlMapReader::String(std::string_view field) {
  const YamlValue* child = Scalar(field, "text");
  return child == nullptr ? std::nullopt : std::optional(child->scalar);
}

std::string YamlMapReader::RequiredString(std::string_view field) {
  const YamlValue* child = RequiredChild(field, "text");
  if (child == nullptr) return {};
  if (child->kind == YamlKind::kScalar && !child->scalar.empty()) return child->scalar;
  faults_.Add(*child, KeyOf(field), "text");
  return {};
}

std::optional<double> YamlMapReader::Number(std::string_view field) {
  const YamlValue* child = Scalar(field, "a number");
  if (child == nullptr) return std::nullopt;
  const auto number = ReadNumber<double>(child->scalar);
  if (number && std::isfinite(*number)) return number;
  faults_.Add(*child, KeyOf(field), "a number");
  return std::nullopt;
}

std::optional<std::int64_t> YamlMapReader::Integer(std::string_view field) {
  const YamlValue* child = Scalar(field, "a whole number");
  if (child == nullptr) return std::nullopt;
  if (const auto number = ReadNumber<std::int64_t>(child->scalar)) return number;
  faults_.Add(*child, KeyOf(field), "a whole number");
  return std::nullopt;
}

std::optional<bool> YamlMapReader::Bool(std::string_view field) {
  const auto text = Choice(field, {"true", "false"});
  return text ? std::optional(*text == "true") : std::nullopt;
}

std::optional<std::string> YamlMapReader::Choice(std::string_view field,
                                                 std::initializer_list<std::string_view> choices) {
  const std::string expected = fmt::format("one of {}", fmt::join(choices, ", "));
  const YamlValue* child = Scalar(field, expected);
  if (child == nullptr) return std::nullopt;
  if (std::find(choices.begin(), choices.end(), child->scalar) != choices.end()) {
    return child->scalar;
  }
  faults_.Add(*child, KeyOf(field), expected);
  return std::nullopt;
}

const YamlValue* YamlMapReader::ChildMap(std::string_view field) {
  const YamlValue* child = Child(field);
  if (child == nullptr || child->kind == YamlKind::kMap) return child;
  faults_.Add(*child, KeyOf(field), "a map");
  return nullptr;
}

const YamlValue* YamlMapReader::ChildList(std::string_view field) {
  const YamlValue* child = Child(field);
  if (child == nullptr || child->kind == YamlKind::kList) return child;
  faults_.Add(*child, KeyOf(field), "a list");
  return nullptr;
}

const YamlValue* YamlMapReader::RequiredChild(std::string_view field, std::string_view expected) {
  const YamlValue* child = Child(field);
  if (child == nullptr && node_.kind == YamlKind::kMap) {
    faults_.Add(node_, KeyOf(field), expected, "nothing");
  }
  return child;
}

void YamlMapReader::Fault(std::string_view field, std::string_view expected) {
  const YamlValue* child = node_.Find(field);
  faults_.Add(child == nullptr ? node_ : *child, KeyOf(field), expected,
              child == nullptr ? "nothing" : child->Describe());
}

void YamlMapReader::RefuseUnknown() {
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const auto& [name, value] : node_.fields) {
    if (known_.contains(name)) continue;
    const auto nearest = NearestSpelling(name, known);
    faults_.AddAtKey(value, key_, fmt::format("one of the keys {}", fmt::join(known, ", ")),
                     fmt::format("'{}'{}", ToValidUtf8(name, kShownLimitBytes),
                                 nearest ? fmt::format(" (did you mean '{}'?)", *nearest) : ""));
  }
}

std::string QuoteYaml(std::string_view text) {
  if (IsPlainWord(text)) return std::string(text);
  YAML::Emitter emitter;
  emitter << YAML::DoubleQuoted << std::string(text);
  return emitter.c_str();
}

std::string YamlKeyLine(std::size_t indentation, std::string_view key) {
  const std::string margin(indentation, ' ');
  const std::string quoted = QuoteYaml(key);
  if (quoted.size() <= kShortKeyBytes) return fmt::format("{}{}:", margin, quoted);
  return fmt::format("{}? {}\n{}:", margin, quoted, margin);
}

}  // namespace bedplate

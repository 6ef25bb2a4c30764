#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedplate {

/// One fault in a YAML file, in a form that a person can act on and a screen can mark.
struct YamlFault {
  std::string file;
  int line = 0;          // from 1
  int column = 0;        // from 1
  std::string key;       // dotted: assets.acme.leeds.tags.temperature.unit
  std::string expected;  // what would have been right
  std::string got;       // what stands there

  /// `plant.yaml:12:9: tags.temperature.unit: expected a UDUNITS unit, got 'fortnigths'`.
  [[nodiscard]] std::string ToString() const;
  bool operator==(const YamlFault&) const = default;
};

enum class YamlKind : std::uint8_t { kNull, kScalar, kList, kMap };

/// A YAML document as a plain tree. Anchors and aliases are refused when parsing, so the tree is
/// never larger than its text.
struct YamlValue {
  YamlValue();  // out of line, because clang wants the type complete for it

  YamlKind kind = YamlKind::kNull;
  bool quoted = false;  // a quoted scalar is a string, whatever it looks like
  int line = 0;
  int column = 0;
  int key_line = 0;  // where the key of this value stands; 0 when it has none
  int key_column = 0;
  std::string scalar;
  std::vector<YamlValue> items;                           // of a list
  std::vector<std::pair<std::string, YamlValue>> fields;  // of a map, in order, keys unique

  [[nodiscard]] const YamlValue* Find(std::string_view key) const;
  /// How a fault names this value: "'text'", "a list", "a map" or "nothing".
  [[nodiscard]] std::string Describe() const;
};

inline constexpr std::size_t kYamlLimitBytes = 8ULL << 20U;
inline constexpr std::size_t kYamlLimitDepth = 32;
inline constexpr std::size_t kYamlLimitFaults = 100;

/// The faults of one file, each once, at most kYamlLimitFaults of them.
class YamlFaults {
 public:
  explicit YamlFaults(std::string file) : file_(std::move(file)) {}

  void Add(const YamlValue& at, std::string_view key, std::string_view expected);
  void Add(const YamlValue& at, std::string_view key, std::string_view expected,
           std::string_view got);
  /// Marks the key of `at` (or `at` itself when it has none).
  void AddAtKey(const YamlValue& at, std::string_view key, std::string_view expected,
                std::string_view got);
  void AddAt(int line, int column, std::string_view key, std::string_view expected,
             std::string_view got);
  [[nodiscard]] bool empty() const noexcept { return faults_.empty(); }
  /// Whether no more are kept, so that looking for them closer is in vain.
  [[nodiscard]] bool full() const noexcept { return faults_.size() >= kYamlLimitFaults; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] const std::vector<YamlFault>& list() const noexcept { return faults_; }
  [[nodiscard]] std::vector<YamlFault> Take() && { return std::move(faults_); }

 private:
  std::string file_;
  std::vector<YamlFault> faults_;
};

/// Parses one document. Syntax errors, anchors, aliases, custom tags, duplicate keys, invalid
/// UTF-8, depth beyond kYamlLimitDepth and text beyond kYamlLimitBytes are faults. The value is
/// then null, but for keys that come again, which are left out, and a quote that is not closed.
/// Never throws.
YamlValue ParseYaml(std::string_view text, YamlFaults& faults);

/// Reads the fields of one map and remembers which were asked for, so that what is left over can
/// be refused by name. A wrong kind or text is a fault and reads as absent.
class YamlMapReader {
 public:
  /// `key` is the dotted place of `node`; empty at the root. A node that is no map is a fault.
  YamlMapReader(const YamlValue& node, std::string key, YamlFaults& faults);

  [[nodiscard]] std::optional<std::string> String(std::string_view field);
  [[nodiscard]] std::string RequiredString(std::string_view field);
  [[nodiscard]] std::optional<double> Number(std::string_view field);  // finite
  [[nodiscard]] std::optional<std::int64_t> Integer(std::string_view field);
  [[nodiscard]] std::optional<bool> Bool(std::string_view field);  // true or false
  /// One of `choices`; anything else is a fault that lists them.
  [[nodiscard]] std::optional<std::string> Choice(std::string_view field,
                                                  std::initializer_list<std::string_view> choices);
  /// The field as it is, or null when absent.
  [[nodiscard]] const YamlValue* Child(std::string_view field);
  [[nodiscard]] const YamlValue* ChildMap(std::string_view field);
  [[nodiscard]] const YamlValue* ChildList(std::string_view field);
  [[nodiscard]] const YamlValue* RequiredChild(std::string_view field, std::string_view expected);

  void Fault(std::string_view field, std::string_view expected);
  /// Every field that was not asked for becomes a fault that lists the known ones and suggests the
  /// nearest.
  void RefuseUnknown();

  [[nodiscard]] std::string KeyOf(std::string_view field) const;
  [[nodiscard]] YamlFaults& faults() const { return faults_; }
  [[nodiscard]] const YamlValue& node() const { return node_; }

 private:
  const YamlValue* Scalar(std::string_view field, std::string_view expected);

  const YamlValue& node_;
  std::string key_;
  YamlFaults& faults_;
  std::set<std::string, std::less<>> known_;
};

/// `text` as a YAML scalar that reads back as the same string, also in flow style and as a key.
/// Words and units stand plain; what another YAML reader could take for something else is quoted.
std::string QuoteYaml(std::string_view text);

/// `key:` after `indentation` spaces, for a value to follow. A long key takes two lines (`? key`),
/// because readers look for the colon in the next 1024 characters only.
std::string YamlKeyLine(std::size_t indentation, std::string_view key);

}  // namespace bedplate

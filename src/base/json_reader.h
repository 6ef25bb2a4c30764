#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate {

enum class JsonKind { kNothing, kNull, kBool, kNumber, kText, kArray, kObject };

/// Reads JSON (RFC 8259, strictly) value by value, as the caller asks for them, so that a body of
/// a million numbers goes straight into columns. Numbers are rounded correctly, which the readers
/// of the usual libraries do not promise. The first fault stops it: what is read afterwards is
/// empty and loops end, so that callers check once, with Finish. Faults name their place:
/// `batches[3].values[17]: expected a number, got "abc"`. A copy is a bookmark. `text` must outlive
/// the reader.
///
///     reader.EnterObject();
///     while (reader.NextField()) {
///       if (reader.field() == "sql") sql = reader.Text();
///       else reader.RefuseField({"sql"});
///     }
///     RETURN_IF_ERROR(reader.Finish());
class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 32;

  static constexpr std::size_t kUsualFields = 64;  // more than any object of the API has

  /// `most_fields`: an object with more is a fault.
  explicit JsonReader(std::string_view text, std::size_t most_fields = kUsualFields)
      : text_(text), most_fields_(most_fields) {}

  void EnterObject();
  /// Goes to the next field's value, or out of the object when there is none. A name that stands
  /// twice is a fault.
  bool NextField();
  /// The name of the field that NextField went to.
  [[nodiscard]] const std::string& field() const;
  void EnterArray();
  /// Goes to the next item, or out of the array when there is none.
  bool NextItem();

  /// What kind of value stands here.
  [[nodiscard]] JsonKind Peek();
  double Number();
  /// A number as it is written, for what a double would round.
  std::string_view NumberText();
  std::int64_t Integer();
  std::uint64_t Unsigned();
  bool Bool();
  std::string Text();
  /// Passes over one value of any kind.
  void Skip();

  /// Makes what stands here a fault. `expected` as in "a number from 1 to 10".
  void Refuse(std::string_view expected);
  /// Makes the plain value that was read last a fault.
  void RefuseLast(std::string_view expected);
  /// Makes the present field a fault that lists the fields there can be.
  void RefuseField(std::initializer_list<std::string_view> known);
  /// A fault of the value that has just been read or entered; `field` is added to its place.
  void Fault(std::string_view field, std::string_view message);

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// kInvalidArgument with the first fault; text after the document is one.
  Status Finish();

 private:
  struct Level {
    bool object = false;
    bool first = true;
    std::uint64_t index = 0;          // of the item, for an array
    std::string field;                // for an object
    std::vector<std::string> fields;  // seen so far
  };

  void SkipSpace();
  bool Take(char c);
  bool TakeWord(std::string_view word);
  void Enter(bool object);
  bool NextInLevel(char end);
  std::string_view NumberToken();
  bool ReadText(std::string& out);
  bool ReadEscape(std::string& out);
  bool ReadUnicode(std::string& out);
  bool ReadHex(std::uint32_t& out);
  void SkipOrEnter();
  [[nodiscard]] std::string Place() const;
  [[nodiscard]] std::string Here() const;

  std::string_view text_;
  std::size_t most_fields_;
  std::size_t at_ = 0;
  std::size_t last_ = 0;  // where the plain value that was read last begins
  std::vector<Level> levels_;
  std::optional<Error> error_;
};

}  // namespace bedplate

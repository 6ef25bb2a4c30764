#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bedplate {

/// Finds where a line of line protocol ends: at the first newline that is not inside a quoted
/// string value. Takes the text in pieces of any size, each byte once.
class LineEndFinder {
 public:
  /// The index in `text` of the newline that ends the line, or npos when it goes on. After a
  /// newline was found the finder stands at the start of the next line.
  std::size_t Find(std::string_view text);
  /// Newlines inside strings of the line that Find found last or is still in.
  [[nodiscard]] std::uint64_t inner_newlines() const { return inner_newlines_; }
  [[nodiscard]] bool InString() const {
    return state_ == State::kString || state_ == State::kEscape;
  }
  void Reset();

 private:
  enum class State : std::uint8_t {
    kStart,       // before the measurement
    kComment,     // to the end of the line
    kKey,         // measurement and tags
    kFieldKey,    //
    kValueStart,  // after the '=' of a field
    kString,      // inside quotes
    kEscape,      // after a backslash inside quotes
    kValue,       // inside a value without quotes, or after a string
    kTime,        // after the fields
  };
  State Next(char c);

  State state_ = State::kStart;
  bool after_backslash_ = false;
  std::uint64_t inner_newlines_ = 0;
};

/// Cuts a body that arrives in chunks into lines and holds no more of it than one line, at most
/// `max_line_bytes`. The lines do not depend on how the body was cut into chunks.
///
/// A string that the end of the body leaves open would swallow every line after it, so from the
/// line where it opened on, what is held is cut again at every newline: one line is lost, not all.
class LineSplitter {
 public:
  struct Line {
    std::string_view text;     // without its newline; valid until the next call
    std::uint64_t number = 0;  // of its first line in the body, from 1
    bool too_long = false;     // `text` is only the beginning, kKeptOfLongLineBytes of it
  };
  static constexpr std::size_t kKeptOfLongLineBytes = 4096;

  explicit LineSplitter(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Hands over the next chunk; the one before must be used up (CHECK). The bytes must stay where
  /// they are until Next has returned false.
  void Feed(std::string_view chunk);
  /// The body ends here; Next then yields what is left.
  void Finish();
  /// False when more input is needed, or after Finish when there is no more.
  bool Next(Line& line);

  /// The rest of the chunk when the next line begins with it, else nothing: for a caller who can
  /// take whole lines without a string by himself. `number` is that of the line.
  [[nodiscard]] std::string_view AtLineStart(std::uint64_t& number) const {
    number = line_number_;
    return held_bytes_ == 0 && !finished_ ? chunk_ : std::string_view();
  }
  /// Takes a line of what AtLineStart gave, `bytes` long with its newline.
  void SkipLine(std::size_t bytes) {
    chunk_.remove_prefix(bytes);
    ++line_number_;
  }

 private:
  bool NextOfChunk(Line& line);
  bool NextOfRest(Line& line);
  void Emit(std::string_view text, std::uint64_t newlines, Line& line);
  void Hold(std::string_view part);

  std::size_t max_line_bytes_;
  LineEndFinder finder_;
  std::string_view chunk_;
  std::string held_;              // the beginning of a line whose end has not come yet
  std::uint64_t held_bytes_ = 0;  // how long it is, also beyond what is held
  bool emitted_held_ = false;     // the last line was a view of held_
  bool finished_ = false;
  std::uint64_t line_number_ = 1;
};

}  // namespace bedplate

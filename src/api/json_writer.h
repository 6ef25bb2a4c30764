#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/sample.h"

namespace bedplate {

/// Appends JSON to a string, with the commas where they belong. A document is never built as a
/// tree: an answer of a million numbers is one string and nothing else.
///
///     json.BeginObject().Key("tag").Text("a/b").Key("values").BeginArray() …
///     .EndArray().EndObject()
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  /// `name` needs no escaping: it is one of ours.
  JsonWriter& Key(std::string_view name);

  /// Malformed UTF-8 becomes U+FFFD.
  JsonWriter& Text(std::string_view text);
  /// The shortest text that reads back the same; null when it is NaN or infinite.
  JsonWriter& Number(double number);
  JsonWriter& Number(const std::optional<double>& number);
  JsonWriter& Integer(std::int64_t number);
  JsonWriter& Unsigned(std::uint64_t number);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  /// Milliseconds since 1970, exactly: with a fraction where the time has one.
  JsonWriter& Milliseconds(Timestamp time);
  JsonWriter& Milliseconds(const std::optional<Timestamp>& time);
  JsonWriter& Milliseconds(const std::optional<std::chrono::nanoseconds>& duration);
  JsonWriter& Value(const bedplate::Value& value);

  /// Whole arrays, which is what big answers are made of.
  JsonWriter& Numbers(std::span<const double> numbers);
  JsonWriter& Unsigneds(std::span<const std::uint64_t> numbers);
  JsonWriter& MillisecondsOf(std::span<const std::int64_t> nanoseconds);

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string& out_;
  bool first_ = true;  // nothing stands in the innermost bracket yet
};

/// Appends a number as JsonWriter::Number does.
void AppendNumber(std::string& out, double number);
/// Appends nanoseconds as milliseconds with at most six decimals.
void AppendMilliseconds(std::string& out, std::int64_t nanoseconds);
void AppendInteger(std::string& out, std::int64_t number);

}  // namespace bedplate

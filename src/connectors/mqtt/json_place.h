#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/result.h"

namespace bedplate::mqtt {

/// A place in a JSON document: a JSON Pointer (RFC 6901), `/a/0/b`. `.` may stand in front, for one
/// that begins at an item, `./value`, and alone it is all of it.
class JsonPlace {
 public:
  /// Errors: kInvalidArgument.
  static Result<JsonPlace> Parse(std::string_view text);

  /// Takes a reader that stands before a value to the place within it. False when there is none.
  [[nodiscard]] bool Seek(JsonReader& json) const;
  /// As a pointer.
  [[nodiscard]] std::string ToString() const;
  [[nodiscard]] const std::vector<std::string>& levels() const { return levels_; }

 private:
  std::vector<std::string> levels_;  // unescaped
};

}  // namespace bedplate::mqtt

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bedplate {

// How what a machine calls a value becomes the path of a tag: a pattern catches parts of the name,
// and a template puts them into a path. `acme/{site}/press-{n}/temp` and `{site}/press/{n}/t`.

/// What a pattern caught: the name of each hole and the part in it, which points into the name.
using Caught = std::vector<std::pair<std::string_view, std::string_view>>;

/// A pattern of topics, node paths or register names.
///
///     {site}     a hole: one or more characters, not over a `/`
///     {rest...}  the last hole may go over any number of levels
///     +  #       as holes that nobody needs: a whole level; at the end all levels that follow
///
/// A hole ends where the text behind it is first found, so that a match never has to go back.
class NamePattern {
 public:
  static constexpr std::size_t kMostHoles = 16;

  /// Errors: kInvalidArgument says what is wrong and where.
  static Result<NamePattern> Parse(std::string_view text);

  /// Whether the name is of this pattern; then `caught` holds the parts, in the order of the holes.
  bool Match(std::string_view name, Caught& caught) const;
  /// The names of the holes.
  [[nodiscard]] std::vector<std::string> Holes() const;
  /// The narrowest filter of MQTT under which all that matches comes: a level with a hole is `+`.
  [[nodiscard]] std::string Filter() const;

 private:
  /// Text that must stand there, and the hole behind it.
  struct Part {
    std::string text;
    std::string hole;  // its name; empty for `+`, `#` and at the end
    bool has_hole = false;
    bool takes_rest = false;  // the hole goes over levels
  };

  friend class PatternParser;
  [[nodiscard]] std::size_t EndOfHole(std::size_t index, std::string_view name) const;

  std::vector<Part> parts_;
};

/// A path with holes.
class PathTemplate {
 public:
  /// `holes`: the names that may be used. Errors: kInvalidArgument names an unknown one, or what
  /// can be no path.
  static Result<PathTemplate> Parse(std::string_view text, const std::vector<std::string>& holes);

  /// The path. What a path cannot carry of a part is encoded (AppendPathPart).
  [[nodiscard]] std::string Fill(const Caught& caught) const;

 private:
  struct Part {
    std::string text;
    std::string hole;  // empty: none
  };

  std::vector<Part> parts_;
};

}  // namespace bedplate

#pragma once

#include <string>
#include <string_view>

namespace bedplate {

/// How much a finding weighs. kDisqualifies: no verdict may rest on these data.
enum class Severity { kPassed, kWarning, kDisqualifies };

std::string_view SeverityLabel(Severity severity) noexcept;

/// A statement about data, with what it rests on. A data problem is a Finding, not an Error.
struct Finding {
  std::string code;  // stable, kebab-case: "coverage-low"
  Severity severity = Severity::kPassed;
  std::string message;   // one sentence for a person, with the figures in it
  double measured = 0;   // the figure that was tested …
  double threshold = 0;  // … and what it was tested against, in the same unit

  bool operator==(const Finding&) const = default;
};

}  // namespace bedplate

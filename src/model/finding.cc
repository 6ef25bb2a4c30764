#include "model/finding.h"

namespace bedplate {

std::string_view SeverityLabel(Severity severity) noexcept {
  switch (severity) {
    case Severity::kPassed: return "passed";
    case Severity::kWarning: return "warning";
    case Severity::kDisqualifies: return "disqualifies";
  }
  return "passed";
}

}  // namespace bedplate

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace bedplate {

struct AuditEntry {
  std::uint64_t id = 0;
  Timestamp time;
  std::string actor;   // token id, "local" for the command line
  std::string action;  // "plant.apply", "token.create", …
  std::string detail;
};

/// Append-only record of who changed what.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual Status Record(std::string_view actor, std::string_view action,
                        std::string_view detail) = 0;
  [[nodiscard]] virtual Result<std::vector<AuditEntry>> List(std::uint64_t limit) const = 0;
};

}  // namespace bedplate

#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "catalog/catalog.h"
#include "historian/historian.h"

namespace bedplate {

/// What a server is and how much it holds.
struct StoreInfo {
  Timestamp started;
  Timestamp now;
  std::string plant;      // path of the only enterprise, or empty
  std::string time_zone;  // of the plant; UTC when none is declared
  std::string currency;
  std::uint64_t assets = 0;
  std::uint64_t tags = 0;  // declared or written, as all that follows without IsOwnMetric
  std::uint64_t samples = 0;
  std::uint64_t bytes = 0;  // of samples, on disk
  std::optional<Timestamp> first;
  std::optional<Timestamp> last;
  std::uint64_t dead_letters = 0;
};

/// Arguments must outlive it. Safe for concurrent use.
class InfoService {
 public:
  InfoService(const Historian& historian, Catalog& catalog, const Clock& clock)
      : historian_(historian), catalog_(catalog), clock_(clock), started_(clock.Now()) {}

  [[nodiscard]] Result<StoreInfo> Read() const;

 private:
  const Historian& historian_;
  Catalog& catalog_;
  const Clock& clock_;
  const Timestamp started_;
};

}  // namespace bedplate

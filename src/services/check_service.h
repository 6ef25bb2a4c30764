#pragma once

#include "base/cancel.h"
#include "catalog/catalog.h"
#include "historian/historian.h"

namespace bedplate {

/// Verifies everything stored: the historian's checksums and the catalog's structure. Arguments
/// must outlive it.
class CheckService {
 public:
  CheckService(const Historian& historian, const Catalog& catalog)
      : historian_(historian), catalog_(catalog) {}

  /// What was found; damage is in `problems`, an Error only says that the check could not be done.
  [[nodiscard]] Result<CheckReport> Run(const CancelToken& cancel) const;

 private:
  const Historian& historian_;
  const Catalog& catalog_;
};

}  // namespace bedplate

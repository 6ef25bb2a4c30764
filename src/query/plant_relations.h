#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "historian/historian.h"
#include "query/relation.h"

namespace bedplate {

/// `tags`, `assets`, `events` and `dead_letters`, read from the stores, which must outlive them.
std::vector<Relation> PlantRelations(const Historian& historian, Catalog& catalog);

}  // namespace bedplate

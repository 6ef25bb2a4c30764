#pragma once

#include <duckdb.h>

#include <span>

#include "historian/historian.h"
#include "query/relation.h"

namespace bedplate {

/// The columns of `samples(…)`.
std::span<const RelationColumn> SamplesColumns() noexcept;

/// Makes `FROM samples(glob, start := …, stop := …)` work: the samples of every series whose path
/// matches `glob` with start <= time < stop, series by series, each in ascending time; several
/// threads read several series, so there is no order between series. Only the columns that a query
/// names are written. `historian` and `queries` must outlive the database. Errors: kInternal.
Status RegisterSamples(duckdb_connection connection, const Historian& historian,
                       const QueryFinder& queries);

}  // namespace bedplate

#pragma once

#include "api/influx_routes.h"
#include "base/clock.h"
#include "ingest/sink.h"

namespace bedplate {

/// Binds the line protocol connector to the API's write routes. Arguments must outlive the factory
/// and what it makes.
LineProtocolWriterFactory MakeLineWriterFactory(IngestSink& sink, const Clock& clock);

}  // namespace bedplate

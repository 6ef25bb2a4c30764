#pragma once

#include "api/http.h"
#include "base/result.h"

namespace bedplate {

/// The Error that a response with an HTTP error status tells of: the inverse of ProblemResponse as
/// far as a problem document goes, else kInternal with the status.
Error ErrorOf(const HttpResponse& response);

}  // namespace bedplate

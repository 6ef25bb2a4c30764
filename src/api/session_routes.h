#pragma once

#include "api/auth.h"
#include "api/http.h"
#include "base/clock.h"

namespace bedplate {

/// Adds the operations login, whoAmI, logout and createLoginCode. Arguments must outlive the
/// router.
void AddSessionRoutes(Router& router, Authenticator& authenticator, const Clock& clock);

/// The relative link of a login code: `/login#code=…`. Behind '#', so that it never reaches a log.
std::string LoginPath(std::string_view code);

}  // namespace bedplate

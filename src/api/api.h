#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api/http.h"
#include "api/server_metrics.h"
#include "base/clock.h"
#include "base/result.h"
#include "catalog/token_store.h"
#include "services/services.h"

namespace bedplate {

/// What the routes work on; all of it must outlive the router and the streams it gave out.
struct ApiContext {
  Services& services;
  TokenStore& tokens;  // the one that authentication watches, so that revoking takes effect at once
  const Clock& clock;
  std::string version;  // of the program
  bool demo = false;    // the example plant is running
  /// Figures of the server that answers; empty when nobody serves, null likewise.
  std::function<std::optional<ServerMetrics>()> server_metrics = nullptr;
};

/// Every operation of openapi.yaml below /api/v1 but the session's. Split by the document's tags.
void AddApiRoutes(Router& router, const ApiContext& context);

void AddPlantRoutes(Router& router, const ApiContext& context);
void AddSampleRoutes(Router& router, const ApiContext& context);
void AddAppendRoutes(Router& router, const ApiContext& context);
void AddQueryRoutes(Router& router, const ApiContext& context);
void AddValueRoutes(Router& router, const ApiContext& context);
void AddDataRoutes(Router& router, const ApiContext& context);
void AddAdminRoutes(Router& router, const ApiContext& context);
void AddStoreRoutes(Router& router, const ApiContext& context);
void AddSourceRoutes(Router& router, const ApiContext& context);

/// One operation with its code, which may fail; its error becomes a problem document.
struct ApiRoute {
  HttpMethod method = HttpMethod::kGet;
  std::string pattern;
  std::string operation_id;
  Role least_role = Role::kViewer;
  Result<HttpResponse> (*handler)(const ApiContext&, const HttpRequest&) = nullptr;
  std::uint64_t body_limit_bytes = kDefaultBodyLimitBytes;
};
void AddRoute(Router& router, const ApiContext& context, ApiRoute route);

/// The answer to a request that reads and failed: what it used up is a limit of its own (422, with
/// the limit in the problem document) and not the disk.
Result<HttpResponse> AnswerRefusedRead(const Error& error);

/// kInvalidArgument when the request has a query parameter: most operations take none.
Status RefuseParams(const ApiContext& context, const HttpRequest& request);

}  // namespace bedplate

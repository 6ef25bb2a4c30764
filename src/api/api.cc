#include "api/api.h"

#include "api/params.h"

namespace bedplate {

namespace {

/// Who runs the plant is told which file is damaged and where; others only that something is.
HttpResponse ProblemFor(const Principal& principal, const Error& error) {
  const bool may_know = principal.role >= Role::kEngineer;
  if (error.code() != ErrorCode::kCorruption || !may_know) return ProblemResponse(error);
  return DamageResponse(error);
}

}  // namespace

void AddApiRoutes(Router& router, const ApiContext& context) {
  AddPlantRoutes(router, context);
  AddSampleRoutes(router, context);
  AddAppendRoutes(router, context);
  AddQueryRoutes(router, context);
  AddValueRoutes(router, context);
  AddDataRoutes(router, context);
  AddAdminRoutes(router, context);
  AddStoreRoutes(router, context);
  AddSourceRoutes(router, context);
}

void AddRoute(Router& router, const ApiContext& context, ApiRoute route) {
  const auto run = route.handler;
  router.Add({.method = route.method,
              .pattern = std::move(route.pattern),
              .operation_id = std::move(route.operation_id),
              .least_role = route.least_role,
              .handler =
                  [context, run](const HttpRequest& request) {
                    auto response = run(context, request);
                    return response.ok() ? std::move(response).value()
                                         : ProblemFor(request.principal, response.error());
                  },
              .consumer = nullptr,
              .body_limit_bytes = route.body_limit_bytes,
              .error_format = nullptr});
}

Result<HttpResponse> AnswerRefusedRead(const Error& error) {
  constexpr int kUnprocessable = 422;
  if (error.code() != ErrorCode::kResourceExhausted) return error;
  return ProblemResponse(error, kUnprocessable);
}

Status RefuseParams(const ApiContext& context, const HttpRequest& request) {
  return ParamReader(request, context.clock.Now()).Finish();
}

}  // namespace bedplate

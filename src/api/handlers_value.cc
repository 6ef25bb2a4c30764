#include <optional>
#include <string>

#include "api/api.h"
#include "api/initiative_json.h"
#include "api/json_writer.h"

namespace bedplate {
namespace {

Result<HttpResponse> ListInitiatives(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(const std::vector<ValueService::Measured> list,
                   context.services.value().List(request.cancel));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("initiatives").BeginArray();
  for (const ValueService::Measured& measured : list) WriteInitiativeSummary(json, *measured);
  json.EndArray().Key("proven");
  WriteProvenValue(json, SumProven(list));
  json.EndObject();
  return HttpResponse::Json(std::move(body));
}

Result<HttpResponse> GetInitiative(const ApiContext& context, const HttpRequest& request) {
  RETURN_IF_ERROR(RefuseParams(context, request));
  ASSIGN_OR_RETURN(
      const ValueService::Measured measured,
      context.services.value().Find(request.path_params.find("name")->second, request.cancel));
  std::string body;
  JsonWriter json(body);
  WriteInitiative(json, *measured, context.clock.Now());
  return HttpResponse::Json(std::move(body));
}

}  // namespace

void AddValueRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.pattern = "/api/v1/initiatives",
            .operation_id = "listInitiatives",
            .handler = ListInitiatives});
  AddRoute(router, context,
           {.pattern = "/api/v1/initiatives/{name}",
            .operation_id = "getInitiative",
            .handler = GetInitiative});
}

}  // namespace bedplate

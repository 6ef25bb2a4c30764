#include "app/plant_api.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "api/client.h"
#include "api/remote_sink.h"
#include "app/json.h"
#include "app/plant_runtime.h"
#include "app/plant_server.h"

namespace bedplate {
namespace {

/// The routes in this process, over stores that nobody else has open.
class OwnApi final : public PlantApi {
 public:
  explicit OwnApi(std::unique_ptr<PlantRuntime> runtime) : runtime_(std::move(runtime)) {}

  Result<HttpResponse> Call(HttpRequest request, std::chrono::milliseconds /*timeout*/) override {
    request.principal = {"local", "command line", Role::kAdmin};
    return runtime_->router().Dispatch(std::move(request));
  }
  IngestSink& sink() override { return runtime_->workspace().gate(); }

 private:
  std::unique_ptr<PlantRuntime> runtime_;
};

/// The server that has the directory open, through its socket.
class ServerApi final : public PlantApi {
 public:
  explicit ServerApi(HttpClient client)
      : client_(std::move(client)),
        sink_([this](const HttpRequest& request) { return client_.Call(request); }) {}

  Result<HttpResponse> Call(HttpRequest request, std::chrono::milliseconds timeout) override {
    return client_.Call(request, timeout);
  }
  IngestSink& sink() override { return sink_; }

 private:
  HttpClient client_;
  RemoteSink sink_;
};

/// Whether the one who has the directory open is a server. Asked of itself, as owner.json is not
/// there when there was no room for it.
bool Answers(HttpClient& client) {
  constexpr std::chrono::seconds kPatience(10);
  return client.Call({.path = "/ping"}, kPatience).ok();
}

/// `file:line:column: key: expected …, got …`.
std::string DescribeFault(const boost::json::value& fault) {
  const std::string key = JsonText(fault, "key");
  return fmt::format("{}:{}:{}: {}{}expected {}, got {}", JsonText(fault, "file"),
                     JsonText(fault, "line"), JsonText(fault, "column"), key,
                     key.empty() ? "" : ": ", JsonText(fault, "expected"), JsonText(fault, "got"));
}

/// `detail`, or every fault on a line of its own.
std::string DescribeProblem(const boost::json::value& problem) {
  const auto* faults = problem.is_object() ? problem.as_object().if_contains("faults") : nullptr;
  if (faults == nullptr || !faults->is_array() || faults->as_array().empty()) {
    return JsonText(problem, "detail");
  }
  std::string text = fmt::format("faults: {}", faults->as_array().size());
  for (const auto& fault : faults->as_array()) text += "\n  " + DescribeFault(fault);
  return text;
}

/// The code that a problem document names in its type, `urn:bedplate:error:<code>`.
ErrorCode CodeOf(const boost::json::value& problem) {
  const std::string type = JsonText(problem, "type");
  const std::string_view name = std::string_view(type).substr(type.rfind(':') + 1);
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (ErrorCodeName(static_cast<ErrorCode>(code)) == name) return static_cast<ErrorCode>(code);
  }
  return ErrorCode::kInternal;
}

}  // namespace

Result<std::unique_ptr<PlantApi>> PlantApi::Open(CommandContext& context,
                                                 const std::string& directory) {
  auto runtime = PlantRuntime::Open(context, directory, {});
  if (runtime.ok()) {
    return std::unique_ptr<PlantApi>(std::make_unique<OwnApi>(std::move(runtime).value()));
  }
  if (runtime.error().code() != ErrorCode::kConflict) return std::move(runtime).error();
  HttpClient client({.unix_socket_path = LocalSocketPath(directory), .timeout = kCallTimeout});
  if (!Answers(client)) return std::move(runtime).error();
  return std::unique_ptr<PlantApi>(std::make_unique<ServerApi>(std::move(client)));
}

Result<std::string> BodyOrError(Result<HttpResponse> response) {
  if (!response.ok()) return std::move(response).error();
  if (response->status < 400) return std::move(response->body);
  const Result<boost::json::value> problem = ParseAnswer(response->body);
  if (!problem.ok()) {
    return Error(ErrorCode::kInternal, fmt::format("the server answered {}", response->status));
  }
  return Error(CodeOf(*problem), DescribeProblem(*problem));
}

Result<std::string> CallOnce(CommandContext& context, const std::string& directory,
                             HttpRequest request, std::chrono::milliseconds timeout) {
  ASSIGN_OR_RETURN(const auto api, PlantApi::Open(context, directory));
  return BodyOrError(api->Call(std::move(request), timeout));
}

}  // namespace bedplate

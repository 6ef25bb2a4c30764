#include "app/plant_runtime.h"

#include "api/api.h"
#include "api/influx_routes.h"
#include "api/session_routes.h"
#include "app/line_write.h"
#include "base/version.h"
#include "connectors/modbus/modbus_source.h"
#include "connectors/mqtt/mqtt_source.h"

namespace bedplate {
namespace {

/// Every protocol there is.
SourceService::Kinds MakeSourceKinds() {
  SourceService::Kinds kinds;
  kinds.push_back(std::make_unique<modbus::ModbusKind>());
  kinds.push_back(std::make_unique<mqtt::MqttKind>());
  return kinds;
}

}  // namespace

PlantRuntime::~PlantRuntime() = default;

Result<std::unique_ptr<PlantRuntime>> PlantRuntime::Open(CommandContext& context,
                                                         const std::string& directory,
                                                         const RuntimeOptions& options) {
  std::unique_ptr<PlantRuntime> runtime(new PlantRuntime());
  ASSIGN_OR_RETURN(runtime->workspace_,
                   Workspace::Open(context.files, context.clock, directory, options.workspace));
  runtime->services_ =
      std::make_unique<Services>(*runtime->workspace_, context.clock, MakeSourceKinds());
  runtime->authenticator_ =
      Authenticator::Make(runtime->workspace_->catalog().tokens(), context.clock, SystemRandom());
  runtime->AddRoutes(context.clock, options.demo);
  return runtime;
}

void PlantRuntime::SetServer(const Server* server) {
  const std::lock_guard lock(server_mutex_);
  server_ = server;
}

std::optional<ServerMetrics> PlantRuntime::ReadServerMetrics() const {
  const std::lock_guard lock(server_mutex_);
  return server_ == nullptr ? std::nullopt : std::optional(server_->metrics());
}

void PlantRuntime::AddRoutes(const Clock& clock, bool demo) {
  AddSessionRoutes(router_, *authenticator_, clock);
  AddInfluxRoutes(router_, {.server_version = std::string(Version()),
                            .make_writer = MakeLineWriterFactory(workspace_->gate(), clock),
                            .health = [this] { return workspace_->Health(); },
                            .keys = &services_->write_keys()});
  AddApiRoutes(router_, {.services = *services_,
                         .tokens = authenticator_->tokens(),
                         .clock = clock,
                         .version = std::string(Version()),
                         .demo = demo,
                         .server_metrics = [this] { return ReadServerMetrics(); }});
}

}  // namespace bedplate

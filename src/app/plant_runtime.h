#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/auth.h"
#include "api/http.h"
#include "api/server.h"
#include "app/command.h"
#include "base/result.h"
#include "services/services.h"
#include "services/workspace.h"

namespace bedplate {

struct RuntimeOptions {
  WorkspaceOptions workspace;
  bool demo = false;  // the example plant is running
};

/// One data directory opened in this process, with every service and route over it.
class PlantRuntime {
 public:
  /// Errors: those of Workspace::Open. `context` must outlive the runtime.
  static Result<std::unique_ptr<PlantRuntime>> Open(CommandContext& context,
                                                    const std::string& directory,
                                                    const RuntimeOptions& options);
  ~PlantRuntime();
  PlantRuntime(const PlantRuntime&) = delete;
  PlantRuntime& operator=(const PlantRuntime&) = delete;

  Workspace& workspace() { return *workspace_; }
  Services& services() { return *services_; }
  Authenticator& authenticator() { return *authenticator_; }
  [[nodiscard]] const Router& router() const { return router_; }
  /// The server whose figures `/metrics` gives; null for none. It must stay until the next call.
  void SetServer(const Server* server);

 private:
  PlantRuntime() = default;
  void AddRoutes(const Clock& clock, bool demo);
  [[nodiscard]] std::optional<ServerMetrics> ReadServerMetrics() const;

  mutable std::mutex server_mutex_;
  const Server* server_ = nullptr;  // guarded by server_mutex_
  // In the order in which each rests on the one before.
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Authenticator> authenticator_;
  Router router_;
};

}  // namespace bedplate

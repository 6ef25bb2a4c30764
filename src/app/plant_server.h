#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/server.h"
#include "app/command.h"
#include "app/plant_runtime.h"
#include "base/result.h"

namespace bedplate {

struct PlantServerOptions {
  std::vector<std::string> listen = {"127.0.0.1:8080"};
  std::string certificate_path;
  std::string key_path;
  std::vector<std::string> host_names;
};

/// `--listen`, `--tls-cert`, `--tls-key`, `--host-name`.
void AddServerOptions(CLI::App& verb, PlantServerOptions& options);

/// The socket through which verbs reach the server of a directory.
std::string LocalSocketPath(const std::string& directory);

/// A runtime that answers on the network and on the directory's own socket.
class PlantServer {
 public:
  /// Errors: those of Server::Start. `context` and `runtime` must outlive the server.
  static Result<std::unique_ptr<PlantServer>> Start(CommandContext& context, PlantRuntime& runtime,
                                                    const PlantServerOptions& options);
  ~PlantServer();

  [[nodiscard]] std::vector<std::string> urls() const { return server_->urls(); }
  /// A one-time link that signs its first user in as administrator.
  [[nodiscard]] std::string MakeLoginLink();

 private:
  explicit PlantServer(PlantRuntime& runtime);

  PlantRuntime& runtime_;
  StaticFiles files_;
  std::unique_ptr<Server> server_;
};

}  // namespace bedplate

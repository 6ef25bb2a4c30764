#include "app/plant_server.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "api/session_routes.h"
#include "app/ui_files.h"
#include "base/descriptor_limit.h"

namespace bedplate {

namespace {

/// Splits the descriptors that the process may have: files of the stores, the local socket and
/// what else it opens come first, so that callers never keep a write from its file.
void ShareDescriptors(std::uint64_t limit, ServerOptions& options) {
  constexpr std::uint64_t kReserve = 256;
  const std::uint64_t kept = std::min(kReserve + options.local_connection_limit, limit / 2);
  options.connection_limit = std::clamp<std::uint64_t>(limit - kept, 2, options.connection_limit);
  options.stranger_limit = std::min(options.stranger_limit, options.connection_limit / 2);
}

}  // namespace

void AddServerOptions(CLI::App& verb, PlantServerOptions& options) {
  verb.add_option("--listen", options.listen, "Address and port; port 0 takes a free one")
      ->type_name("IP:PORT")
      ->capture_default_str();
  verb.add_option("--tls-cert", options.certificate_path, "Certificate chain, PEM")
      ->type_name("FILE");
  verb.add_option("--tls-key", options.key_path, "Its private key, PEM")->type_name("FILE");
  verb.add_option("--host-name", options.host_names,
                  "A name under which browsers reach this server, besides its addresses")
      ->type_name("NAME");
}

std::string LocalSocketPath(const std::string& directory) {
  return JoinPath(directory, "bedplate.sock");
}

PlantServer::PlantServer(PlantRuntime& runtime) : runtime_(runtime), files_(UiFiles()) {}

PlantServer::~PlantServer() {
  runtime_.SetServer(nullptr);
  if (server_) server_->Stop();
}

Result<std::unique_ptr<PlantServer>> PlantServer::Start(CommandContext& context,
                                                        PlantRuntime& runtime,
                                                        const PlantServerOptions& options) {
  std::unique_ptr<PlantServer> server(new PlantServer(runtime));
  ServerOptions server_options;
  server_options.listen = options.listen;
  server_options.unix_socket_path = LocalSocketPath(runtime.workspace().directory());
  server_options.certificate_path = options.certificate_path;
  server_options.key_path = options.key_path;
  server_options.host_names = options.host_names;
  ShareDescriptors(RaiseDescriptorLimit(), server_options);
  ASSIGN_OR_RETURN(server->server_, Server::Start(std::move(server_options),
                                                  {.router = runtime.router(),
                                                   .authenticator = runtime.authenticator(),
                                                   .files = server->files_,
                                                   .clock = context.clock}));
  runtime.SetServer(server->server_.get());
  RETURN_IF_ERROR(runtime.workspace().PublishAddress(server->urls().front()));
  return server;
}

std::string PlantServer::MakeLoginLink() {
  const Principal administrator{"local", "login link", Role::kAdmin};
  return urls().front() + LoginPath(runtime_.authenticator().CreateLoginCode(administrator));
}

}  // namespace bedplate

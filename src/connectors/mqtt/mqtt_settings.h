#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/yaml.h"
#include "connectors/mqtt/message_rule.h"
#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/talk.h"
#include "ingest/source.h"

namespace bedplate::mqtt {

/// How a server is reached: what every source over MQTT declares.
struct ServerSettings {
  HostPort address;
  bool is_tls = false;
  std::optional<Version> version;  // none: 5, and 3.1.1 where the server does not speak it
  std::optional<std::string> user;
  std::optional<std::string> password_secret;  // its name
  std::string authorities_file;                // PEM; empty: the system's
  std::string certificate_file;                // PEM; empty: none
  std::string key_secret;                      // the name of the certificate's key
};

/// Reads `url`, `version`, `user`, `password` and `tls` of a source.
ServerSettings ReadServerSettings(YamlMapReader& map);
/// The files and secrets of TLS; nothing for a server without it. Errors: those of reading.
Result<std::optional<TlsOptions>> LoadTls(const ServerSettings& settings,
                                          const SecretReader& secrets);

/// A source of kind `mqtt`.
struct MqttSettings {
  ServerSettings server;
  std::string client_id;
  std::vector<Subscription> subscriptions;
  std::vector<MessageRule> rules;  // the first that matches counts
};

/// Nothing when there are faults.
std::optional<MqttSettings> ReadMqttSettings(const SourceSpec& spec, YamlFaults& faults);

}  // namespace bedplate::mqtt

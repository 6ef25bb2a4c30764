#include "connectors/mqtt/mqtt_settings.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "connectors/mqtt/topic.h"

namespace bedplate::mqtt {
namespace {

constexpr std::uint16_t kPort = 1883;     // registered by IANA
constexpr std::uint16_t kTlsPort = 8883;  // likewise
constexpr std::size_t kMostFilters = 256;
constexpr std::size_t kMostRules = 1000;
constexpr std::string_view kPlainScheme = "mqtt://";
constexpr std::string_view kTlsScheme = "mqtts://";

void ReadUrl(YamlMapReader& map, ServerSettings& settings) {
  const std::string url = map.RequiredString("url");
  if (url.empty()) return;
  settings.is_tls = url.starts_with(kTlsScheme);
  std::optional<HostPort> address;
  if (settings.is_tls || url.starts_with(kPlainScheme)) {
    const auto scheme = settings.is_tls ? kTlsScheme : kPlainScheme;
    address = ParseHostPort(std::string_view(url).substr(scheme.size()),
                            settings.is_tls ? kTlsPort : kPort);
  }
  if (address) {
    settings.address = *address;
  } else {
    map.Fault("url", "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
  }
}

/// `{secret: NAME}`
std::optional<std::string> ReadSecretName(YamlMapReader& map, std::string_view field) {
  const YamlValue* node = map.ChildMap(field);
  if (node == nullptr) return std::nullopt;
  YamlMapReader secret(*node, map.KeyOf(field), map.faults());
  std::string name = secret.RequiredString("secret");
  secret.RefuseUnknown();
  return name;
}

void ReadTls(YamlMapReader& map, ServerSettings& settings) {
  const YamlValue* node = map.ChildMap("tls");
  if (node == nullptr) return;
  if (!settings.is_tls) map.Fault("tls", "a url that begins with mqtts:// beside it");
  YamlMapReader tls(*node, map.KeyOf("tls"), map.faults());
  settings.authorities_file = tls.String("ca").value_or("");
  settings.certificate_file = tls.String("certificate").value_or("");
  settings.key_secret = ReadSecretName(tls, "key").value_or("");
  if (settings.certificate_file.empty() != settings.key_secret.empty()) {
    map.Fault("tls", "a certificate and its key together, or neither");
  }
  tls.RefuseUnknown();
}

Result<std::string> ReadPem(const std::string& path) {
  constexpr std::size_t kMostBytes = 1UL << 20U;
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(ErrorCode::kNotFound, "the file cannot be opened").At(path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.size() <= kMostBytes) return text;
  return Error(ErrorCode::kInvalidArgument, "the file is too large for certificates").At(path);
}

class MqttSettingsReader {
 public:
  MqttSettingsReader(const SourceSpec& spec, YamlFaults& faults)
      : spec_(spec), map_(spec.settings, spec.key, faults) {}

  std::optional<MqttSettings> Run() {
    const std::size_t faults_before = map_.faults().list().size();
    settings_.server = ReadServerSettings(map_);
    settings_.client_id = map_.String("client_id")
                              .value_or(fmt::format("bedplate-{}-{}", spec_.instance, spec_.name));
    ReadRules();
    ReadFilters();
    map_.RefuseUnknown();
    if (map_.faults().list().size() > faults_before) return std::nullopt;
    return std::move(settings_);
  }

 private:
  void ReadRules() {
    const YamlValue* rules = map_.ChildList("map");
    if (rules == nullptr || rules->items.empty() || rules->items.size() > kMostRules) {
      map_.Fault("map", fmt::format("1 to {} rules that make values of messages", kMostRules));
      return;
    }
    for (std::size_t i = 0; i < rules->items.size(); ++i) {
      auto rule = MessageRule::Read(rules->items[i], fmt::format("{}[{}]", map_.KeyOf("map"), i),
                                    map_.faults());
      if (rule) settings_.rules.push_back(*std::move(rule));
    }
  }

  /// What is subscribed: what the rules need, or what is said.
  void ReadFilters() {
    const auto qos = map_.Integer("qos").value_or(1);
    if (qos < 0 || qos > 2) map_.Fault("qos", "0, 1 or 2");
    std::vector<std::string> filters = ReadSaidFilters();
    if (filters.empty()) {
      for (const MessageRule& rule : settings_.rules) filters.push_back(rule.topic().Filter());
    }
    std::ranges::sort(filters);
    filters.erase(std::ranges::unique(filters).begin(), filters.end());
    if (filters.size() > kMostFilters) {
      map_.Fault("subscribe", fmt::format("at most {} filters", kMostFilters));
    }
    for (std::string& filter : filters) {
      settings_.subscriptions.push_back({std::move(filter), static_cast<Qos>(qos)});
    }
  }

  std::vector<std::string> ReadSaidFilters() {
    std::vector<std::string> filters;
    const YamlValue* list = map_.ChildList("subscribe");
    if (list == nullptr) return filters;
    for (const YamlValue& item : list->items) {
      const Status valid = item.kind == YamlKind::kScalar
                               ? CheckFilter(item.scalar)
                               : Status(Error(ErrorCode::kInvalidArgument, "a topic filter"));
      if (valid.ok()) {
        filters.push_back(item.scalar);
      } else {
        map_.faults().Add(item, map_.KeyOf("subscribe"), valid.error().message());
      }
    }
    return filters;
  }

  const SourceSpec& spec_;
  YamlMapReader map_;
  MqttSettings settings_;
};

}  // namespace

ServerSettings ReadServerSettings(YamlMapReader& map) {
  ServerSettings settings;
  ReadUrl(map, settings);
  const auto version = map.Choice("version", {"auto", "5", "3.1.1"});
  if (version == "5") settings.version = Version::k5;
  if (version == "3.1.1") settings.version = Version::k311;
  settings.user = map.String("user");
  settings.password_secret = ReadSecretName(map, "password");
  if (settings.password_secret && !settings.user) {
    map.Fault("password", "a user beside it");
  }
  ReadTls(map, settings);
  return settings;
}

Result<std::optional<TlsOptions>> LoadTls(const ServerSettings& settings,
                                          const SecretReader& secrets) {
  if (!settings.is_tls) return std::optional<TlsOptions>();
  TlsOptions options;
  if (!settings.authorities_file.empty()) {
    ASSIGN_OR_RETURN(options.authorities, ReadPem(settings.authorities_file));
  }
  if (!settings.certificate_file.empty()) {
    ASSIGN_OR_RETURN(options.certificate, ReadPem(settings.certificate_file));
    ASSIGN_OR_RETURN(options.key, secrets.Read(settings.key_secret));
  }
  return std::optional(std::move(options));
}

std::optional<MqttSettings> ReadMqttSettings(const SourceSpec& spec, YamlFaults& faults) {
  return MqttSettingsReader(spec, faults).Run();
}

}  // namespace bedplate::mqtt

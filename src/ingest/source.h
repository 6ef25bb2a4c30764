#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/yaml.h"
#include "ingest/sink.h"

namespace bedplate {

/// What a source decoded, on its way to the stores.
struct Delivery {
  std::vector<PathBatch> batches;  // their memos, if any, live as long as the source
  std::vector<DeadLetter> letters;
  std::uint64_t bytes = 0;  // as it came, for the bound of what waits
  /// Called when all of it is durable, on another thread; must be quick. Never called for what is
  /// given up when the source is taken away.
  std::function<void()> stored;
};

/// What a running source tells. Safe from any thread.
class SourcePort {
 public:
  virtual ~SourcePort() = default;
  /// Takes it, whatever waits already, and returns at once. Deliveries are stored in this order.
  virtual void Deliver(Delivery delivery) = 0;
  /// Whether more is welcome. If not, a source whose peer can wait reads nothing; it asks again
  /// when one of its deliveries is stored.
  [[nodiscard]] virtual bool HasRoom() const = 0;
  /// The peer has agreed to give data: subscribed, or the first answer came. Until Run returns.
  virtual void Connected() = 0;
  /// The peer showed that it lives without giving data.
  virtual void Alive() = 0;
  /// One of several things behind the source (a device, a filter) fails, or works again.
  virtual void NotePart(std::string_view part, Status status) = 0;
};

/// What must not stand in a declaration: passwords and keys, by name.
class SecretReader {
 public:
  virtual ~SecretReader() = default;
  /// Errors: kNotFound naming the secret, those of reading.
  [[nodiscard]] virtual Result<std::string> Read(std::string_view name) const = 0;
};

struct SourceContext {
  SourcePort& port;
  const Clock& clock;
  const SecretReader& secrets;
  /// A std::stop_callback on it wakes a source that waits.
  std::stop_token stop;
};

/// One configured way in. Nothing but Run does input or output.
class Source {
 public:
  virtual ~Source() = default;
  /// Connects and delivers until `context.stop` is asked for, and then returns success within
  /// kStopPatience, or until it cannot go on, and says why; it is run again later then, on the
  /// same object. kUnauthenticated, kPermissionDenied, kInvalidArgument and kUnsupported mean that
  /// trying soon is in vain.
  virtual Status Run(const SourceContext& context) = 0;
};

inline constexpr std::chrono::seconds kStopPatience(10);

/// A source as it is declared, with the places for faults.
struct SourceSpec {
  std::string name;
  std::string kind;
  std::string instance;  // of the data directory: no two servers call themselves the same
  YamlValue settings;    // a map
  std::string key;       // dotted place of `settings` in its file
};

/// A protocol. The application hands in those that there are.
class SourceKind {
 public:
  virtual ~SourceKind() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Reads the settings and connects to nothing. Null when there are faults.
  [[nodiscard]] virtual std::unique_ptr<Source> Configure(const SourceSpec& spec,
                                                          YamlFaults& faults) const = 0;
};

}  // namespace bedplate

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/session.h"
#include "connectors/mqtt/stored_tickets.h"
#include "ingest/host_port.h"
#include "ingest/source.h"

namespace bedplate::mqtt {

/// Texts in PEM, not files.
struct TlsOptions {
  std::string authorities;  // that may have signed the server's certificate; empty: the system's
  std::string certificate;  // of this client, with its chain; empty: none
  std::string key;          // of that certificate
};

struct TalkRequest {
  HostPort address;
  std::optional<TlsOptions> tls;  // none: TCP as it is
  Connect connect;
  std::chrono::milliseconds connect_timeout{5'000};  // with the names and TLS
  std::chrono::milliseconds write_timeout{10'000};
  /// On a stop so long is waited for what the stores have not taken yet.
  std::chrono::milliseconds stop_patience{5'000};
  /// Called when all that was read at once has gone through the session. An error ends the talk.
  std::function<Status()> after_receive;
  /// Called before DISCONNECT on a stop: what is published here still goes out.
  std::function<void()> before_close = [] {};
};

/// Connects to a server and runs the session until `context.stop`, or until an error, which it
/// returns. Nothing is read while the port has no room. Errors: those of Session, and kUnavailable,
/// kDeadlineExceeded, kPermissionDenied (a certificate that is not trusted) and kInvalidArgument (a
/// certificate of our own that does not read).
Status RunTalk(const TalkRequest& request, const SourceContext& context, Session& session,
               StoredTickets& stored);

}  // namespace bedplate::mqtt

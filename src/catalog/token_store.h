#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace bedplate {

/// Each role may do what the ones before it may.
enum class Role : std::uint8_t { kViewer = 1, kWriter, kEngineer, kAdmin };

std::string_view RoleName(Role role) noexcept;
std::optional<Role> ParseRole(std::string_view name) noexcept;

struct TokenInfo {
  std::string id;    // public part, safe to show and to log
  std::string name;  // for people
  Role role = Role::kViewer;
  Timestamp created;
  std::optional<Timestamp> last_used;  // to the minute
  std::optional<Timestamp> revoked;
};

/// API tokens. Only a SHA-256 of the secret is stored (the secret has 256 bits from the system's
/// random source, so a slow hash would add nothing); comparison takes constant time.
class TokenStore {
 public:
  virtual ~TokenStore() = default;

  struct Created {
    TokenInfo info;
    std::string secret;  // `bp_<id>_<secret>`, shown once
  };
  virtual Result<Created> Create(std::string_view name, Role role, std::string_view actor) = 0;
  [[nodiscard]] virtual Result<std::vector<TokenInfo>> List() const = 0;
  /// kNotFound for an unknown id; revoking twice is no error.
  virtual Status Revoke(std::string_view id, std::string_view actor) = 0;
  /// kUnauthenticated for anything but a live token, without saying why.
  virtual Result<TokenInfo> Verify(std::string_view secret) = 0;
};

}  // namespace bedplate

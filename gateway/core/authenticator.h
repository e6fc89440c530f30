// The port that knows who may use the endpoint.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw::gateway {

struct Principal {
  std::string name;
  std::string tenant = "default";
};

/// Thread-safe; must not block.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Who presented `token`, a bearer credential as received; nullopt when it is good for nothing.
  /// How long it takes does not tell how much of the token was right.
  virtual std::optional<Principal> Authenticate(std::string_view token) const = 0;
};

}  // namespace bw::gateway

// The Authenticator over one configured token, of which only the hash is kept.
#pragma once

#include <array>
#include <string_view>

#include "gateway/core/authenticator.h"

namespace bw::gateway {

/// Thread-safe.
class StaticToken : public Authenticator {
 public:
  StaticToken(std::string_view token, Principal principal);
  std::optional<Principal> Authenticate(std::string_view token) const override;

 private:
  const std::array<unsigned char, 32> digest_;
  const Principal principal_;
};

}  // namespace bw::gateway

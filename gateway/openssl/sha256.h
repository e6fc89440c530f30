#pragma once

#include <string_view>

#include "gateway/core/token_crypto.h"

namespace bw::gateway {

TokenDigest Sha256(std::string_view text);

}  // namespace bw::gateway

// Phone number lookup (v2): invented but stable facts about any number.
#pragma once

#include <cstddef>

#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/random.h"

namespace bw::sandbox {

/// The answer's envelope. The last digit of a number decides its line type, so that tests can
/// choose: 0-3 MOBILE, 4-6 FIXED, 7-8 VOIP-FIXED, 9 VOIP. INVALID_ARGUMENT for a malformed body; a
/// malformed number is an error inside the envelope, as on the platform.
StatusOr<json::Json> LookUpNumbers(const json::Json& body, Random& random,
                                   std::size_t max_numbers = 100);

}  // namespace bw::sandbox

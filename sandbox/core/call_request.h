// The bodies of createCall and updateCall, checked as the platform checks them.
#pragma once

#include <string>

#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/account.h"
#include "sandbox/core/call.h"
#include "sandbox/core/settings.h"

namespace bw::sandbox {

/// A Call with everything the body says; its id and times are not set. INVALID_ARGUMENT names the
/// members that are wrong.
StatusOr<Call> ParseCreateCall(const json::Json& body, const Account& account,
                               const SimulationSettings& settings);

struct CallUpdate {
  /// True: end the call. False: redirect it to `redirect`.
  bool complete = false;
  CallbackTarget redirect;
  /// Absent when the body has none.
  std::optional<std::string> tag;
};

StatusOr<CallUpdate> ParseUpdateCall(const json::Json& body, const SimulationSettings& settings);

}  // namespace bw::sandbox

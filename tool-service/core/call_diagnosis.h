// Why a call went as it did: cause and next step in plain words, from what the platform and this
// server know of it. (bandwidth.md §2.4, §4)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "tool-service/core/event_journal.h"

namespace bw::tool_service {

struct CallEvidence {
  /// What this server saw; nullopt when no event of the call came here.
  std::optional<CallRecord> record;
  /// Of this call, oldest first.
  std::vector<Event> events;
  /// getCallState's answer; null when there was none.
  json::Json platform;
};

struct CallDiagnosis {
  /// "queued", "initiated", "answered", "disconnected" or "unknown".
  std::string state;
  /// The platform's word for the end, such as "busy"; "" while the call lasts.
  std::string cause;
  std::string meaning;
  std::string next_step;
  /// What it is concluded from, a fact each.
  std::vector<std::string> evidence;
};

CallDiagnosis DiagnoseCall(const CallEvidence& evidence);

/// What a final SIP response code means, in a few words; "" when it is not known.
std::string_view MeaningOfSipCode(std::int64_t code);

}  // namespace bw::tool_service

// Bandwidth's voice service, as the API and the people with telephones see it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/account.h"
#include "sandbox/core/call_book.h"
#include "sandbox/core/call_engine.h"
#include "sandbox/core/script.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

struct CallFilter {
  std::optional<std::string> to = {};
  std::optional<std::string> from = {};
  std::optional<std::string> disconnect_cause = {};
  std::optional<std::int64_t> min_start_ms = {};
  std::optional<std::int64_t> max_start_ms = {};
};

/// Not thread-safe: everything runs on the scheduler's thread. The errors' codes say which status
/// the API answers with: INVALID_ARGUMENT 400, NOT_FOUND 404, FAILED_PRECONDITION 409,
/// RESOURCE_EXHAUSTED 429.
class CallSimulator {
 public:
  CallSimulator(const SimulationSettings& settings, const Account& account, const Clock& clock,
                Scheduler& scheduler, Random& random, WebhookClient& client,
                const ScriptBook& scripts);

  // --- the platform's API ---
  /// The body of the 201. The call begins to ring when the queue lets it.
  StatusOr<json::Json> CreateCall(const json::Json& body);
  StatusOr<json::Json> GetCall(std::string_view call_id) const;
  Status UpdateCall(std::string_view call_id, const json::Json& body);
  Status ReplaceBxml(std::string_view call_id, std::string_view bxml);
  /// Newest last.
  std::vector<json::Json> ListCalls(const CallFilter& filter) const;
  json::Json Statistics() const;
  /// {"state":"paused"|"recording"}
  Status SetRecordingState(std::string_view call_id, const json::Json& body);
  Status Transcribe(std::string_view call_id, std::string_view recording_id,
                    const json::Json& body);
  // Conferences go by id or name, members by the id of their call.
  Status UpdateConference(std::string_view conference_id, const json::Json& body);
  Status ReplaceConferenceBxml(std::string_view conference_id, std::string_view bxml);
  Status UpdateMember(std::string_view conference_id, std::string_view call_id,
                      const json::Json& body);
  VoiceArchive& archive() { return archive_; }

  // --- the people ---
  /// Somebody calls one of the account's numbers: {"from","to"} and members of a CallerScript,
  /// which otherwise is that of `from`. The body of the answer.
  StatusOr<json::Json> CallIn(const json::Json& body);
  Status Press(std::string_view call_id, const json::Json& body);
  Status HangUp(std::string_view call_id);
  StatusOr<json::Json> Timeline(std::string_view call_id) const;

 private:
  StatusOr<Call*> FindLive(std::string_view call_id);
  StatusOr<Call*> FindAnswered(std::string_view call_id);
  StatusOr<ConferenceRecord*> FindActive(std::string_view conference_id);
  Status CheckCapacity() const;
  json::Json CreatedJson(const Call& call) const;

  const SimulationSettings& settings_;
  const Account& account_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Random& random_;
  const ScriptBook& scripts_;
  CallBook calls_;
  VoiceArchive archive_;
  CallEngine engine_;
  std::chrono::steady_clock::time_point next_dial_;
};

}  // namespace bw::sandbox

// The part of CallEngine that keeps recordings and conferences for the API.
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/call_engine.h"

namespace bw::sandbox {

using json::Json;

void CallEngine::KeepRecording(const Call& call, const Json& facts, bool transcribed) {
  StoredRecording stored;
  stored.id = json::StringOr(facts, "recordingId");
  stored.owner_id = call.id;
  stored.facts = facts;
  stored.facts.update({{"accountId", call.account_id},
                       {"applicationId", call.application_id},
                       {"callId", call.id},
                       {"from", call.from},
                       {"to", call.to},
                       {"direction", NameOf(call.direction)},
                       {"status", "complete"}});
  if (transcribed) stored.transcription = TranscriptionOf("Please call me back tomorrow.");
  archive_.Add(std::move(stored));
}

void CallEngine::TellOfTranscription(Call& call, const Json& facts, const CallbackTarget& target) {
  Json event = Event(call, "transcriptionAvailable");
  event.update(facts);
  event["transcription"] = {{"id", NewId(random_, "t")},
                            {"status", "available"},
                            {"completedTime", FormatIso8601(clock_.NowMs())},
                            {"url", json::StringOr(facts, "mediaUrl") + "/../transcription"}};
  webhooks_.Notify(call, std::move(event), target);
}

void CallEngine::KeepMember(const Conference& conference, const std::string& name, const Call& call,
                            const bxml::Verb& verb) {
  ConferenceRecord* record = archive_.FindConference(conference.id);
  if (record == nullptr) {
    ConferenceRecord created;
    created.id = conference.id;
    created.name = name;
    created.tag = conference.tag;
    created.event_url = conference.target.url;
    created.created_ms = clock_.NowMs();
    archive_.Add(std::move(created));
    record = archive_.FindConference(conference.id);
  }
  record->members.push_back({{"callId", call.id},
                             {"conferenceId", conference.id},
                             {"mute", bxml::BoolOf(verb, "mute")},
                             {"hold", bxml::BoolOf(verb, "hold")},
                             {"callIdsToCoach", nullptr}});
}

void CallEngine::DropMember(const Conference& conference, const Call& call) {
  ConferenceRecord* record = archive_.FindConference(conference.id);
  if (record == nullptr) return;
  std::erase_if(record->members,
                [&](const Json& member) { return json::StringOr(member, "callId") == call.id; });
  if (!conference.member_ids.empty()) return;
  FinishConferenceRecording(*record);
  record->completed_ms = clock_.NowMs();
}

void CallEngine::FinishConferenceRecording(ConferenceRecord& conference) {
  if (!conference.recording_since_ms) return;
  const std::int64_t since_ms = *std::exchange(conference.recording_since_ms, std::nullopt);
  const std::int64_t end_ms = clock_.NowMs();
  StoredRecording stored;
  stored.id = NewId(random_, "r");
  stored.owner_id = conference.id;
  stored.of_conference = true;
  stored.facts = {{"conferenceId", conference.id},
                  {"name", conference.name},
                  {"recordingId", stored.id},
                  {"startTime", FormatIso8601(since_ms)},
                  {"endTime", FormatIso8601(end_ms)},
                  {"duration", IsoDuration(end_ms - since_ms)},
                  {"channels", 1},
                  {"fileFormat", "wav"},
                  {"status", "complete"}};
  archive_.Add(std::move(stored));
}

// Each member goes on with the verb behind <Conference>.
void CallEngine::EndConference(const std::string& name) {
  const auto found = conferences_.find(name);
  if (found == conferences_.end()) return;
  const std::vector<std::string> members = found->second.member_ids;
  for (const std::string& id : members) {
    Call* call = calls_.Find(id);
    if (call == nullptr) continue;
    LeaveConference(*call);
    NextGeneration(*call);
    RunNext(*call);
  }
}

void CallEngine::RedirectConference(const std::string& name, const CallbackTarget& target) {
  const auto found = conferences_.find(name);
  if (found == conferences_.end() || found->second.member_ids.empty()) return;
  Call* call = calls_.Find(found->second.member_ids.front());
  if (call == nullptr) return;
  webhooks_.Ask(*call, ConferenceEvent(name, found->second, "conferenceRedirect"), target,
                found->second.callback_timeout, [](const StatusOr<Script>&) {});
}

}  // namespace bw::sandbox

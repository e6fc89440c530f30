#include "tool-service/core/call_diagnosis.h"

#include <algorithm>
#include <array>

#include "common/bxml/document.h"
#include "tool-service/core/bxml_defaults.h"
#include "tool-service/core/event_view.h"

namespace bw::tool_service {
namespace {

using json::Json;

struct Facts {
  std::string state;
  std::string cause;
  std::string error;
  std::int64_t sip_code = 0;
  bool is_outbound = false;
  bool was_answered = false;
  /// A webhook of the call reached this server.
  bool is_known_here = false;
  /// A webhook that wants a document did.
  bool was_asked = false;
  bool is_waiting = false;
  bool has_queued = false;
  /// What is wrong with the last document that was delivered; "" when nothing is.
  std::string document_problem;
  bool document_ends_call = false;
};

using Fits = bool (*)(const Facts&);

bool Always(const Facts&) { return true; }
bool NoWebhook(const Facts& facts) { return !facts.is_known_here; }
bool NotAnswered(const Facts& facts) { return !facts.was_answered; }
bool Waiting(const Facts& facts) { return facts.is_waiting; }
bool Queued(const Facts& facts) { return facts.has_queued; }
bool BadDocument(const Facts& facts) { return !facts.document_problem.empty(); }
bool DocumentEnded(const Facts& facts) { return facts.was_answered && facts.document_ends_call; }
bool NoSuchNumber(const Facts& facts) {
  return facts.sip_code == 404 || facts.sip_code == 484 || facts.sip_code == 604;
}
bool Unasked(const Facts& facts) { return facts.is_known_here && !facts.was_asked; }

struct Row {
  /// Of a call that lasts its state, of one that is over its cause; empty: any.
  std::string_view word;
  Fits fits;
  std::string_view meaning;
  std::string_view next_step;
};

constexpr std::string_view kReachUs =
    "Check that BW_MCP_BASE_URL is public and leads to the callback port, and that answerUrl of "
    "createCall (outbound) or the application (inbound: configureCallbacks) points there.";

// While the call lasts.
constexpr std::array kLasting = {
    Row{"queued", Always, "The call waits in Bandwidth's queue; it has not been dialled yet.",
        "Wait with waitForEvents; updateCall with state completed takes it out of the queue."},
    Row{"initiated", Waiting, "Somebody is calling and hears it ring until you answer.",
        "Answer with respondToCallback now."},
    Row{"initiated", Queued, "It rings. A document is queued and will be the first thing heard.",
        "Wait with waitForEvents."},
    Row{"initiated", Always, "It rings, or is being set up.",
        "Queue what is heard first with respondToCallback; wait with waitForEvents."},
    Row{"answered", Waiting, "The other side is on the line and waits for your answer.",
        "Answer with respondToCallback now."},
    Row{"answered", NoWebhook, "It was answered, but no webhook of it has reached this server.",
        kReachUs},
    Row{"answered", Queued, "It runs; a document is queued for the next time the call asks.",
        "Wait with waitForEvents."},
    Row{"answered", Always, "It runs.",
        "Wait for the next event with waitForEvents; updateCallBxml breaks in at once."},
};

// Once it is over. (bandwidth.md §2.4, cause values)
constexpr std::array kOver = {
    Row{"busy", Always, "The line was busy.", "Try again in some minutes, or send a text."},
    Row{"timeout", NotAnswered, "Nobody answered within callTimeout.",
        "Try again later, or with a longer callTimeout (at most 300 seconds), or send a text."},
    Row{"timeout", Always, "Something on the call took longer than allowed.",
        "Read the turns with getCall to see what ran last."},
    Row{"cancel", Always,
        "It was ended before anybody answered: by updateCall, or the caller gave "
        "up.",
        "Nothing is wrong with the line; call again if it is still wanted."},
    Row{"rejected", NoSuchNumber, "The number does not exist or is incomplete.",
        "Check the number with the person or with createSyncLookup; do not call it again."},
    Row{"rejected", Always, "The other side, its carrier or a blocking service refused the call.",
        "Do not call again at once. Check the caller's number and its reputation, or send a text."},
    Row{"callback-error", NoWebhook,
        "Bandwidth could not reach the URL that should have answered "
        "it: no webhook of the call came here.",
        kReachUs},
    Row{"callback-error", Unasked,
        "Events of the call came here, but not the one that asks for a "
        "document: that URL leads elsewhere or could not be reached.",
        kReachUs},
    Row{"callback-error", Always,
        "A webhook of the call was answered too late, with an error, or its URL was not reached.",
        "Look at the last turn with getCall. Answer within seconds; check the callback service's "
        "log, its credentials (a 401 without a second try) and every URL in the last document."},
    Row{"invalid-bxml", BadDocument, "The last document was not valid BXML.",
        "Correct what is named below; generateBXML checks a document before it is used."},
    Row{"invalid-bxml", Always,
        "Bandwidth could not execute a document: an unknown verb or attribute, or over 64 KB.",
        "Look at the last turn with getCall; make documents with generateBXML."},
    Row{"account-limit", Always, "The account has too many calls at once, or makes them too fast.",
        "Wait some seconds and call again, more slowly; getStatistics shows the queue."},
    Row{"node-capacity-exceeded", Always, "Bandwidth had no capacity for the call.",
        "Try again in a minute."},
    Row{"application-error", NoWebhook, "The application of the call is set up wrongly.", kReachUs},
    Row{"application-error", Always,
        "The documents of the call went wrong, such as a loop of "
        "Redirects.",
        "Look at the turns with getCall."},
    Row{"hangup", NotAnswered, "It was hung up before it was answered.",
        "The caller gave up, or the first document ended the call: look at getCall."},
    Row{"hangup", DocumentEnded,
        "The last document had been played and held nothing to wait for, "
        "so the call ended.",
        "To keep a call open, end documents with Gather or Redirect."},
    Row{"hangup", Always, "One side hung up; that is the normal end.",
        "Nothing to repair. Call again if something is left to say."},
    Row{"error", NoSuchNumber, "The number does not exist or is incomplete.",
        "Check the number with the person or with createSyncLookup; do not call it again."},
    Row{"error", Always, "The network or the platform failed.",
        "Try once more in a minute; if it fails again give the call id to Bandwidth."},
    Row{"", Always, "It ended for a reason that is not known here.",
        "Try once more; if it fails again give the call id to Bandwidth."},
};

constexpr Row kNobodyKnows = {
    "", Always, "Neither Bandwidth nor this server knows the call.",
    "Check call_id and accountId. A new call may take some seconds to appear; after 7 days it is "
    "forgotten."};

struct SipRow {
  std::int64_t code;
  std::string_view meaning;
};
// RFC 3261 §21, RFC 8197 (607), RFC 8688 (608)
constexpr std::array kSipCodes = {
    SipRow{403, "forbidden"},
    SipRow{404, "no such number"},
    SipRow{408, "no answer from the network"},
    SipRow{480, "not reachable at present"},
    SipRow{484, "incomplete number"},
    SipRow{486, "busy"},
    SipRow{487, "cancelled"},
    SipRow{488, "no common audio format"},
    SipRow{500, "the far end failed"},
    SipRow{503, "the network is overloaded"},
    SipRow{600, "busy everywhere"},
    SipRow{603, "declined"},
    SipRow{604, "the number exists nowhere"},
    SipRow{607, "unwanted: the called person blocks such calls"},
    SipRow{608, "rejected by a blocking service"},
};

// Webhooks that want no document. (bandwidth.md §2.3)
bool AsksForDocument(std::string_view type) {
  constexpr std::array<std::string_view, 9> kAsking = {
      "initiate",       "answer",         "gather",
      "redirect",       "transferAnswer", "transferComplete",
      "bridgeComplete", "recordComplete", "bridgeTargetComplete"};
  return std::find(kAsking.begin(), kAsking.end(), type) != kAsking.end();
}

std::string FirstOf(std::string first, std::string second) {
  return first.empty() ? std::move(second) : std::move(first);
}

void AddEvents(const std::vector<Event>& events, Facts& facts) {
  for (const Event& event : events) {
    facts.is_known_here = true;
    facts.was_asked = facts.was_asked || AsksForDocument(event.type);
    facts.was_answered = facts.was_answered || event.type == "answer" || event.type == "gather";
    if (event.type != "disconnect") continue;
    facts.sip_code = json::GetInt(event.payload, "sipResponseCode").value_or(0);
    facts.cause = FirstOf(facts.cause, json::StringOr(event.payload, "cause"));
    facts.error = FirstOf(facts.error, json::StringOr(event.payload, "errorMessage"));
    facts.was_answered = facts.was_answered || !json::StringOr(event.payload, "answerTime").empty();
  }
}

void AddRecord(const CallRecord& record, Facts& facts) {
  facts.is_known_here = true;
  facts.state = record.state;
  facts.cause = record.disconnect_cause;
  facts.error = record.error_message;
  facts.is_outbound = record.direction == EventDirection::kOutbound;
  facts.was_answered = record.answer_time_ms != 0;
  facts.is_waiting = record.webhook_held;
  facts.has_queued = record.queued.has_value();
  const auto last = std::find_if(record.turns.rbegin(), record.turns.rend(),
                                 [](const Turn& turn) { return !turn.bxml.empty(); });
  if (last == record.turns.rend()) return;
  const auto document = bxml::Parse(last->bxml, {.allow_http_credentials = true});
  if (!document.ok()) facts.document_problem = Message(document.status());
  facts.document_ends_call = document.ok() && EndsCall(*document);
}

// The platform is believed where both know.
void AddPlatform(const Json& platform, Facts& facts) {
  if (!platform.is_object()) return;
  facts.state = FirstOf(json::StringOr(platform, "state"), facts.state);
  facts.cause = FirstOf(json::StringOr(platform, "disconnectCause"), facts.cause);
  facts.error = FirstOf(json::StringOr(platform, "errorMessage"), facts.error);
  facts.is_outbound = facts.is_outbound || json::StringOr(platform, "direction") == "outbound";
  facts.was_answered = facts.was_answered || !json::StringOr(platform, "answerTime").empty();
}

template <std::size_t kSize>
const Row* FindRow(const std::array<Row, kSize>& rows, std::string_view word, const Facts& facts) {
  const auto* row = std::find_if(rows.begin(), rows.end(), [&](const Row& candidate) {
    return (candidate.word.empty() || candidate.word == word) && candidate.fits(facts);
  });
  return row == rows.end() ? nullptr : row;
}

const Row& RowFor(const Facts& facts, bool is_known) {
  if (!is_known) return kNobodyKnows;
  const bool is_over = facts.state == "disconnected" || !facts.cause.empty();
  if (!is_over) {
    if (const Row* row = FindRow(kLasting, facts.state, facts)) return *row;
    return kLasting.back();
  }
  return *FindRow(kOver, facts.cause, facts);
}

std::vector<std::string> EvidenceOf(const CallEvidence& evidence, const Facts& facts) {
  std::vector<std::string> lines;
  if (evidence.platform.is_object()) {
    lines.push_back("Bandwidth says: state " +
                    json::StringOr(evidence.platform, "state", "not given") +
                    (facts.cause.empty() ? "" : ", cause " + facts.cause));
  }
  if (!facts.error.empty()) lines.push_back("error message: " + facts.error);
  if (facts.sip_code != 0) {
    const std::string_view meaning = MeaningOfSipCode(facts.sip_code);
    lines.push_back("SIP response " + std::to_string(facts.sip_code) +
                    (meaning.empty() ? "" : ": " + std::string(meaning)));
  }
  lines.push_back(facts.is_known_here ? "webhooks of the call that reached this server: " +
                                            std::to_string(evidence.events.size())
                                      : "no webhook of the call reached this server");
  if (!evidence.events.empty()) lines.push_back("last event: " + EventLine(evidence.events.back()));
  if (!facts.document_problem.empty()) {
    lines.push_back("the last document: " + facts.document_problem);
  }
  return lines;
}

}  // namespace

CallDiagnosis DiagnoseCall(const CallEvidence& evidence) {
  Facts facts;
  if (evidence.record) AddRecord(*evidence.record, facts);
  AddEvents(evidence.events, facts);
  AddPlatform(evidence.platform, facts);
  const bool is_known = facts.is_known_here || evidence.platform.is_object();
  const Row& row = RowFor(facts, is_known);
  CallDiagnosis diagnosis;
  diagnosis.state = facts.state.empty() ? "unknown" : facts.state;
  diagnosis.cause = facts.cause;
  diagnosis.meaning = row.meaning;
  diagnosis.next_step = row.next_step;
  diagnosis.evidence = EvidenceOf(evidence, facts);
  return diagnosis;
}

std::string_view MeaningOfSipCode(std::int64_t code) {
  const auto* row =
      std::find_if(kSipCodes.begin(), kSipCodes.end(),
                   [code](const SipRow& candidate) { return candidate.code == code; });
  return row == kSipCodes.end() ? std::string_view() : row->meaning;
}

}  // namespace bw::tool_service

#include "common/bxml/vocabulary.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>

namespace bw::bxml {
namespace {

using Attributes = std::vector<AttributeSpec>;

constexpr double kMaxCredentialBytes = 1024;
constexpr double kMaxNameBytes = 256;

AttributeSpec Choice(std::string name, std::vector<std::string_view> choices,
                     std::string_view default_value, std::string_view description) {
  return {std::move(name),    ValueKind::kChoice, 0,     0,
          std::move(choices), default_value,      false, description};
}

AttributeSpec Boolean(std::string name, std::string_view default_value,
                      std::string_view description) {
  return {std::move(name), ValueKind::kBoolean, 0, 0, {}, default_value, false, description};
}

AttributeSpec Number(std::string name, ValueKind kind, double minimum, double maximum,
                     std::string_view default_value, std::string_view description) {
  return {std::move(name), kind, minimum, maximum, {}, default_value, false, description};
}

AttributeSpec TextOf(std::string name, double maximum, std::string_view description) {
  return {std::move(name), ValueKind::kText, 0, maximum, {}, "", false, description};
}

AttributeSpec Url(std::string name, std::string_view description) {
  return {std::move(name), ValueKind::kUrl, 1, kMaxUrlBytes, {}, "", false, description};
}

AttributeSpec SocketUrl(std::string_view description) {
  return {"destination", ValueKind::kSocketUrl, 1, kMaxUrlBytes, {}, "", false, description};
}

AttributeSpec Method(std::string name) {
  return Choice(std::move(name), {"GET", "POST"}, "POST", "HTTP method of that request");
}

AttributeSpec Tag() {
  return TextOf("tag", kMaxTagBytes, "Returned with this and all later events of the call");
}

AttributeSpec Required(AttributeSpec attribute) {
  attribute.required = true;
  return attribute;
}

Attributes Credentials() {
  return {TextOf("username", kMaxCredentialBytes, "Basic credentials for the URLs of this verb"),
          {"password", ValueKind::kSecret, 0, kMaxCredentialBytes, {}, "", false, "See username"}};
}

// xUrl and xMethod: an event without an answer.
Attributes Notification(const std::string& prefix, std::string_view description) {
  return {Url(prefix + "Url", description), Method(prefix + "Method")};
}

// The family of an event that is answered with BXML.
Attributes Callback(const std::string& prefix, std::string_view description) {
  Attributes family = {Url(prefix + "Url", description), Method(prefix + "Method"),
                       Url(prefix + "FallbackUrl", "Asked when the first URL fails"),
                       Method(prefix + "FallbackMethod")};
  for (AttributeSpec& credential : Credentials()) family.push_back(std::move(credential));
  family.push_back(
      TextOf("fallbackUsername", kMaxCredentialBytes, "Basic credentials for the fallback URL"));
  family.push_back({"fallbackPassword",
                    ValueKind::kSecret,
                    0,
                    kMaxCredentialBytes,
                    {},
                    "",
                    false,
                    "See fallbackUsername"});
  return family;
}

Attributes Join(std::initializer_list<Attributes> groups) {
  Attributes all;
  for (const Attributes& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

const std::vector<std::string_view>& DiversionReasons() {
  static const std::vector<std::string_view> reasons = {
      "unknown",        "user-busy",  "no-answer", "unavailable",    "unconditional", "time-of-day",
      "do-not-disturb", "deflection", "follow-me", "out-of-service", "away"};
  return reasons;
}

Attributes Diversion() {
  return {Choice("diversionTreatment", {"none", "propagate", "stack"}, "none",
                 "What happens to the Diversion headers of the call"),
          Choice("diversionReason", DiversionReasons(), "unknown",
                 "Only with diversionTreatment stack")};
}

AttributeSpec CallTimeout() {
  return Number("callTimeout", ValueKind::kDecimal, 1, 300, "30", "Seconds to ring");
}

AttributeSpec Tracks() {
  return Choice("tracks", {"inbound", "outbound", "both"}, "inbound", "Which side's audio");
}

AttributeSpec FileFormat() {
  return Choice("fileFormat", {"wav", "mp3"}, "wav", "Format of the recording");
}

Attributes RecordingEvents() {
  return Join({Notification("recordingAvailable", "Told when the recording can be fetched"),
               {Boolean("transcribe", "false", "Transcribe the recording"),
                Boolean("detectLanguage", "false", "Detect English, French or Spanish")},
               Notification("transcriptionAvailable", "Told when the transcription is ready")});
}

std::vector<VerbSpec> SpeechVerbs() {
  return {
      {"SpeakSentence",
       "Speak text to the caller",
       {TextOf("voice", 64, "Voice name such as julie or paul; overrides gender and locale"),
        Choice("gender", {"female", "male"}, "female", "Gender of the voice"),
        TextOf("locale", 16, "Locale of the voice, such as en_US")},
       TextRule::kSpeech,
       true},
      {"PlayAudio", "Play an audio file (wav or mp3) from a URL", Credentials(), TextRule::kUrl,
       true},
      {"Pause", "Silence", {Number("duration", ValueKind::kDecimal, 0.1, 86'400, "1", "Seconds")}},
      {"Ring",
       "Ring-back tone",
       {Number("duration", ValueKind::kDecimal, 0.1, 86'400, "5", "Seconds"),
        Boolean("answerCall", "true", "false keeps an inbound call unanswered")}},
      {"SendDtmf",
       "Send key tones",
       {Number("toneDuration", ValueKind::kInteger, 50, 5000, "200", "Milliseconds of each tone"),
        Number("toneInterval", ValueKind::kInteger, 50, 5000, "400", "Milliseconds between tones")},
       TextRule::kDtmf,
       true},
  };
}

std::vector<VerbSpec> GatherVerbs() {
  return {
      {"Gather",
       "Collect key presses; prompts inside are interrupted by a key",
       Join(
           {Callback("gather", "Receives the digits; its answer goes on with the call"),
            {Tag(),
             {"terminatingDigits", ValueKind::kDigits, 0, 16, {}, "", false, "Keys that end it"},
             Number("maxDigits", ValueKind::kInteger, 1, 50, "50", "Digits to collect"),
             Number("interDigitTimeout", ValueKind::kDecimal, 1, 60, "5", "Seconds between digits"),
             Number("firstDigitTimeout", ValueKind::kDecimal, 0, 60, "5",
                    "Seconds to wait after the prompts"),
             Number("repeatCount", ValueKind::kInteger, 1, 20, "1", "Times to play the prompts")}}),
       TextRule::kNone,
       false,
       {"SpeakSentence", "PlayAudio"},
       0,
       kMaxGatherPrompts},
      {"StartGather", "Report each key press while other verbs run",
       Join({{Required(Url("dtmfUrl", "Told of each key")), Method("dtmfMethod")},
             Credentials(),
             {Tag()}})},
      {"StopGather", "Stop reporting key presses", {}},
  };
}

std::vector<VerbSpec> ControlVerbs() {
  Attributes redirect = Join({Callback("redirect", "Answers with the next document"), {Tag()}});
  redirect.front().required = true;
  return {
      {"Redirect", "Ask a URL for the next document; verbs after it are skipped",
       std::move(redirect)},
      {"Hangup", "End the call", {}},
      {"Tag", "Change the call's tag; empty clears it", {}, TextRule::kTag},
      {"Refer",
       "Send an inbound SIP call elsewhere and leave it",
       Join({Notification("referComplete", "Told when the referral failed"), {Tag()}}),
       TextRule::kNone,
       false,
       {"SipUri"},
       1,
       1},
      {"Connect",
       "Connect the call to a browser endpoint (beta)",
       {Url("eventCallbackUrl", "Receives endpoint events"),
        Url("eventFallbackUrl", "Asked when the first URL fails")},
       TextRule::kNone,
       false,
       {"Endpoint"},
       1,
       8},
      {"Endpoint", "An endpoint id", {}, TextRule::kIdentifier, true, {}, 0, 0, false},
  };
}

std::vector<VerbSpec> TransferVerbs() {
  const AttributeSpec uui =
      TextOf("uui", 256, "User-to-User header; ends in ;encoding=base64 or is a JWT");
  const Attributes leg = Join({Callback("transferAnswer", "Asked when this leg answers"),
                               Notification("transferDisconnect", "Told when this leg ends"),
                               {Tag(), uui}});
  return {
      {"Transfer",
       "Ring one or more parties and connect the first that answers",
       Join(
           {{{"transferCallerId",
              ValueKind::kPhone,
              0,
              256,
              {"Restricted", "Anonymous", "Private", "Unavailable"},
              "",
              false,
              "Number shown to the called party; absent: the original caller's"},
             TextOf("transferCallerDisplayName", 256, "Name shown to the called party"),
             CallTimeout()},
            Callback("transferComplete", "Asked when the transfer ends and the caller is still up"),
            {Tag()},
            Diversion()}),
       TextRule::kNone,
       false,
       {"PhoneNumber", "SipUri"},
       1,
       8},
      {"PhoneNumber",
       "A number to ring (E.164)",
       leg,
       TextRule::kPhoneNumber,
       true,
       {},
       0,
       0,
       false},
      {"SipUri", "A SIP address to ring", leg, TextRule::kSipUri, true, {}, 0, 0, false},
      {"Forward", "Pass an unanswered inbound call on and lose control of it",
       Join({{Required({"to", ValueKind::kPhone, 1, 1024, {}, "", false, "Who to ring"}),
              {"from", ValueKind::kPhone, 1, 1024, {}, "", false, "Number shown"},
              CallTimeout()},
             Diversion(),
             {uui}})},
      {"Bridge", "Connect this call with another call, named by its call id",
       Join({Callback("bridgeComplete", "Asked when the other call ended"),
             {Url("bridgeTargetCompleteUrl", "Asked for the other call when this one ended"),
              Method("bridgeTargetCompleteMethod"),
              Url("bridgeTargetCompleteFallbackUrl", "Asked when the target URL fails"),
              Method("bridgeTargetCompleteFallbackMethod"), Tag()}}),
       TextRule::kCallId, true},
      {"Conference", "Join a named conference",
       Join({{Boolean("mute", "false", "Cannot be heard"),
              Boolean("hold", "false", "Cannot hear or be heard"),
              TextOf("callIdsToCoach", 1024, "Call ids, comma-separated, that hear this member")},
             Callback("conferenceEvent", "Told of the conference's events"),
             {Tag(), Number("callbackTimeout", ValueKind::kDecimal, 1, 25, "15",
                            "Seconds to wait for an answer to an event")}}),
       TextRule::kConferenceName, true},
  };
}

std::vector<VerbSpec> RecordingVerbs() {
  return {
      {"Record", "Record the caller until a key, silence or the maximum duration",
       Join({Callback("recordComplete", "Asked when the recording is over"),
             RecordingEvents(),
             {Tag(),
              {"terminatingDigits", ValueKind::kDigits, 0, 16, {}, "#", false, "Keys that end it"},
              Number("maxDuration", ValueKind::kInteger, 1, 10'800, "60", "Seconds"),
              Number("silenceTimeout", ValueKind::kDecimal, 0, 10'800, "0",
                     "Seconds of silence that end it; 0: never"),
              FileFormat()}})},
      {"StartRecording", "Record the call in the background",
       Join({RecordingEvents(),
             Credentials(),
             {Tag(), FileFormat(), Boolean("multiChannel", "false", "One channel for each side"),
              TextOf("recordingName", kMaxNameBytes, "Name of the recording")}})},
      {"PauseRecording", "Pause the recording", {}},
      {"ResumeRecording", "Go on recording", {}},
      {"StopRecording", "End the recording", {}},
  };
}

constexpr std::size_t kMaxParameters = 12;

VerbSpec Parameter(std::string_view name) {
  return {
      name,
      "A value handed to the far side",
      {Required(TextOf("name", kMaxNameBytes, "Name")), Required(TextOf("value", 2048, "Value"))},
      TextRule::kNone,
      false,
      {},
      0,
      0,
      false};
}

std::vector<VerbSpec> StreamVerbs() {
  const AttributeSpec name = TextOf("name", kMaxNameBytes, "Unique among the call's streams");
  return {
      {"StartStream",
       "Stream the call's audio to a WebSocket",
       Join({{name,
              Choice("mode", {"unidirectional", "bidirectional"}, "unidirectional",
                     "Whether the far side may send audio"),
              Tracks(),
              Required(SocketUrl("wss:// address that receives the audio")),
              TextOf("destinationUsername", kMaxCredentialBytes, "Credentials for it"),
              {"destinationPassword",
               ValueKind::kSecret,
               0,
               kMaxCredentialBytes,
               {},
               "",
               false,
               "See destinationUsername"}},
             Notification("streamEvent", "Told of the stream's events"),
             Credentials()}),
       TextRule::kNone,
       false,
       {"StreamParam"},
       0,
       kMaxParameters},
      Parameter("StreamParam"),
      {"StopStream",
       "End a stream",
       {Required(name), Boolean("wait", "false", "Wait until the far side closes it")}},
      {"StartTranscription",
       "Transcribe the call as it happens",
       Join({{name, Tracks(), SocketUrl("wss:// address that receives the words"),
              Boolean("stabilized", "true", "Only settled words; needs destination")},
             Notification("transcriptionEvent", "Told of the transcription's events"),
             Credentials()}),
       TextRule::kNone,
       false,
       {"CustomParam"},
       0,
       kMaxParameters},
      Parameter("CustomParam"),
      {"StopTranscription", "End a transcription; all of them without a name", {name}},
  };
}

std::vector<VerbSpec> BuildVocabulary() {
  std::vector<VerbSpec> all;
  for (auto* group :
       {&SpeechVerbs, &GatherVerbs, &ControlVerbs, &TransferVerbs, &RecordingVerbs, &StreamVerbs}) {
    std::vector<VerbSpec> verbs = group();
    std::move(verbs.begin(), verbs.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

const std::vector<VerbSpec>& Vocabulary() {
  static const std::vector<VerbSpec> vocabulary = BuildVocabulary();
  return vocabulary;
}

const VerbSpec* FindVerb(std::string_view name) {
  const auto& all = Vocabulary();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const VerbSpec& v) { return v.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const AttributeSpec* FindAttribute(const VerbSpec& verb, std::string_view name) {
  const auto found = std::find_if(verb.attributes.begin(), verb.attributes.end(),
                                  [&](const AttributeSpec& a) { return a.name == name; });
  return found == verb.attributes.end() ? nullptr : &*found;
}

std::vector<std::string_view> VerbNames() {
  std::vector<std::string_view> names;
  for (const VerbSpec& verb : Vocabulary()) {
    if (verb.top_level) names.push_back(verb.name);
  }
  return names;
}

}  // namespace bw::bxml

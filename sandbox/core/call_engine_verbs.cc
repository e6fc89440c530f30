// The verbs that concern one call: sounds, keys, control, recordings, streams.
#include <algorithm>
#include <utility>

#include "sandbox/core/call_engine.h"

namespace bw::sandbox {
namespace {

using json::Json;

// Speech at about 15 characters a second; audio files are not fetched, so one length fits all.
constexpr double kSpeechMsPerByte = 65;
constexpr double kAudioMs = 5000;
constexpr double kStorageDelayMs = 500;
constexpr double kTranscriptionDelayMs = 1500;
constexpr std::size_t kMaxTracks = 4;

double PromptMs(const bxml::Verb& verb) {
  return verb.name == "PlayAudio" ? kAudioMs
                                  : static_cast<double>(verb.text.size()) * kSpeechMsPerByte;
}

double SecondsToMs(const bxml::Verb& verb, std::string_view attribute) {
  return bxml::NumberOf(verb, attribute) * 1000;
}

}  // namespace

const std::map<std::string_view, CallEngine::VerbHandler>& CallEngine::Handlers() {
  static const std::map<std::string_view, VerbHandler> handlers = {
      {"SpeakSentence", &CallEngine::Speak},
      {"PlayAudio", &CallEngine::Play},
      {"Pause", &CallEngine::Pause},
      {"Ring", &CallEngine::Ring},
      {"SendDtmf", &CallEngine::SendDtmf},
      {"Redirect", &CallEngine::RedirectVerb},
      {"Hangup", &CallEngine::Hangup},
      {"Tag", &CallEngine::SetTag},
      {"Gather", &CallEngine::Gather},
      {"StartGather", &CallEngine::StartGather},
      {"StopGather", &CallEngine::StopGather},
      {"Record", &CallEngine::RecordVerb},
      {"StartRecording", &CallEngine::StartRecording},
      {"PauseRecording", &CallEngine::PauseRecording},
      {"ResumeRecording", &CallEngine::ResumeRecording},
      {"StopRecording", &CallEngine::StopRecording},
      {"StartStream", &CallEngine::StartTap},
      {"StopStream", &CallEngine::StopTap},
      {"StartTranscription", &CallEngine::StartTap},
      {"StopTranscription", &CallEngine::StopTap},
      {"Transfer", &CallEngine::Transfer},
      {"Forward", &CallEngine::Forward},
      {"Bridge", &CallEngine::BridgeVerb},
      {"Conference", &CallEngine::JoinConference},
      {"Refer", &CallEngine::Refer},
      {"Connect", &CallEngine::Connect},
  };
  return handlers;
}

CallEngine::Flow CallEngine::Speak(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  Later(call, PromptMs(verb), [this](Call& c) { RunNext(c); });
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::Play(Call& call, const bxml::Verb& verb) { return Speak(call, verb); }

// Bandwidth does not say whether Pause answers an inbound call; here it does not, so that a
// document that relies on it is noticed.
CallEngine::Flow CallEngine::Pause(Call& call, const bxml::Verb& verb) {
  Later(call, SecondsToMs(verb, "duration"), [this](Call& c) { RunNext(c); });
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::Ring(Call& call, const bxml::Verb& verb) {
  if (bxml::BoolOf(verb, "answerCall")) AnswerIfRinging(call);
  return Pause(call, verb);
}

CallEngine::Flow CallEngine::SendDtmf(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  const double key_ms = bxml::NumberOf(verb, "toneDuration") + bxml::NumberOf(verb, "toneInterval");
  Later(call, key_ms * static_cast<double>(verb.text.size()), [this](Call& c) { RunNext(c); });
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::RedirectVerb(Call& call, const bxml::Verb& verb) {
  call.pending.clear();
  AskAndRun(call, Event(call, "redirect"), TargetOf(verb, "redirect", call.base_url));
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::Hangup(Call& call, const bxml::Verb&) {
  const bool refused = call.direction == Direction::kInbound && call.state == CallState::kInitiated;
  End(call, refused ? EndReason{"rejected", "", 603} : EndReason{"hangup"});
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::SetTag(Call& call, const bxml::Verb& verb) {
  call.tag = verb.text;
  return Flow::kNext;
}

CallEngine::Flow CallEngine::Gather(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  NextGeneration(call);
  call.gather = GatherProgress{verb, "", static_cast<int>(bxml::NumberOf(verb, "repeatCount"))};
  // The person listens, then presses; a key ends the prompt.
  if (call.next_digits < call.script.digits.size()) {
    const std::string keys = call.script.digits[call.next_digits++];
    if (!keys.empty()) {
      Later(call, static_cast<double>(call.script.press_after_ms),
            [this, keys](Call& c) { OnKeys(c, keys); });
    }
  }
  PlayPrompts(call);
  return Flow::kWaiting;
}

// One round: all prompts, then the wait for a first key; then the next round or the end.
void CallEngine::PlayPrompts(Call& call) {
  GatherProgress& gather = *call.gather;
  --gather.rounds_left;
  double round_ms = SecondsToMs(gather.verb, "firstDigitTimeout");
  for (const bxml::Verb& prompt : gather.verb.children) {
    Json details = {{"verb", prompt.name}, {"in", "Gather"}};
    if (!prompt.text.empty()) details["text"] = prompt.text.substr(0, 256);
    Note(call, "verb", std::move(details));
    round_ms += PromptMs(prompt);
  }
  Later(call, round_ms, [this](Call& c) {
    if (c.gather->rounds_left > 0) {
      PlayPrompts(c);
    } else {
      FinishGather(c, "");
    }
  });
}

void CallEngine::OnKeys(Call& call, const std::string& keys) {
  Note(call, "keys", {{"keys", keys}});
  GatherProgress gather = *std::move(call.gather);
  NextGeneration(call);
  const std::string_view terminators = bxml::AttributeOr(gather.verb, "terminatingDigits");
  const auto maximum = static_cast<std::size_t>(bxml::NumberOf(gather.verb, "maxDigits"));
  std::string terminator;
  bool complete = false;
  for (const char key : keys) {
    if (terminators.find(key) != std::string_view::npos) {
      terminator = key;
      complete = true;
      break;
    }
    gather.digits += key;
    complete = gather.digits.size() >= maximum;
    if (complete) break;
  }
  const double patience_ms = SecondsToMs(gather.verb, "interDigitTimeout");
  call.gather = std::move(gather);
  if (complete) {
    FinishGather(call, terminator);
  } else {
    Later(call, patience_ms, [this](Call& c) { FinishGather(c, ""); });
  }
}

void CallEngine::FinishGather(Call& call, const std::string& terminating_digit) {
  const GatherProgress gather = *std::move(call.gather);
  NextGeneration(call);
  ++call.gathers_done;
  const CallbackTarget target = TargetOf(gather.verb, "gather", call.base_url);
  if (target.url.empty()) {
    RunNext(call);
    return;
  }
  call.pending.clear();
  Json event = Event(call, "gather");
  event["digits"] = gather.digits;
  event["terminatingDigit"] = terminating_digit;
  AskAndRun(call, std::move(event), target);
}

void CallEngine::Press(Call& call, const std::string& keys) {
  if (call.gather) {
    OnKeys(call, keys);
    return;
  }
  Note(call, "keys", {{"keys", keys}});
  if (!call.start_gather) return;
  const CallbackTarget target = TargetOf(*call.start_gather, "dtmf", call.start_gather_base_url);
  for (const char key : keys) {
    Json event = Event(call, "dtmf");
    event["digit"] = std::string(1, key);
    webhooks_.Notify(call, std::move(event), target);
  }
}

CallEngine::Flow CallEngine::StartGather(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  call.start_gather = verb;
  call.start_gather_base_url = call.base_url;
  return Flow::kNext;
}

CallEngine::Flow CallEngine::StopGather(Call& call, const bxml::Verb&) {
  call.start_gather.reset();
  return Flow::kNext;
}

CallEngine::Flow CallEngine::RecordVerb(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  const double length_ms =
      std::min(static_cast<double>(call.script.record_ms), SecondsToMs(verb, "maxDuration"));
  Recording recording{NewId(random_, "r"), verb, call.base_url, clock_.NowMs()};
  Later(call, length_ms, [this, recording = std::move(recording)](Call& c) {
    const std::int64_t end_ms = clock_.NowMs();
    PostRecording(c, recording, end_ms);
    const CallbackTarget target = TargetOf(recording.verb, "recordComplete", recording.base_url);
    if (target.url.empty()) {
      RunNext(c);
      return;
    }
    c.pending.clear();
    Json event = Event(c, "recordComplete");
    event["recordingId"] = recording.id;
    event["startTime"] = FormatIso8601(recording.start_ms);
    event["endTime"] = FormatIso8601(end_ms);
    event["duration"] = IsoDuration(end_ms - recording.start_ms);
    event["fileFormat"] = bxml::AttributeOr(recording.verb, "fileFormat");
    event["channels"] = 1;
    AskAndRun(c, std::move(event), target);
  });
  return Flow::kWaiting;
}

// A call has one background recording; a second StartRecording is ignored, as the platform does.
CallEngine::Flow CallEngine::StartRecording(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  if (!call.recording) {
    call.recording = Recording{NewId(random_, "r"), verb, call.base_url, clock_.NowMs()};
  }
  return Flow::kNext;
}

CallEngine::Flow CallEngine::PauseRecording(Call& call, const bxml::Verb&) {
  if (call.recording) call.recording->paused = true;
  return Flow::kNext;
}

CallEngine::Flow CallEngine::ResumeRecording(Call& call, const bxml::Verb&) {
  if (call.recording) call.recording->paused = false;
  return Flow::kNext;
}

CallEngine::Flow CallEngine::StopRecording(Call& call, const bxml::Verb&) {
  if (call.recording) FinishRecording(call);
  return Flow::kNext;
}

void CallEngine::FinishRecording(Call& call) {
  const Recording recording = *std::move(call.recording);
  call.recording.reset();
  PostRecording(call, recording, clock_.NowMs());
}

// The recording becomes available a little later, also when the call is over by then.
void CallEngine::PostRecording(Call& call, const Recording& recording, std::int64_t end_ms) {
  const bool two_channels = bxml::BoolOf(recording.verb, "multiChannel");
  Json facts = {{"recordingId", recording.id},
                {"startTime", FormatIso8601(recording.start_ms)},
                {"endTime", FormatIso8601(end_ms)},
                {"duration", IsoDuration(end_ms - recording.start_ms)},
                {"fileFormat", bxml::AttributeOr(recording.verb, "fileFormat")},
                {"channels", two_channels ? 2 : 1},
                {"mediaUrl", settings_.api_base_url + "/api/v2/accounts/" + call.account_id +
                                 "/calls/" + call.id + "/recordings/" + recording.id + "/media"}};
  const auto post = [this](const std::string& id, std::string_view type,
                           const CallbackTarget& target, Json members) {
    Call* found = calls_.Find(id);
    if (found == nullptr) return;
    Json event = Event(*found, type);
    event.update(members);
    webhooks_.Notify(*found, std::move(event), target);
  };
  KeepRecording(call, facts, bxml::BoolOf(recording.verb, "transcribe"));
  Json stored = facts;
  stored["status"] = "complete";
  scheduler_.After(settings_.Scaled(kStorageDelayMs),
                   [post, id = call.id, stored = std::move(stored),
                    target = TargetOf(recording.verb, "recordingAvailable", recording.base_url)] {
                     post(id, "recordingAvailable", target, stored);
                   });
  if (!bxml::BoolOf(recording.verb, "transcribe")) return;
  facts["transcription"] = {{"id", NewId(random_, "t")},
                            {"status", "available"},
                            {"completedTime", FormatIso8601(clock_.NowMs())},
                            {"url", facts["mediaUrl"].get<std::string>() + "/../transcription"}};
  scheduler_.After(
      settings_.Scaled(kTranscriptionDelayMs),
      [post, id = call.id, facts = std::move(facts),
       target = TargetOf(recording.verb, "transcriptionAvailable", recording.base_url)] {
        post(id, "transcriptionAvailable", target, facts);
      });
}

// Streams and live transcriptions: the sandbox opens no WebSocket and sends no audio; it tells of
// the start and the stop, and refuses what the platform refuses.
CallEngine::Flow CallEngine::StartTap(Call& call, const bxml::Verb& verb) {
  AnswerIfRinging(call);
  MediaTap tap;
  tap.is_stream = verb.name == "StartStream";
  tap.id = NewId(random_, tap.is_stream ? "s" : "t");
  tap.name = bxml::AttributeOr(verb, "name");
  if (tap.name.empty()) tap.name = tap.id;
  tap.tracks = bxml::AttributeOr(verb, "tracks");
  tap.destination = bxml::AttributeOr(verb, "destination");
  tap.start_ms = clock_.NowMs();
  tap.target = TargetOf(verb, tap.is_stream ? "streamEvent" : "transcriptionEvent", call.base_url);
  std::string_view refused;
  std::size_t tracks = tap.tracks == "both" ? 2 : 1;
  for (const MediaTap& other : call.taps) {
    if (other.is_stream != tap.is_stream) continue;
    if (other.name == tap.name) refused = "duplicate";
    tracks += other.tracks == "both" ? 2 : 1;
  }
  if (refused.empty() && tracks > kMaxTracks) refused = "track-limit";
  Json event = TapEvent(call, tap, refused.empty() ? "Started" : "Rejected");
  if (!refused.empty()) event["cause"] = refused;
  webhooks_.Notify(call, std::move(event), tap.target);
  if (!refused.empty()) return Flow::kNext;
  if (!tap.is_stream) {
    const bool both = tap.tracks == "both";
    archive_.Add({tap.id, call.id, tap.name,
                  both ? std::vector<std::string>{"inbound", "outbound"}
                       : std::vector<std::string>{tap.tracks}});
  }
  call.taps.push_back(std::move(tap));
  return Flow::kNext;
}

CallEngine::Flow CallEngine::StopTap(Call& call, const bxml::Verb& verb) {
  const bool stream = verb.name == "StopStream";
  const std::string_view name = bxml::AttributeOr(verb, "name");
  std::erase_if(call.taps, [&](const MediaTap& tap) {
    const bool stops = tap.is_stream == stream && (name.empty() || tap.name == name);
    if (stops) EndTap(call, tap);
    return stops;
  });
  return Flow::kNext;
}

void CallEngine::EndTap(Call& call, const MediaTap& tap) {
  Json event = TapEvent(call, tap, "Stopped");
  event["cause"] = "closed";
  event[tap.is_stream ? "mediaStream" : "realTimeTranscription"]["duration"] =
      IsoDuration(clock_.NowMs() - tap.start_ms);
  webhooks_.Notify(call, std::move(event), tap.target);
}

Json CallEngine::TapEvent(const Call& call, const MediaTap& tap, std::string_view outcome) const {
  const std::string kind = tap.is_stream ? "mediaStream" : "realTimeTranscription";
  Json event = Event(call, kind + std::string(outcome));
  Json tracks = tap.tracks == "both" ? Json({"inbound", "outbound"}) : Json::array({tap.tracks});
  event[kind] = {{"id", tap.id},
                 {"name", tap.name},
                 {"destination", tap.destination},
                 {"startTime", FormatIso8601(tap.start_ms)},
                 {"tracks", std::move(tracks)}};
  if (tap.is_stream) event[kind]["type"] = "WebSocket";
  return event;
}

}  // namespace bw::sandbox

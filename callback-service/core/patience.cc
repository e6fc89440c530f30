#include "callback-service/core/patience.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "common/bxml/document.h"

namespace bw::callback_service {
namespace {

constexpr std::string_view kSampleCallId = "c-00000000-0000-0000-0000-000000000000";

// A moment of silence after the sentence: should the store be away, webhooks are answered at once,
// and the sentence alone would come again too soon.
constexpr std::string_view kPauseAfterSentence = "2";
// The shortest the platform allows; an empty document could be taken as a refusal.
constexpr std::string_view kPauseBeforeBridge = "0.1";

std::string Seconds(std::chrono::milliseconds duration) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%lld.%lld",
                                   static_cast<long long>(duration.count() / 1000),
                                   static_cast<long long>(duration.count() % 1000 / 100));
  return {text.data(), static_cast<std::size_t>(length)};
}

bxml::Verb Speak(const std::string& sentence, const std::string& voice) {
  bxml::Verb verb{.name = "SpeakSentence", .text = sentence};
  if (!voice.empty()) verb.attributes.push_back({"voice", voice});
  return verb;
}

bxml::Verb Redirect(const PatienceOptions& options, const Wait& wait) {
  bxml::Verb verb{.name = "Redirect"};
  verb.attributes.push_back({"redirectUrl", options.continue_url(wait.call_id, wait.count + 1)});
  // Said outright, because the document may answer a webhook that came as GET.
  verb.attributes.push_back({"redirectMethod", "POST"});
  if (!options.username.empty()) {
    verb.attributes.push_back({"username", options.username});
    verb.attributes.push_back({"password", options.password});
  }
  return verb;
}

bxml::Document Build(const PatienceOptions& options, FillerKind kind, const Wait& wait) {
  bxml::Document document;
  switch (kind) {
    case FillerKind::kSentence:
      document.verbs = {
          Speak(options.waiting_sentence, options.voice),
          {.name = "Pause", .attributes = {{"duration", std::string(kPauseAfterSentence)}}},
          Redirect(options, wait)};
      break;
    case FillerKind::kRing: {
      bxml::Verb ring{.name = "Ring", .attributes = {{"duration", Seconds(options.ring)}}};
      // Left to its default, Ring would answer the call, and start its billing.
      if (wait.is_unanswered_inbound) ring.attributes.push_back({"answerCall", "false"});
      document.verbs = {std::move(ring), Redirect(options, wait)};
      break;
    }
    case FillerKind::kApology:
      document.verbs = {Speak(options.apology_sentence, options.voice), {.name = "Hangup"}};
      break;
  }
  return document;
}

}  // namespace

StatusOr<Patience> Patience::Create(PatienceOptions options) {
  const Wait wait{
      .call_id = kSampleCallId, .count = options.max_waits, .is_unanswered_inbound = true};
  for (const FillerKind kind : {FillerKind::kSentence, FillerKind::kRing, FillerKind::kApology}) {
    const Status valid = bxml::Validate(Build(options, kind, wait));
    if (!valid.ok()) return Annotate(valid, "the documents for waiting callers");
  }
  return Patience(std::move(options));
}

FillerKind Patience::KindOf(const Wait& wait) const {
  if (wait.count >= options_.max_waits) return FillerKind::kApology;
  if (wait.is_unanswered_inbound && wait.count < options_.max_rings) return FillerKind::kRing;
  return wait.count % 2 == 0 ? FillerKind::kSentence : FillerKind::kRing;
}

Filler Patience::Next(const Wait& wait) const {
  Wait bounded = wait;
  bounded.count = std::clamp(wait.count, 0, options_.max_waits);
  const FillerKind kind = KindOf(bounded);
  // Past its rings an inbound call is to be answered: first by a sentence, then by its ring tones.
  if (bounded.count >= options_.max_rings) bounded.is_unanswered_inbound = false;
  return {.kind = kind, .bxml = bxml::Serialize(Build(options_, kind, bounded))};
}

std::string Patience::BridgeNow() const {
  return bxml::Serialize(
      {.verbs = {
           {.name = "Pause", .attributes = {{"duration", std::string(kPauseBeforeBridge)}}}}});
}

int Patience::ParseCount(std::string_view text) const {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range) return options_.max_waits;
  if (error != std::errc() || end != text.data() + text.size() || count < 0) return 0;
  return std::min(count, options_.max_waits);
}

}  // namespace bw::callback_service

#include "sandbox/core/call.h"

#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/url.h"

namespace bw::sandbox {
namespace {

using json::Json;

Json TimeOrNull(const std::optional<std::int64_t>& time_ms) {
  return time_ms ? Json(FormatIso8601(*time_ms)) : Json(nullptr);
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::optional<Credentials> CredentialsOf(const bxml::Verb& verb, std::string_view username,
                                         std::string_view password) {
  const std::string* name = bxml::FindAttribute(verb, username);
  if (name == nullptr) return std::nullopt;
  const std::string* secret = bxml::FindAttribute(verb, password);
  return Credentials{*name, secret == nullptr ? std::string() : *secret};
}

}  // namespace

std::string_view NameOf(CallState state) {
  switch (state) {
    case CallState::kQueued:
      return "queued";
    case CallState::kInitiated:
      return "initiated";
    case CallState::kAnswered:
      return "answered";
    case CallState::kDisconnected:
      return "disconnected";
  }
  return "unknown";
}

std::string_view NameOf(Direction direction) {
  return direction == Direction::kInbound ? "inbound" : "outbound";
}

void Timeline::Add(std::int64_t at_us, std::string_view kind, Json details) {
  if (entries_.size() >= kMaxEntries) {
    ++dropped_;
    return;
  }
  details["at_us"] = at_us;
  details["kind"] = kind;
  entries_.push_back(std::move(details));
}

Json CallStateJson(const Call& call) {
  Json state = {{"applicationId", call.application_id},
                {"accountId", call.account_id},
                {"callId", call.id},
                {"to", call.to},
                {"from", call.from},
                {"direction", NameOf(call.direction)},
                {"state", NameOf(call.state)},
                {"startTime", FormatIso8601(call.start_ms)},
                {"answerTime", TimeOrNull(call.answer_ms)},
                {"endTime", TimeOrNull(call.end_ms)},
                {"disconnectCause", TextOrNull(call.disconnect_cause)},
                {"errorMessage", TextOrNull(call.error_message)},
                {"errorId", nullptr},
                {"lastUpdate", FormatIso8601(call.last_update_ms)}};
  if (call.enqueued_ms) state["enqueuedTime"] = FormatIso8601(*call.enqueued_ms);
  if (call.is_leg()) state["parentCallId"] = call.parent_id;
  return state;
}

Json TimelineJson(const Call& call) {
  return {{"callId", call.id},
          {"from", call.from},
          {"to", call.to},
          {"direction", NameOf(call.direction)},
          {"state", NameOf(call.state)},
          {"disconnectCause", TextOrNull(call.disconnect_cause)},
          {"entries", call.timeline.entries()},
          {"entriesDropped", call.timeline.dropped()}};
}

Json VoiceEvent(const Call& call, std::string_view event_type, std::int64_t now_ms,
                std::string_view api_base_url) {
  Json event = {{"eventType", event_type},
                {"eventTime", FormatIso8601(now_ms)},
                {"accountId", call.account_id},
                {"applicationId", call.application_id},
                {"from", call.from},
                {"to", call.to},
                {"direction", NameOf(call.direction)},
                {"callId", call.id},
                {"callUrl", std::string(api_base_url) + "/api/v2/accounts/" + call.account_id +
                                "/calls/" + call.id},
                {"startTime", FormatIso8601(call.start_ms)}};
  if (call.enqueued_ms) event["enqueuedTime"] = FormatIso8601(*call.enqueued_ms);
  if (call.answer_ms) event["answerTime"] = FormatIso8601(*call.answer_ms);
  if (!call.tag.empty()) event["tag"] = call.tag;
  if (call.is_leg()) {
    event["parentCallId"] = call.parent_id;
    event["transferCallerId"] = call.transfer_caller_id;
    event["transferTo"] = call.transfer_to;
  }
  return event;
}

CallbackTarget TargetOf(const bxml::Verb& verb, std::string_view prefix,
                        std::string_view base_url) {
  const std::string name(prefix);
  CallbackTarget target;
  if (const std::string* url = bxml::FindAttribute(verb, name + "Url")) {
    target.url = ResolveUrl(base_url, *url);
  }
  if (const std::string* url = bxml::FindAttribute(verb, name + "FallbackUrl")) {
    target.fallback_url = ResolveUrl(base_url, *url);
  }
  const auto method = [&](const std::string& attribute) {
    const std::string_view given = bxml::AttributeOr(verb, attribute);
    return std::string(given.empty() ? "POST" : given);
  };
  target.method = method(name + "Method");
  target.fallback_method = method(name + "FallbackMethod");
  target.credentials = CredentialsOf(verb, "username", "password");
  target.fallback_credentials = CredentialsOf(verb, "fallbackUsername", "fallbackPassword");
  return target;
}

std::string IsoDuration(std::int64_t ms) {
  std::string seconds = std::to_string(ms / 1000);
  if (ms % 1000 != 0) {
    std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    seconds += "." + fraction;
  }
  return "PT" + seconds + "S";
}

}  // namespace bw::sandbox

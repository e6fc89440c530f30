#include "sandbox/core/voice_webhooks.h"

#include <algorithm>
#include <utility>

namespace bw::sandbox {
namespace {

using json::Json;

constexpr std::chrono::milliseconds kNotificationTimeout{15'000};
constexpr std::size_t kMaxNotificationReplyBytes = 16u << 10;

WebhookRequest MakeRequest(const Json& event, const std::string& url, const std::string& method) {
  WebhookRequest request;
  request.url = url;
  request.method = method;
  if (method == "POST") {
    request.content_type = "application/json";
    request.body = json::Dump(event);
    return request;
  }
  for (const auto& [name, value] : event.items()) {
    if (value.is_null()) continue;
    request.query.emplace_back(name,
                               value.is_string() ? value.get<std::string>() : json::Dump(value));
  }
  return request;
}

Json EntryOf(const Json& event, const std::string& url, const Delivery& delivery) {
  Json entry = {{"event", json::StringOr(event, "eventType")},
                {"url", url},
                {"latency_us", delivery.latency_us}};
  if (delivery.challenged) entry["challenged"] = true;
  if (delivery.reply.ok()) {
    entry["status"] = delivery.reply->status;
    entry["bytes"] = delivery.reply->body.size();
  } else {
    entry["error"] = ToString(delivery.reply.status());
  }
  return entry;
}

bool IsAnyOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

struct VoiceWebhooks::Question {
  std::string call_id;
  Json event;
  CallbackTarget target;
  std::chrono::milliseconds timeout;
  OnScript done;
};

VoiceWebhooks::VoiceWebhooks(const SimulationSettings& settings, const Clock& clock,
                             WebhookClient& client, CallBook& calls)
    : settings_(settings), clock_(clock), client_(client), calls_(calls) {}

void VoiceWebhooks::Ask(Call& call, Json event, const CallbackTarget& target,
                        std::chrono::milliseconds timeout, OnScript done) {
  ++call.webhooks_sent;
  AskOnce(std::make_shared<Question>(
              Question{call.id, std::move(event), target, timeout, std::move(done)}),
          /*fallback=*/false);
}

void VoiceWebhooks::AskOnce(std::shared_ptr<Question> question, bool fallback) {
  const CallbackTarget& target = question->target;
  const std::string& url = fallback ? target.fallback_url : target.url;
  WebhookRequest request =
      MakeRequest(question->event, url, fallback ? target.fallback_method : target.method);
  request.timeout = question->timeout;
  request.max_reply_bytes = bxml::kMaxDocumentBytes;
  auto credentials = fallback ? target.fallback_credentials : target.credentials;
  Deliver(client_, clock_, std::move(request), std::move(credentials),
          [this, question, url, fallback](Delivery delivery) {
            Json entry = EntryOf(question->event, url, delivery);
            if (fallback) entry["fallback"] = true;
            auto script = ReadAnswer(*question, url, delivery, entry);
            Record(question->call_id, std::move(entry));
            const bool retry = script.status().code() == StatusCode::kUnavailable && !fallback &&
                               !question->target.fallback_url.empty();
            if (retry) {
              AskOnce(question, /*fallback=*/true);
            } else {
              question->done(std::move(script));
            }
          });
}

StatusOr<Script> VoiceWebhooks::ReadAnswer(const Question& question, const std::string& url,
                                           const Delivery& delivery, Json& entry) const {
  if (delivery.reply.status().code() == StatusCode::kResourceExhausted) {
    entry["reply"] = "invalid";
    return InvalidArgument("the answer has more than " + std::to_string(bxml::kMaxDocumentBytes) +
                           " bytes");
  }
  if (!delivery.accepted()) {
    return Unavailable(delivery.reply.ok()
                           ? "the webhook was answered with status " +
                                 std::to_string(delivery.reply->status)
                           : "the webhook was not answered: " + ToString(delivery.reply.status()));
  }
  if (delivery.reply->body.empty()) {
    entry["reply"] = "empty";
    return Script{{}, url};
  }
  auto document = bxml::Parse(delivery.reply->body,
                              {.allow_http_credentials = settings_.allow_http_credentials});
  if (!document.ok()) {
    entry["reply"] = "invalid";
    entry["error"] = Message(document.status());
    return document.status();
  }
  entry["reply"] = KindOfDocument(*document);
  return Script{*std::move(document), url};
}

void VoiceWebhooks::Notify(Call& call, Json event, const CallbackTarget& target) {
  if (target.url.empty()) return;
  ++call.webhooks_sent;
  NotifyOnce(call.id, std::move(event), target, /*again=*/true);
}

void VoiceWebhooks::NotifyOnce(const std::string& call_id, Json event, const CallbackTarget& target,
                               bool again) {
  WebhookRequest request = MakeRequest(event, target.url, target.method);
  request.timeout = kNotificationTimeout;
  request.max_reply_bytes = kMaxNotificationReplyBytes;
  Deliver(client_, clock_, std::move(request), target.credentials,
          [this, call_id, event = std::move(event), target, again](Delivery delivery) {
            Record(call_id, EntryOf(event, target.url, delivery));
            if (again && delivery.reply.status().code() == StatusCode::kUnavailable) {
              NotifyOnce(call_id, event, target, /*again=*/false);
            }
          });
}

void VoiceWebhooks::Record(const std::string& call_id, Json entry) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return;
  const auto since = clock_.Steady() - call->created;
  call->timeline.Add(std::chrono::duration_cast<std::chrono::microseconds>(since).count(),
                     "webhook", std::move(entry));
}

std::string_view KindOfDocument(const bxml::Document& document) {
  if (document.verbs.empty() || document.verbs.front().name == "Hangup") return "hangup";
  const bool asks_again = document.verbs.back().name == "Redirect";
  const bool only_waits =
      std::all_of(document.verbs.begin(), document.verbs.end(), [](const bxml::Verb& verb) {
        return IsAnyOf(verb.name,
                       {"SpeakSentence", "PlayAudio", "Pause", "Ring", "Redirect", "Tag"});
      });
  return asks_again && only_waits ? "filler" : "answer";
}

}  // namespace bw::sandbox

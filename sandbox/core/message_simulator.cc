#include "sandbox/core/message_simulator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "common/bxml/text_rules.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr double kSendingMs = 200;
constexpr double kDeliveryMs = 500;
// A report's code for a number that is not registered.
constexpr std::int64_t kNotRegistered = 4476;
constexpr double kFirstRetryMs = 1000;
constexpr double kMaxRetryMs = 300'000;
constexpr std::chrono::milliseconds kWebhookTimeout{10'000};
// A larger answer is taken as final, whatever its status.
constexpr std::size_t kMaxReplyBytes = 16u << 10;
// Of one message's webhooks in the sandbox's own view.
constexpr std::size_t kMaxWebhooksShown = 50;

template <typename T>
bool Matches(const std::optional<T>& wanted, const T& value) {
  return !wanted || *wanted == value;
}

}  // namespace

struct MessageSimulator::Event {
  std::string message_id;
  std::string type;
  std::string url;
  std::optional<Credentials> credentials;
  std::string body;
  int attempts = 0;
};

MessageSimulator::MessageSimulator(const SimulationSettings& settings, const Account& account,
                                   const Clock& clock, Scheduler& scheduler, Random& random,
                                   WebhookClient& client, const ScriptBook& scripts)
    : settings_(settings),
      account_(account),
      clock_(clock),
      scheduler_(scheduler),
      random_(random),
      client_(client),
      scripts_(scripts) {}

TextMessage* MessageSimulator::Find(std::string_view id) {
  const auto found = std::find_if(messages_.rbegin(), messages_.rend(),
                                  [&](const TextMessage& m) { return m.id == id; });
  return found == messages_.rend() ? nullptr : &*found;
}

TextMessage& MessageSimulator::Add(TextMessage message) {
  if (messages_.size() >= settings_.max_messages_kept) {
    const auto settled = std::find_if(messages_.begin(), messages_.end(),
                                      [](const TextMessage& m) { return m.unsettled == 0; });
    if (settled != messages_.end()) messages_.erase(settled);
  }
  messages_.push_back(std::move(message));
  return messages_.back();
}

std::variant<Json, MessageRefusal> MessageSimulator::CreateMessage(const Json& body) {
  auto parsed = ParseCreateMessage(body, account_);
  if (auto* problems = std::get_if<std::vector<FieldProblem>>(&parsed)) {
    return MessageRefusal{ToStatus(*problems), std::move(*problems)};
  }
  const auto queued = std::count_if(messages_.begin(), messages_.end(),
                                    [](const TextMessage& m) { return m.unsettled > 0; });
  if (static_cast<std::size_t>(queued) >= settings_.max_messages_queued) {
    return MessageRefusal{ResourceExhausted("the message queue is full"), {}};
  }
  TextMessage message = std::get<TextMessage>(std::move(parsed));
  message.id = NewId(random_, "m");
  message.time_ms = clock_.NowMs();
  Json accepted = MessageJson(message, /*with_text=*/true);
  Accept(std::move(message));
  return accepted;
}

StatusOr<std::string> MessageSimulator::SendText(const std::string& from, const std::string& to,
                                                 const std::string& application_id,
                                                 const std::string& text) {
  const Json body = {
      {"from", from}, {"to", {to}}, {"applicationId", application_id}, {"text", text}};
  auto outcome = CreateMessage(body);
  if (auto* refusal = std::get_if<MessageRefusal>(&outcome)) return refusal->status;
  return json::StringOr(std::get<Json>(outcome), "id");
}

void MessageSimulator::Accept(TextMessage accepted) {
  accepted.unsettled = accepted.to.size();
  const TextMessage& message = Add(std::move(accepted));
  if (message.is_mms()) {
    scheduler_.After(settings_.Scaled(kSendingMs), [this, id = message.id] {
      TextMessage* found = Find(id);
      if (found == nullptr) return;
      found->status = "SENDING";
      for (const std::string& recipient : found->to) {
        Post(*found, "message-sending", recipient, "Message is sending to carrier");
      }
    });
  }
  for (const std::string& recipient : message.to) {
    scheduler_.After(settings_.Scaled(kDeliveryMs),
                     [this, id = message.id, recipient] { Settle(id, recipient); });
  }
}

void MessageSimulator::Settle(const std::string& id, const std::string& recipient) {
  TextMessage* message = Find(id);
  if (message == nullptr) return;
  --message->unsettled;
  const CallerScript& script = scripts_.Find(recipient);
  if (script.fail_code) {
    message->status = "FAILED";
    message->error_code = script.fail_code;
    Post(*message, "message-failed", recipient, "failed by the sandbox's script");
    return;
  }
  // The POST does not tell: only the report says that no application serves the number.
  const PhoneNumber* sender = account_.FindNumber(message->owner);
  if (sender != nullptr && sender->messaging_application_id.empty()) {
    message->status = "FAILED";
    message->error_code = kNotRegistered;
    Post(*message, "message-failed", recipient, "the number is not registered");
    return;
  }
  if (message->status != "FAILED") message->status = "DELIVERED";
  Post(*message, "message-delivered", recipient, "ok");
  ReplyIfScripted(*message, recipient);
}

void MessageSimulator::ReplyIfScripted(const TextMessage& message, const std::string& recipient) {
  const CallerScript& script = scripts_.Find(recipient);
  if (!script.reply_text) return;
  scheduler_.After(settings_.Scaled(static_cast<double>(script.reply_after_ms)),
                   [this, from = recipient, to = message.owner, text = *script.reply_text] {
                     Receive(from, to, text, {}, NewId(random_, "m"));
                   });
}

StatusOr<Json> MessageSimulator::TextIn(const Json& body) {
  constexpr std::array<FieldRule, 4> kRules = {{{"from", FieldKind::kText, true, 1, 32},
                                                {"to", FieldKind::kText, true, 1, 32},
                                                {"text", FieldKind::kText, false, 0, 2048},
                                                {"media", FieldKind::kTexts, false, 0, 10}}};
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kRules)));
  const std::string to = json::StringOr(body, "to");
  const PhoneNumber* number = account_.FindNumber(to);
  if (number == nullptr || account_.FindApplication(number->messaging_application_id,
                                                    ServiceType::kMessaging) == nullptr) {
    return InvalidArgument(
        "to must be a phone number of this account with a messaging application");
  }
  std::vector<std::string> media;
  if (const Json* urls = json::FindArray(body, "media")) {
    media = urls->get<std::vector<std::string>>();
  }
  const std::string id = NewId(random_, "m");
  Receive(json::StringOr(body, "from"), to, json::StringOr(body, "text"), std::move(media), id);
  return Json{{"id", id}};
}

void MessageSimulator::Receive(const std::string& from, const std::string& to,
                               const std::string& text, std::vector<std::string> media,
                               const std::string& message_id) {
  const PhoneNumber* number = account_.FindNumber(to);
  if (number == nullptr) return;
  TextMessage message;
  message.id = message_id;
  message.owner = to;
  message.application_id = number->messaging_application_id;
  message.from = from;
  message.to = {to};
  message.text = text;
  message.media = std::move(media);
  message.time_ms = clock_.NowMs();
  message.segments = message.is_mms() ? 1 : CountSegments(text);
  message.outbound = false;
  message.status = "RECEIVED";
  Post(Add(std::move(message)), "message-received", to, "Incoming message received");
}

void MessageSimulator::Post(const TextMessage& message, const std::string& type,
                            const std::string& to, const std::string& description) {
  const Application* application =
      account_.FindApplication(message.application_id, ServiceType::kMessaging);
  if (application == nullptr) return;
  if (message.outbound && !application->WantsMessagingEvent(type)) return;
  auto event = std::make_shared<Event>();
  event->message_id = message.id;
  event->type = type;
  event->url = application->Setting("InboundCallbackUrl");
  event->credentials = application->CredentialsIn("InboundCallbackCreds");
  const std::string outbound_url = application->Setting("OutboundCallbackUrl");
  if (message.outbound && !outbound_url.empty()) {
    event->url = outbound_url;
    event->credentials = application->CredentialsIn("OutboundCallbackCreds");
  }
  Json body = {{"type", type},
               {"time", FormatIso8601(clock_.NowMs())},
               {"description", description},
               {"to", to},
               {"message", MessageJson(message, /*with_text=*/!message.outbound)}};
  if (type == "message-failed") body["errorCode"] = message.error_code.value_or(9999);
  event->body = json::Dump(Json::array({std::move(body)}));
  Attempt(std::move(event));
}

void MessageSimulator::Attempt(std::shared_ptr<Event> event) {
  ++event->attempts;
  WebhookRequest request;
  request.url = event->url;
  request.content_type = "application/json; charset=utf-8";
  request.user_agent = "BandwidthAPI/v2";
  request.body = event->body;
  request.timeout = kWebhookTimeout;
  request.max_reply_bytes = kMaxReplyBytes;
  Deliver(client_, clock_, std::move(request), event->credentials,
          [this, event](const Delivery& delivery) {
            RecordAttempt(*event, delivery);
            const bool final = delivery.accepted() ||
                               delivery.reply.status().code() == StatusCode::kResourceExhausted ||
                               event->attempts >= kMaxAttempts;
            if (final) return;
            const double delay_ms =
                std::min(kMaxRetryMs, kFirstRetryMs * std::exp2(std::min(event->attempts - 1, 20)));
            scheduler_.After(settings_.Scaled(delay_ms), [this, event] { Attempt(event); });
          });
}

void MessageSimulator::RecordAttempt(const Event& event, const Delivery& delivery) {
  TextMessage* message = Find(event.message_id);
  if (message == nullptr || message->webhooks.size() >= kMaxWebhooksShown) return;
  Json entry = {{"type", event.type},
                {"url", event.url},
                {"attempt", event.attempts},
                {"latency_us", delivery.latency_us}};
  if (delivery.challenged) entry["challenged"] = true;
  if (delivery.reply.ok()) {
    entry["status"] = delivery.reply->status;
  } else {
    entry["error"] = ToString(delivery.reply.status());
  }
  message->webhooks.push_back(std::move(entry));
}

std::vector<Json> MessageSimulator::List(const MessageFilter& filter) const {
  std::vector<Json> rows;
  for (auto message = messages_.rbegin(); message != messages_.rend(); ++message) {
    const std::string destination = message->to.empty() ? "" : message->to.front();
    const bool matches =
        Matches(filter.message_id, message->id) && Matches(filter.source, message->from) &&
        Matches(filter.destination, destination) && Matches(filter.status, message->status) &&
        Matches(filter.direction, std::string(message->outbound ? "OUTBOUND" : "INBOUND")) &&
        Matches(filter.type, std::string(message->is_mms() ? "mms" : "sms")) &&
        Matches(filter.error_code, message->error_code.value_or(0)) &&
        (!filter.from_ms || message->time_ms >= *filter.from_ms) &&
        (!filter.to_ms || message->time_ms <= *filter.to_ms);
    if (matches) rows.push_back(ListedMessageJson(*message, account_.id));
  }
  return rows;
}

Json MessageSimulator::Observe() const {
  Json all = Json::array();
  for (const TextMessage& message : messages_) all.push_back(ObservedMessageJson(message));
  return all;
}

}  // namespace bw::sandbox

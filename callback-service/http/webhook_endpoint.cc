#include "callback-service/http/webhook_endpoint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "callback-service/core/inbox.h"
#include "callback-service/core/messaging_webhook.h"
#include "callback-service/core/notification.h"
#include "callback-service/core/voice_webhook.h"
#include "common/log/log.h"

namespace bw::callback_service {
namespace {

constexpr std::string_view kBxmlMediaType = "application/xml; charset=utf-8";
/// Of events whose body was never read: refused before it, or unreadable.
constexpr std::string_view kUnreadType = "unread";
constexpr std::string_view kRetryAfterSeconds = "5";

struct OutcomeRow {
  VoiceOutcome outcome;
  Outcome counted;
  int status;
};

constexpr std::array<OutcomeRow, 7> kVoiceOutcomes{{
    {VoiceOutcome::kDocument, Outcome::kDocument, 200},
    {VoiceOutcome::kFiller, Outcome::kFiller, 200},
    {VoiceOutcome::kApology, Outcome::kApology, 200},
    {VoiceOutcome::kBridge, Outcome::kBridge, 200},
    {VoiceOutcome::kAccepted, Outcome::kAccepted, 204},
    {VoiceOutcome::kRefused, Outcome::kRefused, 400},
    {VoiceOutcome::kUnavailable, Outcome::kUnavailable, 503},
}};

http::Response Challenge() {
  http::Response response =
      http::TextResponse(401, "These webhooks need HTTP Basic credentials.\n");
  response.headers.Add("WWW-Authenticate", std::string(kBasicChallenge));
  return response;
}

http::Response NotFound() {
  std::string text = "No webhook has this path. There are:\n";
  for (const Route& route : Routes()) {
    text += "  ";
    text += route.path;
    text += route.takes_call_id ? "{call_id}\n" : "\n";
  }
  return http::TextResponse(404, text);
}

http::Response MethodNotAllowed(std::string_view allowed) {
  http::Response response =
      http::TextResponse(405, "This webhook takes " + std::string(allowed) + ".\n");
  response.headers.Add("Allow", std::string(allowed));
  return response;
}

http::Response NotRecorded() {
  http::Response response =
      http::TextResponse(503, "The event could not be recorded just now; send it again.\n");
  response.headers.Add("Retry-After", std::string(kRetryAfterSeconds));
  return response;
}

http::Response Unreadable(const Status& problem) {
  return http::TextResponse(400, std::string(Message(problem)) + ".\n");
}

http::Response Empty(int status) {
  http::Response response;
  response.status = status;
  return response;
}

/// The media type without parameters, in lower case; "" when the header is missing.
std::string MediaTypeOf(const http::Request& request) {
  std::string type(request.headers.Get("Content-Type").value_or(""));
  type.resize(std::min(type.find(';'), type.size()));
  std::erase_if(type, [](unsigned char c) { return std::isspace(c); });
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

bool IsJson(std::string_view type) {
  return type.empty() || type.ends_with("/json") || type.ends_with("+json");
}

bool IsXml(std::string_view type) { return type.ends_with("/xml") || type.ends_with("+xml"); }

bool HasReadableMediaType(const Route& route, const http::Request& request) {
  if (request.method == "GET") return true;
  // Where a caller may listen, the body is read whatever it is called.
  if (route.surface == Surface::kVoice && route.listener != Listener::kNobody) return true;
  const std::string type = MediaTypeOf(request);
  return IsJson(type) || (route.surface == Surface::kNotification && IsXml(type));
}

std::string_view AllowedMethods(const Route& route) {
  return route.surface == Surface::kVoice ? "POST, GET" : "POST";
}

bool IsAllowed(const Route& route, std::string_view method) {
  return method == "POST" || (route.surface == Surface::kVoice && method == "GET");
}

void LogReceived(const Route& route, const Event& event) {
  log::Info("webhook.received", {{"route", route.label},
                                 {"type", event.type},
                                 {"call_id", event.call_id},
                                 {"message_id", event.message_id},
                                 {"from", log::PhoneTail(event.from)},
                                 {"to", log::PhoneTail(event.to.empty() ? "" : event.to.front())}});
}

FillerReason ReasonOf(const VoiceReply& reply, bool was_readable) {
  if (!was_readable) return FillerReason::kUnreadable;
  return reply.problem.ok() ? FillerReason::kHoldEnded : FillerReason::kStoreUnavailable;
}

}  // namespace

std::vector<std::string_view> RouteLabels() {
  std::vector<std::string_view> labels;
  for (const Route& route : Routes()) labels.push_back(route.label);
  return labels;
}

std::vector<std::string_view> EventTypeLabels() {
  std::vector<std::string_view> labels{kUnreadType, kOrderNotification, kTollFreeVerification,
                                       kOtherNotification};
  for (const VoiceEventType& type : VoiceEventTypes()) labels.push_back(type.name);
  for (const std::string_view type : MessagingEventTypes()) labels.push_back(type);
  return labels;
}

struct WebhookEndpoint::Arrival {
  std::shared_ptr<http::Exchange> exchange;
  const Route* route = nullptr;
  std::string call_id;
  std::size_t route_index = 0;
  std::size_t type_index = 0;
  bool is_readable = false;
  std::chrono::steady_clock::time_point time;

  const http::Request& request() const { return exchange->request(); }
};

WebhookEndpoint::WebhookEndpoint(Voice& voice, CallLedger& ledger, BasicAuth auth, Metrics& metrics,
                                 const Clock& clock, EndpointOptions options)
    : voice_(voice),
      ledger_(ledger),
      auth_(std::move(auth)),
      metrics_(metrics),
      clock_(clock),
      options_(options) {}

void WebhookEndpoint::Handle(std::shared_ptr<http::Exchange> exchange) {
  Arrival arrival;
  arrival.time = clock_.Steady();
  arrival.exchange = std::move(exchange);
  const RouteMatch match = FindRoute(arrival.request().path);
  arrival.route = match.route;
  arrival.call_id = match.call_id;
  arrival.route_index = metrics_.RouteIndex(match.route == nullptr ? "" : match.route->label);
  arrival.type_index = metrics_.TypeIndex(kUnreadType);
  if (match.route == nullptr) return Send(arrival, Outcome::kNotFound, NotFound());
  if (!IsAuthorized(arrival)) return Send(arrival, Outcome::kUnauthorized, Challenge());
  if (!IsAllowed(*match.route, arrival.request().method)) {
    return Send(arrival, Outcome::kMethodNotAllowed,
                MethodNotAllowed(AllowedMethods(*match.route)));
  }
  if (!HasReadableMediaType(*match.route, arrival.request())) {
    return Send(arrival, Outcome::kUnsupportedMediaType,
                http::TextResponse(415, "This webhook reads application/json.\n"));
  }
  switch (match.route->surface) {
    case Surface::kVoice:
      return HandleVoice(std::move(arrival));
    case Surface::kMessaging:
      return HandleMessaging(std::move(arrival));
    case Surface::kNotification:
      return HandleNotification(std::move(arrival));
  }
}

bool WebhookEndpoint::IsAuthorized(const Arrival& arrival) {
  const std::vector<std::string_view> headers = arrival.request().headers.GetAll("Authorization");
  if (headers.size() > 1) {
    metrics_.wrong_credentials.Increment();
    return false;
  }
  const AuthResult result =
      auth_.Check(headers.empty() ? std::nullopt : std::optional(headers.front()));
  // The first attempt of every authenticated webhook: no failure, a step of the handshake.
  if (result == AuthResult::kMissing) metrics_.challenges.Increment();
  if (result == AuthResult::kWrong) {
    metrics_.wrong_credentials.Increment();
    log::Warning("webhook.unauthorized",
                 {{"route", arrival.route->label}, {"peer", arrival.request().peer}});
  }
  return result == AuthResult::kAccepted;
}

VoiceWebhook WebhookEndpoint::ReadVoice(const Arrival& arrival) const {
  const http::Request& request = arrival.request();
  const std::string hop(request.Query(kWaitParameter).value_or(""));
  VoiceWebhook webhook{.event = InvalidArgument("unread"), .listener = arrival.route->listener};
  webhook.url_call_id = arrival.call_id.size() <= kMaxIdBytes ? arrival.call_id : "";
  webhook.waits = voice_.patience().ParseCount(hop);
  if (request.method == "GET") {
    QueryParameters query = request.query;
    std::erase_if(query, [](const auto& parameter) { return parameter.first == kWaitParameter; });
    webhook.event = ParseVoiceQuery(query, hop);
  } else {
    webhook.event = ParseVoiceWebhook(request.body, hop);
  }
  return webhook;
}

void WebhookEndpoint::HandleVoice(Arrival arrival) {
  VoiceWebhook webhook = ReadVoice(arrival);
  arrival.is_readable = webhook.event.ok();
  if (arrival.is_readable) {
    arrival.type_index = metrics_.TypeIndex(webhook.event->event.type);
    LogReceived(*arrival.route, webhook.event->event);
  } else {
    metrics_.malformed_events.Increment();
    log::Warning("webhook.unreadable",
                 {{"route", arrival.route->label}, {"problem", Message(webhook.event.status())}});
  }
  const std::shared_ptr<http::Exchange> exchange = arrival.exchange;
  const Voice::Id id =
      voice_.Answer(std::move(webhook), [this, arrival = std::move(arrival)](VoiceReply reply) {
        AnswerVoice(arrival, std::move(reply));
      });
  if (id != 0) exchange->OnClientGone([this, id] { voice_.ClientGone(id); });
}

void WebhookEndpoint::AnswerVoice(const Arrival& arrival, VoiceReply reply) {
  const auto row = std::find_if(kVoiceOutcomes.begin(), kVoiceOutcomes.end(),
                                [&](const OutcomeRow& r) { return r.outcome == reply.outcome; });
  if (reply.is_duplicate) metrics_.duplicate_events.Increment();
  if (!reply.problem.ok() && arrival.is_readable) {
    metrics_.store_unavailable_voice.Increment();
    log::Warning("webhook.not_recorded",
                 {{"route", arrival.route->label}, {"problem", ToString(reply.problem)}});
  }
  if (reply.outcome == VoiceOutcome::kRefused) {
    return Send(arrival, row->counted, Unreadable(reply.problem));
  }
  if (reply.outcome == VoiceOutcome::kUnavailable)
    return Send(arrival, row->counted, NotRecorded());
  http::Response response = Empty(row->status);
  if (!reply.bxml.empty()) {
    response.headers.Add("Content-Type", std::string(kBxmlMediaType));
    response.body = std::move(reply.bxml);
  }
  if (!reply.delivery) {
    if (row->status == 200) metrics_.CountFiller(ReasonOf(reply, arrival.is_readable));
    return Send(arrival, row->counted, std::move(response));
  }
  Send(arrival, row->counted, std::move(response),
       [this, delivery = std::move(*reply.delivery), start = clock_.Steady()](bool is_written) {
         if (is_written) {
           const std::chrono::duration<double> taken = clock_.Steady() - start;
           metrics_.handover_seconds.Observe(taken.count());
         } else {
           metrics_.store_documents_returned.Increment();
         }
         Delivery confirmed = delivery;
         confirmed.is_written = is_written;
         voice_.Delivered(std::move(confirmed));
       });
}

void WebhookEndpoint::HandleMessaging(Arrival arrival) {
  StatusOr<MessagingWebhook> webhook = ParseMessagingWebhook(arrival.request().body);
  if (!webhook.ok()) {
    metrics_.malformed_events.Increment();
    log::Warning("webhook.unreadable",
                 {{"route", arrival.route->label}, {"problem", Message(webhook.status())}});
    return Send(arrival, Outcome::kRefused, Unreadable(webhook.status()));
  }
  if (webhook->malformed > 0) {
    metrics_.malformed_events.Increment(static_cast<double>(webhook->malformed));
    log::Warning("webhook.partly_unreadable",
                 {{"route", arrival.route->label}, {"problem", Message(webhook->first_problem)}});
  }
  Record(std::move(arrival), std::move(webhook->events), options_.messaging_store_wait, 200);
}

void WebhookEndpoint::HandleNotification(Arrival arrival) {
  StatusOr<Event> event = ParseNotification(arrival.request().body);
  if (!event.ok()) {
    metrics_.malformed_events.Increment();
    log::Warning("webhook.unreadable",
                 {{"route", arrival.route->label}, {"problem", Message(event.status())}});
    return Send(arrival, Outcome::kRefused, Unreadable(event.status()));
  }
  std::vector<Event> events;
  events.push_back(std::move(event).value());
  Record(std::move(arrival), std::move(events), options_.notification_store_wait, 204);
}

void WebhookEndpoint::Record(Arrival arrival, std::vector<Event> events,
                             std::chrono::milliseconds store_wait, int ok_status) {
  arrival.is_readable = true;
  for (const Event& event : events) LogReceived(*arrival.route, event);
  if (!events.empty()) arrival.type_index = metrics_.TypeIndex(events.front().type);
  RecordAll(ledger_, std::move(events), store_wait,
            [this, arrival = std::move(arrival), ok_status](const InboxResult& result) {
              AnswerInbox(arrival, result, ok_status);
            });
}

void WebhookEndpoint::AnswerInbox(const Arrival& arrival, const InboxResult& result,
                                  int ok_status) {
  if (result.duplicates > 0) {
    metrics_.duplicate_events.Increment(static_cast<double>(result.duplicates));
  }
  if (result.status.ok()) return Send(arrival, Outcome::kAccepted, Empty(ok_status));
  log::Warning("webhook.not_recorded",
               {{"route", arrival.route->label}, {"problem", ToString(result.status)}});
  if (result.status.code() == StatusCode::kInvalidArgument) {
    return Send(arrival, Outcome::kRefused, Unreadable(result.status));
  }
  metrics_.store_unavailable_messaging.Increment();
  Send(arrival, Outcome::kUnavailable, NotRecorded());
}

void WebhookEndpoint::Send(const Arrival& arrival, Outcome outcome, http::Response response,
                           std::function<void(bool)> written) {
  metrics_.CountWebhook(arrival.route_index, arrival.type_index, outcome,
                        clock_.Steady() - arrival.time);
  arrival.exchange->Reply(std::move(response), std::move(written));
}

}  // namespace bw::callback_service

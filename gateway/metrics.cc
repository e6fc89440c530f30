#include "gateway/metrics.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "gateway/core/dispatcher.h"

namespace bw::gateway {
namespace {

constexpr std::string_view kEras[] = {"legacy", "modern"};
constexpr std::string_view kOutcomes[] = {"result", "tool_error", "error", "cancelled",
                                          "input_required"};

struct EndRow {
  QuestionEnd end;
  const char* name;
};
constexpr EndRow kEnds[] = {{QuestionEnd::kAnswered, "answered"},
                            {QuestionEnd::kFailed, "failed"},
                            {QuestionEnd::kTimedOut, "timed_out"},
                            {QuestionEnd::kWithdrawn, "withdrawn"}};

struct ReasonRow {
  RefusalReason reason;
  const char* name;
};
constexpr ReasonRow kReasons[] = {
    {RefusalReason::kHost, "host"},           {RefusalReason::kOrigin, "origin"},
    {RefusalReason::kToken, "token"},         {RefusalReason::kScope, "scope"},
    {RefusalReason::kThrottled, "throttled"}, {RefusalReason::kUndecided, "undecided"},
    {RefusalReason::kRate, "rate"},           {RefusalReason::kConcurrency, "concurrency"},
    {RefusalReason::kOverload, "overload"},   {RefusalReason::kFraming, "framing"}};

constexpr std::string_view kStreamKinds[] = {"listen", "session", "legacy_sse"};
constexpr std::string_view kNews[] = {"resource_updated", "tools_changed", "prompts_changed",
                                      "resources_changed"};
constexpr std::string_view kFeeds[] = {"events", "state"};

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : tracked_principals_(registry.AddGauge("bw_gateway_tracked_principals",
                                            "Principals whose requests are counted")),
      tracked_peers_(registry.AddGauge("bw_gateway_tracked_peers",
                                       "Addresses whose wrong tokens are counted")),
      verified_tokens_(
          registry.AddGauge("bw_gateway_verified_tokens", "Tokens whose signature was checked")),
      throttled_peers_(registry.AddCounter("bw_gateway_throttled_peers_total",
                                           "Times an address sent one wrong token too many")),
      token_loads_(registry.AddCounter("bw_gateway_tokens_file_loads_total",
                                       "Times the file of tokens was read and taken")),
      token_load_failures_(registry.AddCounter("bw_gateway_tokens_file_failures_total",
                                               "Times the file of tokens could not be taken")),
      key_fetches_(registry.AddCounter("bw_gateway_key_fetches_total",
                                       "Times the authorization server's keys were fetched")),
      key_fetch_failures_(registry.AddCounter("bw_gateway_key_fetch_failures_total",
                                              "Times these keys could not be had")),
      degraded_(registry.AddCounter("bw_gateway_catalogue_failures_total",
                                    "Lists or instructions the tool service did not give")),
      dropped_tools_(registry.AddCounter("bw_gateway_dropped_tools_total",
                                         "Tools left out because no client could read them")),
      in_flight_(registry.AddGauge("bw_gateway_in_flight_requests", "Requests under way")),
      open_questions_(registry.AddGauge("bw_gateway_open_questions",
                                        "Questions to legacy clients that wait for an answer")),
      refused_questions_(registry.AddCounter("bw_gateway_refused_questions_total",
                                             "Questions not asked because of a limit")),
      stray_answers_(registry.AddCounter("bw_gateway_stray_answers_total",
                                         "Responses that answer no question of their client")),
      mail_failures_(registry.AddCounter("bw_gateway_mail_failures_total",
                                         "Answers that could not be handed to another replica")),
      refused_states_(registry.AddCounter("bw_gateway_refused_request_states_total",
                                          "Request states not good for their request")),
      subscriptions_(registry.AddGauge("bw_gateway_subscriptions",
                                       "Resources that open streams are subscribed to")),
      unshared_(registry.AddCounter("bw_gateway_unshared_facts_total",
                                    "Facts about sessions that other replicas do not know")) {
  AddStreamMetrics(registry);
  for (const MethodRow& row : MethodTable())
    methods_.emplace(row.name, AddMethod(registry, row.name));
  methods_.emplace("unknown", AddMethod(registry, "unknown"));
  for (const EndRow& row : kEnds) {
    ended_questions_[row.end] =
        &registry.AddCounter("bw_gateway_questions_total",
                             "Questions to legacy clients by how they ended", {{"end", row.name}});
  }
  for (const AuthReasonRow& row : AuthReasonTable()) {
    authentications_[row.reason] =
        &registry.AddCounter("bw_gateway_authentications_total", "Tokens looked at, by result",
                             {{"result", std::string(row.name)}});
  }
  for (const ReasonRow& row : kReasons) {
    refusals_[row.reason] =
        &registry.AddCounter("bw_gateway_refused_requests_total",
                             "Requests refused before a method saw them", {{"reason", row.name}});
  }
}

void Metrics::AddStreamMetrics(metrics::Registry& registry) {
  for (std::size_t kind = 0; kind < std::size(kStreamKinds); ++kind) {
    const metrics::Labels labels{{"kind", std::string(kStreamKinds[kind])}};
    streams_[kind] = &registry.AddGauge("bw_gateway_streams_open",
                                        "Streams on which clients hear of changes", labels);
    refused_streams_[kind] = &registry.AddCounter(
        "bw_gateway_streams_refused_total", "Streams refused because a limit was reached", labels);
  }
  for (std::size_t news = 0; news < std::size(kNews); ++news) {
    notifications_[news] =
        &registry.AddCounter("bw_gateway_notifications_total", "Changes that a stream was told of",
                             {{"news", std::string(kNews[news])}});
  }
  for (const std::string_view feed : kFeeds) {
    feed_failures_[feed] = &registry.AddCounter("bw_gateway_feed_failures_total",
                                                "Times a feed of the event store broke off",
                                                {{"feed", std::string(feed)}});
  }
}

Metrics::MethodMetrics Metrics::AddMethod(metrics::Registry& registry, std::string_view method) {
  MethodMetrics added;
  const std::string name(method);
  for (std::size_t era = 0; era < std::size(kEras); ++era) {
    for (std::size_t outcome = 0; outcome < std::size(kOutcomes); ++outcome) {
      added.requests[era][outcome] =
          &registry.AddCounter("bw_gateway_requests_total", "Requests by method, era and outcome",
                               {{"method", name},
                                {"era", std::string(kEras[era])},
                                {"outcome", std::string(kOutcomes[outcome])}});
    }
  }
  added.seconds =
      &registry.AddHistogram("bw_gateway_request_seconds", "Time from a request to its answer",
                             metrics::LatencyBuckets(), {{"method", name}});
  return added;
}

void Metrics::RequestFinished(const RequestRecord& record) {
  in_flight_.Decrement();
  const auto found = methods_.find(record.method);
  if (found == methods_.end()) return;
  const auto era = static_cast<std::size_t>(record.era);
  const auto outcome = static_cast<std::size_t>(record.outcome);
  found->second.requests[era][outcome]->Increment();
  const double seconds = std::chrono::duration<double>(record.duration).count();
  found->second.seconds->Observe(seconds);
  if (!log::IsEnabled(log::Level::kDebug)) return;
  log::Debug("request.finished", {{"method", record.method},
                                  {"era", kEras[era]},
                                  {"outcome", kOutcomes[outcome]},
                                  {"code", record.error_code},
                                  {"seconds", seconds},
                                  {"request_id", record.request_id}});
}

void Metrics::CatalogueDegraded(std::string_view what, const Status& why) {
  degraded_.Increment();
  log::Warning("catalogue.degraded", {{"what", what}, {"error", ToString(why)}});
}

void Metrics::ToolDropped(std::string_view name, const Status& why) {
  dropped_tools_.Increment();
  log::Warning("tool.dropped", {{"tool", name}, {"error", ToString(why)}});
}

void Metrics::QuestionEnded(QuestionEnd end) {
  open_questions_.Decrement();
  ended_questions_.at(end)->Increment();
}

void Metrics::MailFailed(const Status& why) {
  mail_failures_.Increment();
  log::Warning("mail.failed", {{"error", ToString(why)}});
}

void Metrics::StreamOpened(StreamKind kind) { streams_[static_cast<int>(kind)]->Increment(); }

void Metrics::StreamEnded(StreamKind kind) { streams_[static_cast<int>(kind)]->Decrement(); }

void Metrics::StreamRefused(StreamKind kind) {
  refused_streams_[static_cast<int>(kind)]->Increment();
}

void Metrics::Notified(News news) { notifications_[static_cast<int>(news)]->Increment(); }

void Metrics::FeedBroken(std::string_view feed, const Status& why) {
  const auto found = feed_failures_.find(feed);
  if (found != feed_failures_.end()) found->second->Increment();
  log::Warning("feed.broken", {{"feed", feed}, {"error", ToString(why)}});
}

void Metrics::StateNotShared(const Status& why) {
  unshared_.Increment();
  log::Warning("session.unshared", {{"error", ToString(why)}});
}

void Metrics::Refused(RefusalReason reason) { refusals_.at(reason)->Increment(); }

void Metrics::Authenticated(AuthReason reason) {
  authentications_.at(reason)->Increment();
  if (reason == AuthReason::kAccepted || !log::IsEnabled(log::Level::kDebug)) return;
  log::Debug("token.refused", {{"result", RowOf(reason).name}});
}

void Metrics::ThrottlingStarted(std::string_view peer) {
  throttled_peers_.Increment();
  log::Warning("peer.throttled", {{"peer", peer}});
}

void Metrics::SetAccessTables(const AccessTables& tables) {
  tracked_principals_.Set(static_cast<double>(tables.principals));
  tracked_peers_.Set(static_cast<double>(tables.peers));
  verified_tokens_.Set(static_cast<double>(tables.verified_tokens));
}

void Metrics::TokensLoaded(const StatusOr<std::size_t>& tokens) {
  if (tokens.ok()) {
    token_loads_.Increment();
    log::Info("tokens.loaded", {{"tokens", static_cast<std::int64_t>(*tokens)}});
    return;
  }
  token_load_failures_.Increment();
  log::Error("tokens.refused", {{"error", ToString(tokens.status())}});
}

void Metrics::KeysFetched(const StatusOr<std::size_t>& keys) {
  if (keys.ok()) {
    key_fetches_.Increment();
    log::Debug("keys.fetched", {{"keys", static_cast<std::int64_t>(*keys)}});
    return;
  }
  key_fetch_failures_.Increment();
  log::Warning("keys.unavailable", {{"error", ToString(keys.status())}});
}

}  // namespace bw::gateway

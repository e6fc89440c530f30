// Every metric of the gateway, once.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "common/metrics/metrics.h"
#include "common/status/status.h"
#include "gateway/core/authenticator.h"
#include "gateway/core/observer.h"
#include "gateway/core/push_observer.h"
#include "gateway/core/question_observer.h"

namespace bw::gateway {

/// Why a request was refused before a method saw it.
enum class RefusalReason {
  kHost,
  kOrigin,
  kToken,
  kScope,
  kThrottled,
  kUndecided,
  kRate,
  kConcurrency,
  kOverload,
  kFraming,
};

/// Counts what the core and the transports report, and logs what an operator should know.
/// Thread-safe.
class Metrics : public Observer, public QuestionObserver, public PushObserver {
 public:
  explicit Metrics(metrics::Registry& registry);

  void RequestStarted() override { in_flight_.Increment(); }
  void RequestFinished(const RequestRecord& record) override;
  void CatalogueDegraded(std::string_view what, const Status& why) override;
  void ToolDropped(std::string_view name, const Status& why) override;

  void QuestionAsked() override { open_questions_.Increment(); }
  void QuestionEnded(QuestionEnd end) override;
  void QuestionRefused() override { refused_questions_.Increment(); }
  void StrayAnswer() override { stray_answers_.Increment(); }
  void MailFailed(const Status& why) override;
  void RequestStateRefused() override { refused_states_.Increment(); }

  void StreamOpened(StreamKind kind) override;
  void StreamEnded(StreamKind kind) override;
  void StreamRefused(StreamKind kind) override;
  void SubscriptionsChanged(int by) override { subscriptions_.Increment(by); }
  void Notified(News news) override;
  void FeedBroken(std::string_view feed, const Status& why) override;
  void StateNotShared(const Status& why) override;

  void Refused(RefusalReason reason);
  /// Of every token that was looked at.
  void Authenticated(AuthReason reason);
  /// From now on unknown tokens from `peer` are not looked at for a while.
  void ThrottlingStarted(std::string_view peer);
  /// How full the bounded tables of access are.
  struct AccessTables {
    std::size_t principals = 0;
    std::size_t peers = 0;
    std::size_t verified_tokens = 0;
  };
  void SetAccessTables(const AccessTables& tables);
  /// The file of static tokens was read, or not: then the tokens of before stay good.
  void TokensLoaded(const StatusOr<std::size_t>& tokens);
  /// The authorization server's keys were fetched, or not: then the keys of before stay good.
  void KeysFetched(const StatusOr<std::size_t>& keys);

 private:
  struct MethodMetrics {
    // By era and outcome.
    std::array<std::array<metrics::Counter*, kOutcomeCount>, 2> requests;
    metrics::Histogram* seconds = nullptr;
  };
  void AddStreamMetrics(metrics::Registry& registry);
  MethodMetrics AddMethod(metrics::Registry& registry, std::string_view method);

  std::map<std::string_view, MethodMetrics> methods_;
  std::map<RefusalReason, metrics::Counter*> refusals_;
  std::map<AuthReason, metrics::Counter*> authentications_;
  metrics::Gauge& tracked_principals_;
  metrics::Gauge& tracked_peers_;
  metrics::Gauge& verified_tokens_;
  metrics::Counter& throttled_peers_;
  metrics::Counter& token_loads_;
  metrics::Counter& token_load_failures_;
  metrics::Counter& key_fetches_;
  metrics::Counter& key_fetch_failures_;
  metrics::Counter& degraded_;
  metrics::Counter& dropped_tools_;
  metrics::Gauge& in_flight_;
  metrics::Gauge& open_questions_;
  std::map<QuestionEnd, metrics::Counter*> ended_questions_;
  metrics::Counter& refused_questions_;
  metrics::Counter& stray_answers_;
  metrics::Counter& mail_failures_;
  metrics::Counter& refused_states_;
  // By StreamKind.
  std::array<metrics::Gauge*, 3> streams_;
  std::array<metrics::Counter*, 3> refused_streams_;
  metrics::Gauge& subscriptions_;
  // By News.
  std::array<metrics::Counter*, 4> notifications_;
  std::map<std::string_view, metrics::Counter*> feed_failures_;
  metrics::Counter& unshared_;
};

}  // namespace bw::gateway

// Makes an application of the account report to this server, and puts back what it was: the one
// way for the tools and for the start of the service.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/callback_plan.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

struct CallbackJob {
  std::string account_id;
  std::string application_id;
  /// Of another kind the application is left alone; nullopt: either.
  std::optional<ApplicationKind> kind = {};
  /// Where the whole application must be replaced: credentials may go whose password is not known.
  bool allow_credential_loss = false;
  /// Configure: write the password even when nothing else differs.
  bool renew_credentials = false;
  /// Restore: the password of the former credentials; empty: not known.
  std::string password = {};
};

struct CallbackOutcome {
  ApplicationKind kind = ApplicationKind::kVoice;
  std::string name;
  /// False: it was so already, and nothing was written.
  bool changed = false;
  /// The method that did it: PATCH or PUT.
  std::string method;
  /// As DescribeCallbacks.
  json::Json before;
  json::Json after;
  /// When the state that restoring brings back was noted; 0: none is kept.
  std::int64_t snapshot_time_ms = 0;
  /// Credentials that could not be put back.
  std::vector<std::string> passwords_unknown;
};

/// Immutable, thread-safe; lives until the last of its jobs is done.
class CallbackSetup {
 public:
  using Done = std::function<void(StatusOr<CallbackOutcome>)>;

  /// How long a former state is kept.
  static constexpr std::chrono::hours kKept{31 * 24};

  /// All references outlive it. Credentials go only to an application that reports to us over
  /// https, or to an imitation.
  CallbackSetup(HttpClient& http, EventJournal& journal, const Clock& clock,
                const ServerFacts& facts, const CallbackCredentials& credentials);

  /// FAILED_PRECONDITION, with what to set, when Bandwidth cannot reach this server's callback URL.
  Status CheckReachable() const;
  const CallbackTarget& target() const { return target_; }

  /// Reads the application, notes its state, and changes only what differs: by PATCH or, where that
  /// is refused, by a PUT of everything. `done` runs exactly once; an error says in words for an
  /// agent what happened and what to do, its code is that of ProblemOf (UNAVAILABLE: worth another
  /// try).
  void Configure(CallbackJob job, CallContext context, Done done) const;

  /// Puts back what Configure noted. NOT_FOUND when nothing is kept.
  void Restore(CallbackJob job, CallContext context, Done done) const;

 private:
  class Run;

  HttpClient& http_;
  EventJournal& journal_;
  const Clock& clock_;
  const bool sandbox_;
  const CallbackTarget target_;
};

}  // namespace bw::tool_service

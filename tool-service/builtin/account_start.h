// What is done for the account when the service starts, in the background: a token is fetched, so
// that wrong credentials show at once, and the configured applications are made to report here.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/clock/scheduler.h"
#include "tool-service/builtin/callback_setup.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/server_facts.h"
#include "tool-service/core/token_source.h"

namespace bw::tool_service {

struct AccountStartOptions {
  std::string tenant = "default";
  /// False: applications are left as they are.
  bool configure_callbacks = true;
  /// Between two attempts; doubled each time.
  std::chrono::milliseconds first_pause{1'000};
  std::chrono::milliseconds longest_pause{60'000};
  int max_attempts = 15;
  /// Of one attempt.
  std::chrono::milliseconds timeout{30'000};
};

/// Thread-safe.
class AccountStart {
 public:
  /// Run one at a time, on any thread; must not destroy the object.
  struct Hooks {
    std::function<void(const Status&)> on_token;
    /// `will_retry`: the same application comes again.
    std::function<void(const std::string& application_id, const StatusOr<CallbackOutcome>& outcome,
                       bool will_retry)>
        on_callbacks;
    /// Why applications are left alone although some are configured.
    std::function<void(const Status&)> on_left_alone;
  };

  /// All references outlive it.
  AccountStart(std::shared_ptr<const CallbackSetup> setup, TokenSource& tokens,
               const CredentialStore& credentials, const ServerFacts& facts, Scheduler& scheduler,
               const Clock& clock, AccountStartOptions options, Hooks hooks);
  /// Stop.
  ~AccountStart();
  AccountStart(const AccountStart&) = delete;
  AccountStart& operator=(const AccountStart&) = delete;

  /// Once. Does nothing without credentials.
  void Start();
  /// Cancels what is under way and waits for it; no hook runs afterwards. Idempotent; not from a
  /// hook.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bw::tool_service

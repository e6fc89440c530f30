#include "tool-service/builtin/account_start.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace bw::tool_service {
namespace {

struct PendingApplication {
  std::string id;
  ApplicationKind kind;
};

bool IsWorthAnotherTry(const Status& status) {
  const StatusCode code = status.code();
  return code == StatusCode::kUnavailable || code == StatusCode::kDeadlineExceeded ||
         code == StatusCode::kResourceExhausted || code == StatusCode::kDataLoss;
}

std::vector<PendingApplication> ConfiguredApplications(const ServerFacts& facts) {
  std::vector<PendingApplication> configured;
  if (!facts.voice_application_id.empty()) {
    configured.push_back({facts.voice_application_id, ApplicationKind::kVoice});
  }
  if (!facts.messaging_application_id.empty()) {
    configured.push_back({facts.messaging_application_id, ApplicationKind::kMessaging});
  }
  return configured;
}

}  // namespace

// An attempt is one chain of steps, each after the one before; the next attempt begins after it.
struct AccountStart::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<const CallbackSetup> setup_in, TokenSource& tokens_in,
        const CredentialStore& credentials_in, Scheduler& scheduler_in, const Clock& clock_in,
        AccountStartOptions options_in, Hooks hooks_in)
      : setup(std::move(setup_in)),
        tokens(tokens_in),
        credentials(credentials_in),
        scheduler(scheduler_in),
        clock(clock_in),
        options(std::move(options_in)),
        hooks(std::move(hooks_in)),
        pause(options.first_pause) {}

  const std::shared_ptr<const CallbackSetup> setup;
  TokenSource& tokens;
  const CredentialStore& credentials;
  Scheduler& scheduler;
  const Clock& clock;
  const AccountStartOptions options;
  const Hooks hooks;

  // Of the chain under way only.
  std::vector<PendingApplication> pending;
  std::vector<PendingApplication> again;
  std::string account_id;
  std::chrono::milliseconds pause;
  int attempts = 0;
  bool has_token = false;

  std::mutex mutex;  // guards all below
  std::condition_variable idle;
  bool stopped = false;
  bool running = false;
  Scheduler::Id next = 0;
  std::vector<std::function<void()>> cancellations;

  // False when nothing may begin any more.
  bool Begin();
  void End();
  bool IsStopped();
  CallContext MakeContext();
  void Attempt();
  void GotToken(const StatusOr<AccessToken>& token);
  void ConfigureNext();
  void Configured(const PendingApplication& application, const StatusOr<CallbackOutcome>& outcome);
  bool MayRetry() const { return attempts < options.max_attempts; }
  void Retry();
};

bool AccountStart::State::Begin() {
  const std::lock_guard lock(mutex);
  if (stopped) return false;
  running = true;
  cancellations.clear();
  return true;
}

void AccountStart::State::End() {
  const std::lock_guard lock(mutex);
  running = false;
  cancellations.clear();
  idle.notify_all();
}

bool AccountStart::State::IsStopped() {
  const std::lock_guard lock(mutex);
  return stopped;
}

CallContext AccountStart::State::MakeContext() {
  CallContext context;
  context.tenant = options.tenant;
  context.request_id = "start";
  context.deadline = clock.Steady() + options.timeout;
  context.on_cancel = [self = shared_from_this()](std::function<void()> cancel) {
    {
      const std::lock_guard lock(self->mutex);
      if (!self->stopped) {
        self->cancellations.push_back(std::move(cancel));
        return;
      }
    }
    cancel();
  };
  return context;
}

void AccountStart::State::Attempt() {
  if (IsStopped()) return;
  ++attempts;
  // Nobody waits for this one when the service stops: it uses nothing that goes.
  tokens.Get(options.tenant, clock.Steady() + options.timeout,
             [self = shared_from_this()](StatusOr<AccessToken> token) { self->GotToken(token); });
}

void AccountStart::State::GotToken(const StatusOr<AccessToken>& token) {
  if (!Begin()) return;
  if (!token.ok() || !has_token) hooks.on_token(token.status());
  has_token = token.ok();
  if (!token.ok()) return IsWorthAnotherTry(token.status()) ? Retry() : End();
  const auto entry = credentials.Get(options.tenant);
  account_id = entry ? entry->credentials.account_id : "";
  if (account_id.empty() && token->accounts.size() == 1) account_id = token->accounts.front();
  if (account_id.empty() && !pending.empty()) {
    hooks.on_left_alone(FailedPrecondition(
        "BW_ACCOUNT_ID is not set, and the credentials do not name exactly one account"));
    return End();
  }
  again.clear();
  ConfigureNext();
}

void AccountStart::State::ConfigureNext() {
  if (IsStopped()) return End();
  if (pending.empty()) {
    if (again.empty()) return End();
    pending = std::exchange(again, {});
    return Retry();
  }
  const PendingApplication application = pending.front();
  pending.erase(pending.begin());
  CallbackJob job;
  job.account_id = account_id;
  job.application_id = application.id;
  job.kind = application.kind;
  setup->Configure(std::move(job), MakeContext(),
                   [self = shared_from_this(), application](StatusOr<CallbackOutcome> outcome) {
                     self->Configured(application, outcome);
                   });
}

void AccountStart::State::Configured(const PendingApplication& application,
                                     const StatusOr<CallbackOutcome>& outcome) {
  if (IsStopped()) return End();
  const bool will_retry = !outcome.ok() && IsWorthAnotherTry(outcome.status()) && MayRetry();
  if (will_retry) again.push_back(application);
  hooks.on_callbacks(application.id, outcome, will_retry);
  ConfigureNext();
}

void AccountStart::State::Retry() {
  if (MayRetry()) {
    const std::lock_guard lock(mutex);
    if (!stopped) {
      next = scheduler.After(pause, [self = shared_from_this()] { self->Attempt(); });
    }
    pause = std::min(pause * 2, options.longest_pause);
  }
  End();
}

AccountStart::AccountStart(std::shared_ptr<const CallbackSetup> setup, TokenSource& tokens,
                           const CredentialStore& credentials, const ServerFacts& facts,
                           Scheduler& scheduler, const Clock& clock, AccountStartOptions options,
                           Hooks hooks)
    : state_(std::make_shared<State>(std::move(setup), tokens, credentials, scheduler, clock,
                                     std::move(options), std::move(hooks))) {
  state_->pending = ConfiguredApplications(facts);
}

AccountStart::~AccountStart() { Stop(); }

void AccountStart::Start() {
  if (!state_->credentials.Get(state_->options.tenant)) return;
  if (!state_->options.configure_callbacks) state_->pending.clear();
  if (!state_->pending.empty()) {
    if (const Status reachable = state_->setup->CheckReachable(); !reachable.ok()) {
      state_->pending.clear();
      state_->hooks.on_left_alone(reachable);
    }
  }
  state_->Attempt();
}

void AccountStart::Stop() {
  std::vector<std::function<void()>> cancellations;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    state_->scheduler.Cancel(state_->next);
    cancellations = std::exchange(state_->cancellations, {});
  }
  for (const auto& cancel : cancellations) cancel();
  std::unique_lock lock(state_->mutex);
  state_->idle.wait(lock, [this] { return !state_->running; });
}

}  // namespace bw::tool_service

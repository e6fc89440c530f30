#include "tool-service/core/store_probe.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace bw::tool_service {
namespace {

// No call has this name: the store that says so was reached.
constexpr const char* kUnknownCall = "health-probe";

}  // namespace

struct StoreProbe::State {
  EventJournal& journal;
  Scheduler& scheduler;
  const Clock& clock;
  const std::string tenant;
  const std::function<void(bool)> on_result;
  const ProbeTimes times;

  mutable std::mutex mutex{};  // guards all below, and keeps results in order
  bool stopped = false;
  bool sending = false;
  std::condition_variable sent{};
  bool reached = false;
  Scheduler::Id next = 0;
};

StoreProbe::StoreProbe(EventJournal& journal, Scheduler& scheduler, const Clock& clock,
                       std::string tenant, std::function<void(bool)> on_result, ProbeTimes times)
    : state_(new State{journal, scheduler, clock, std::move(tenant), std::move(on_result), times}) {
  Ask(state_);
}

StoreProbe::~StoreProbe() { Stop(); }

void StoreProbe::Stop() {
  std::unique_lock lock(state_->mutex);
  state_->stopped = true;
  state_->scheduler.Cancel(state_->next);
  state_->sent.wait(lock, [this] { return !state_->sending; });
}

bool StoreProbe::reached() const {
  const std::lock_guard lock(state_->mutex);
  return state_->reached;
}

void StoreProbe::Ask(const std::shared_ptr<State>& state) {
  {
    const std::lock_guard lock(state->mutex);
    if (state->stopped) return;
    state->sending = true;
  }
  CallContext context;
  context.tenant = state->tenant;
  context.deadline = state->clock.Steady() + state->times.timeout;
  state->journal.GetCall(context, kUnknownCall, [state](const StatusOr<CallRecord>& call) {
    OnAnswer(state, call.status());
  });
  const std::lock_guard lock(state->mutex);
  state->sending = false;
  state->sent.notify_all();
}

void StoreProbe::OnAnswer(const std::shared_ptr<State>& state, const Status& status) {
  const std::lock_guard lock(state->mutex);
  if (state->stopped) return;
  state->reached = status.ok() || status.code() == StatusCode::kNotFound;
  state->on_result(state->reached);
  state->next = state->scheduler.After(
      state->reached ? state->times.while_up : state->times.while_down, [state] { Ask(state); });
}

}  // namespace bw::tool_service

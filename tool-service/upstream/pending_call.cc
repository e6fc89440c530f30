#include "tool-service/upstream/pending_call.h"

#include <utility>

namespace bw::tool_service {

PendingCall::PendingCall(HttpClient::Done done) : done_(std::move(done)) {}

PendingCall::~PendingCall() { Finish(Cancelled("the service is stopping")); }

void PendingCall::Cancel() {
  std::shared_ptr<HttpCall> step;
  {
    const std::lock_guard lock(mutex_);
    step = std::move(step_);
  }
  Finish(Cancelled("the request was cancelled"));
  if (step != nullptr) step->Cancel();
}

void PendingCall::Run(HttpClient& next, HttpRequest request, HttpClient::Done answered) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!done_) return;
    number = ++step_number_;
  }
  std::shared_ptr<HttpCall> step = next.Send(
      std::move(request),
      [self = shared_from_this(), answered = std::move(answered)](StatusOr<HttpResponse> answer) {
        if (!self->finished()) answered(std::move(answer));
      });
  bool cancelled = false;
  {
    const std::lock_guard lock(mutex_);
    cancelled = !done_;
    // The answer may have come already, and with it the next step.
    if (!cancelled && number == step_number_) step_ = step;
  }
  if (cancelled) step->Cancel();
}

void PendingCall::Finish(StatusOr<HttpResponse> result) {
  HttpClient::Done done;
  std::shared_ptr<HttpCall> last_step;  // released outside the lock
  {
    const std::lock_guard lock(mutex_);
    done = std::exchange(done_, nullptr);
    last_step = std::move(step_);
  }
  if (done) done(std::move(result));
}

bool PendingCall::finished() const {
  const std::lock_guard lock(mutex_);
  return !done_;
}

}  // namespace bw::tool_service

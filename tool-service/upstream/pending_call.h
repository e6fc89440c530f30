// A request that takes several steps (a token, the request, a pause, the request again) as one
// call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "tool-service/core/http_client.h"

namespace bw::tool_service {

/// Thread-safe. Keeps the promise that `done` runs exactly once, however steps and cancellation
/// race.
class PendingCall : public HttpCall, public std::enable_shared_from_this<PendingCall> {
 public:
  explicit PendingCall(HttpClient::Done done);
  /// A call whose next step was dropped finishes with CANCELLED.
  ~PendingCall() override;

  /// Cancels the step under way and finishes with CANCELLED at once.
  void Cancel() override;
  /// Sends `request` as the next step; `answered` is not called once the call is finished.
  void Run(HttpClient& next, HttpRequest request, HttpClient::Done answered);
  /// Runs `done` unless it ran.
  void Finish(StatusOr<HttpResponse> result);
  bool finished() const;

 private:
  mutable std::mutex mutex_;  // guards all below
  HttpClient::Done done_;
  std::shared_ptr<HttpCall> step_;
  std::uint64_t step_number_ = 0;
};

}  // namespace bw::tool_service

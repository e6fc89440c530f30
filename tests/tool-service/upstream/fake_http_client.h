// The HttpClient port for tests: remembers what was sent, and answers when the test says so or from
// a script.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tool-service/core/http_client.h"

namespace bw::tool_service {

inline HttpResponse Answer(int status, std::string body = "", HttpHeaders headers = {}) {
  return HttpResponse{status, std::move(headers), std::move(body)};
}

inline std::string HeaderOf(const HttpRequest& request, const std::string& name) {
  for (const auto& [candidate, value] : request.headers) {
    if (candidate == name) return value;
  }
  return "";
}

class FakeHttpClient : public HttpClient {
 public:
  /// Answers the next requests at once, in order; beyond them requests wait for Complete.
  std::deque<StatusOr<HttpResponse>> script;
  std::vector<HttpRequest> requests;

  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override {
    requests.push_back(std::move(request));
    auto call = std::make_shared<FakeCall>();
    if (script.empty()) {
      waiting_.push_back({call, std::move(done)});
    } else {
      StatusOr<HttpResponse> answer = std::move(script.front());
      script.pop_front();
      done(std::move(answer));
    }
    return call;
  }

  std::size_t waiting() const { return waiting_.size(); }
  /// Answers the request that waits longest.
  void Complete(StatusOr<HttpResponse> answer) {
    auto [call, done] = std::move(waiting_.front());
    waiting_.pop_front();
    done(std::move(answer));
  }
  bool FirstWaitingIsCancelled() const { return waiting_.front().first->cancelled; }

 private:
  struct FakeCall : HttpCall {
    void Cancel() override { cancelled = true; }
    std::atomic<bool> cancelled = false;
  };
  std::deque<std::pair<std::shared_ptr<FakeCall>, Done>> waiting_;
};

/// Collects what a `done` got, and how often.
struct Result {
  int count = 0;
  StatusOr<HttpResponse> answer = Internal("not called");
  HttpClient::Done Done() {
    return [this](StatusOr<HttpResponse> got) {
      ++count;
      answer = std::move(got);
    };
  }
};

}  // namespace bw::tool_service

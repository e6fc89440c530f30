#include "common/http_client/http_client.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <utility>

#include <curl/curl.h>

#include "common/http_client/event_loop.h"

namespace bw::http_client {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class InboxCancellation : public Cancellation {
 public:
  InboxCancellation(std::shared_ptr<Inbox> inbox, std::uint64_t id)
      : inbox_(std::move(inbox)), id_(id) {}
  void Cancel() override { inbox_->PostCancel(id_); }

 private:
  const std::shared_ptr<Inbox> inbox_;
  const std::uint64_t id_;
};

class CurlHttpClient : public HttpClient {
 public:
  explicit CurlHttpClient(const Options& options)
      : inbox_(std::make_shared<Inbox>(options.max_in_flight)), loop_(options, inbox_) {}

  std::shared_ptr<Cancellation> Send(Request request, Done done) override {
    const std::uint64_t id = inbox_->PostJob(std::move(request), std::move(done));
    return std::make_shared<InboxCancellation>(inbox_, id);
  }

 private:
  const std::shared_ptr<Inbox> inbox_;
  EventLoop loop_;
};

}  // namespace

bool IsSameField(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view FindHeader(const Headers& headers, std::string_view name) {
  for (const auto& [candidate, value] : headers) {
    if (IsSameField(candidate, name)) return value;
  }
  return {};
}

std::unique_ptr<HttpClient> MakeHttpClient(const Options& options) {
  static std::once_flag initialised;
  std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<CurlHttpClient>(options);
}

StatusOr<Response> SendAndWait(HttpClient& client, Request request) {
  std::promise<StatusOr<Response>> promise;
  auto result = promise.get_future();
  client.Send(std::move(request),
              [&promise](StatusOr<Response> answer) { promise.set_value(std::move(answer)); });
  return result.get();
}

}  // namespace bw::http_client

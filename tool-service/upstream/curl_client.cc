#include "tool-service/upstream/curl_client.h"

#include <utility>

namespace bw::tool_service {
namespace {

class CurlCall : public HttpCall {
 public:
  explicit CurlCall(std::shared_ptr<http_client::Cancellation> cancellation)
      : cancellation_(std::move(cancellation)) {}
  void Cancel() override { cancellation_->Cancel(); }

 private:
  const std::shared_ptr<http_client::Cancellation> cancellation_;
};

}  // namespace

CurlClient::CurlClient(const http_client::Options& options)
    : client_(http_client::MakeHttpClient(options)) {}

std::shared_ptr<HttpCall> CurlClient::Send(HttpRequest request, Done done) {
  http_client::Request out;
  out.method = std::move(request.method);
  out.url = std::move(request.url);
  out.headers = std::move(request.headers);
  out.body = std::move(request.body);
  out.timeout = request.timeout;
  out.max_response_bytes = request.max_response_bytes;
  out.public_peers_only = request.rules.public_peers_only;
  return std::make_shared<CurlCall>(client_->Send(
      std::move(out), [done = std::move(done)](StatusOr<http_client::Response> answer) {
        if (!answer.ok()) {
          done(answer.status());
          return;
        }
        done(HttpResponse{answer->status, std::move(answer->headers), std::move(answer->body),
                          answer->peer_is_public});
      }));
}

}  // namespace bw::tool_service

#include "sandbox/http/webhook_sender.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base64/base64.h"
#include "common/http/message.h"

namespace bw::sandbox {
namespace {

http_client::Request ToHttp(WebhookRequest webhook) {
  http_client::Request request;
  request.method = std::move(webhook.method);
  request.url = std::move(webhook.url);
  char separator = request.url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : webhook.query) {
    request.url += separator + http::PercentEncode(name) + "=" + http::PercentEncode(value);
    separator = '&';
  }
  const auto add = [&](std::string name, std::string value) {
    if (!value.empty()) request.headers.emplace_back(std::move(name), std::move(value));
  };
  add("Content-Type", std::move(webhook.content_type));
  add("User-Agent", std::move(webhook.user_agent));
  if (webhook.credentials) {
    add("Authorization", "Basic " + Base64Encode(webhook.credentials->username + ":" +
                                                 webhook.credentials->password));
  }
  request.body = std::move(webhook.body);
  request.timeout = webhook.timeout;
  request.max_response_bytes = webhook.max_reply_bytes;
  return request;
}

StatusOr<WebhookReply> FromHttp(StatusOr<http_client::Response> response) {
  if (!response.ok()) return response.status();
  WebhookReply reply;
  reply.status = response->status;
  reply.content_type = http_client::FindHeader(response->headers, "Content-Type");
  reply.authenticate = http_client::FindHeader(response->headers, "WWW-Authenticate");
  reply.body = std::move(response->body);
  return reply;
}

}  // namespace

void WebhookSender::Send(WebhookRequest request, Done done) {
  if (stopped_) return;
  client_.Send(ToHttp(std::move(request)), [&scheduler = scheduler_, done = std::move(done)](
                                               StatusOr<http_client::Response> response) mutable {
    auto reply = std::make_shared<StatusOr<WebhookReply>>(FromHttp(std::move(response)));
    scheduler.After(std::chrono::milliseconds(0),
                    [done = std::move(done), reply] { done(std::move(*reply)); });
  });
}

}  // namespace bw::sandbox

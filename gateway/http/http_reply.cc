#include "gateway/http/http_reply.h"

#include <utility>

#include "gateway/http/cors.h"

namespace bw::gateway {

std::shared_ptr<EventStream> HttpReply::stream() const {
  const std::lock_guard lock(mutex_);
  return stream_;
}

// Notifications come one after the other, so that only the first of them opens the stream.
std::shared_ptr<EventStream> HttpReply::OpenStream() {
  auto opened = EventStream::Start(*exchange_, options_.stream, scheduler_);
  const std::lock_guard lock(mutex_);
  stream_ = opened;
  return opened;
}

void HttpReply::Notify(std::string message) {
  if (!options_.accepts_stream) return;
  auto open = stream();
  if (!open) open = OpenStream();
  if (open) open->Send(message);
}

void HttpReply::Finish(Reply reply) {
  if (const auto open = stream()) {
    open->Send(reply.body);
    return open->Close();
  }
  http::Response response = http::JsonResponse(reply.http_status, std::move(reply.body));
  if (!reply.session_id.empty()) {
    response.headers.Add("Mcp-Session-Id", std::move(reply.session_id));
  }
  if (reply.needed_access) {
    response.headers.Add("WWW-Authenticate",
                         options_.challenges.InsufficientScope(*reply.needed_access));
  }
  AddCorsHeaders(response, options_.stream.origin);
  exchange_->Reply(std::move(response));
}

void HttpReply::Abandon() {
  auto open = stream();
  // A stream that ends without the answer is how HTTP says that none will come.
  if (!open && options_.accepts_stream) open = OpenStream();
  if (open) return open->Close();
  http::Response nothing;
  nothing.status = 202;
  exchange_->Reply(std::move(nothing));
}

}  // namespace bw::gateway

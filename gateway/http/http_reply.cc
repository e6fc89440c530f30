#include "gateway/http/http_reply.h"

#include <utility>

#include "gateway/http/sse.h"

namespace bw::gateway {

std::shared_ptr<http::StreamWriter> HttpReply::stream() const {
  const std::lock_guard lock(mutex_);
  return stream_;
}

// Notifications come one after the other, so that only the first of them opens the stream.
std::shared_ptr<http::StreamWriter> HttpReply::OpenStream() {
  http::Response head;
  head.headers.Add("Content-Type", "text/event-stream");
  head.headers.Add("Cache-Control", "no-cache, no-transform");
  // Proxies that buffer would hold the events back.
  head.headers.Add("X-Accel-Buffering", "no");
  AddCorsHeaders(head, options_.origin);
  auto opened = exchange_->StartStream(std::move(head));
  const std::lock_guard lock(mutex_);
  stream_ = opened;
  return opened;
}

void HttpReply::ScheduleKeepAlive() {
  scheduler_.After(options_.keep_alive, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    const auto writer = self->stream();
    if (writer && writer->Write(kSseKeepAlive)) self->ScheduleKeepAlive();
  });
}

void HttpReply::Notify(std::string message) {
  if (!options_.accepts_stream) return;
  auto writer = stream();
  if (!writer) {
    writer = OpenStream();
    if (!writer) return;
    ScheduleKeepAlive();
  }
  writer->Write(SseEvent(message));
}

void HttpReply::Finish(Reply reply) {
  if (const auto writer = stream()) {
    writer->Write(SseEvent(reply.body));
    writer->Close();
    return;
  }
  http::Response response = http::JsonResponse(reply.http_status, std::move(reply.body));
  if (!reply.session_id.empty()) {
    response.headers.Add("Mcp-Session-Id", std::move(reply.session_id));
  }
  if (reply.needed_access) {
    response.headers.Add("WWW-Authenticate",
                         options_.challenges.InsufficientScope(*reply.needed_access));
  }
  AddCorsHeaders(response, options_.origin);
  exchange_->Reply(std::move(response));
}

void HttpReply::Abandon() {
  auto writer = stream();
  // A stream that ends without the answer is how HTTP says that none will come.
  if (!writer && options_.accepts_stream) writer = OpenStream();
  if (writer) return writer->Close();
  http::Response nothing;
  nothing.status = 202;
  exchange_->Reply(std::move(nothing));
}

}  // namespace bw::gateway

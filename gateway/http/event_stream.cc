#include "gateway/http/event_stream.h"

#include <utility>

#include "gateway/http/cors.h"
#include "gateway/http/sse.h"

namespace bw::gateway {

std::shared_ptr<EventStream> EventStream::Start(http::Exchange& exchange,
                                                const EventStreamOptions& options,
                                                Scheduler& scheduler) {
  http::Response head;
  head.headers.Add("Content-Type", "text/event-stream");
  head.headers.Add("Cache-Control", "no-cache, no-transform");
  // Proxies that buffer would hold the events back.
  head.headers.Add("X-Accel-Buffering", "no");
  AddCorsHeaders(head, options.origin);
  auto writer = exchange.StartStream(std::move(head), {options.max_unsent_bytes});
  if (!writer) return nullptr;
  // The constructor is private to keep it under shared ownership.
  std::shared_ptr<EventStream> stream(
      new EventStream(std::move(writer), options.keep_alive, scheduler));
  stream->ScheduleKeepAlive();
  return stream;
}

void EventStream::ScheduleKeepAlive() {
  scheduler_.After(keep_alive_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->writer_->Write(kSseKeepAlive)) self->ScheduleKeepAlive();
  });
}

void EventStream::Send(std::string_view message) { writer_->Write(SseEvent(message)); }

void EventStream::SendNamed(std::string_view name, std::string_view data) {
  writer_->Write(SseEvent(data, name));
}

void EventStream::Close() { writer_->Close(); }

}  // namespace bw::gateway

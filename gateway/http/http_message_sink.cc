#include "gateway/http/http_message_sink.h"

#include <utility>

namespace bw::gateway {

std::shared_ptr<EventStream> HttpMessageSink::stream() const {
  const std::lock_guard lock(mutex_);
  return stream_;
}

void HttpMessageSink::Open() {
  const auto opened = EventStream::Start(*exchange_, options_, scheduler_);
  if (!opened) return;
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    stream_ = opened;
    closed = closed_;
  }
  if (closed) opened->Close();
}

void HttpMessageSink::Send(std::string message) {
  if (const auto open = stream()) open->Send(message);
}

void HttpMessageSink::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // One that ends before it began ends properly all the same; Open finds it closed.
  if (const auto open = stream()) return open->Close();
  Open();
}

}  // namespace bw::gateway

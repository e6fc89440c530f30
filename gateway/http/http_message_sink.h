// The MessageSink over one HTTP exchange.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "common/clock/scheduler.h"
#include "common/http/server.h"
#include "gateway/core/session_stream.h"
#include "gateway/http/event_stream.h"

namespace bw::gateway {

/// Thread-safe.
class HttpMessageSink : public MessageSink {
 public:
  /// `scheduler` outlives it.
  HttpMessageSink(std::shared_ptr<http::Exchange> exchange, EventStreamOptions options,
                  Scheduler& scheduler)
      : exchange_(std::move(exchange)), options_(std::move(options)), scheduler_(scheduler) {}

  void Open() override;
  void Send(std::string message) override;
  void Close() override;

 private:
  std::shared_ptr<EventStream> stream() const;

  const std::shared_ptr<http::Exchange> exchange_;
  const EventStreamOptions options_;
  Scheduler& scheduler_;
  mutable std::mutex mutex_;  // guards all below
  std::shared_ptr<EventStream> stream_;
  bool closed_ = false;
};

}  // namespace bw::gateway

// The ReplySink over one HTTP exchange: plain JSON, or an event stream from the first notification.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/clock/scheduler.h"
#include "common/http/server.h"
#include "gateway/core/admission.h"
#include "gateway/core/call.h"
#include "gateway/http/challenges.h"
#include "gateway/http/event_stream.h"

namespace bw::gateway {

struct HttpReplyOptions {
  /// The client reads event streams; without, notifications are dropped.
  bool accepts_stream = true;
  EventStreamOptions stream;
  /// For what the caller may not do; outlives the reply.
  const Challenges& challenges;
};

/// Thread-safe.
class HttpReply : public ReplySink {
 public:
  /// `scheduler` outlives it. Listening clients hold no slot.
  HttpReply(std::shared_ptr<http::Exchange> exchange, HttpReplyOptions options,
            std::optional<Admission::Slot> slot, Scheduler& scheduler)
      : exchange_(std::move(exchange)),
        options_(std::move(options)),
        slot_(std::move(slot)),
        scheduler_(scheduler) {}

  void Notify(std::string message) override;
  bool takes_notifications() const override { return options_.accepts_stream; }
  void Finish(Reply reply) override;
  void Abandon() override;

 private:
  std::shared_ptr<EventStream> OpenStream();
  std::shared_ptr<EventStream> stream() const;

  const std::shared_ptr<http::Exchange> exchange_;
  const HttpReplyOptions options_;
  const std::optional<Admission::Slot> slot_;
  Scheduler& scheduler_;
  mutable std::mutex mutex_;  // guards stream_
  std::shared_ptr<EventStream> stream_;
};

}  // namespace bw::gateway

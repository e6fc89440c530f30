// The ReplySink over one HTTP exchange: plain JSON, or an event stream from the first notification.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "common/clock/scheduler.h"
#include "common/http/server.h"
#include "gateway/core/admission.h"
#include "gateway/core/call.h"
#include "gateway/http/challenges.h"
#include "gateway/http/cors.h"

namespace bw::gateway {

struct HttpReplyOptions {
  /// The client reads event streams; without, notifications are dropped.
  bool accepts_stream = true;
  /// Of an allowed web page; else empty.
  std::string origin;
  /// Between the comments that keep an open stream alive.
  std::chrono::milliseconds keep_alive{15'000};
  /// For what the caller may not do; outlives the reply.
  const Challenges& challenges;
};

/// Thread-safe.
class HttpReply : public ReplySink, public std::enable_shared_from_this<HttpReply> {
 public:
  /// `scheduler` outlives it.
  HttpReply(std::shared_ptr<http::Exchange> exchange, HttpReplyOptions options,
            Admission::Slot slot, Scheduler& scheduler)
      : exchange_(std::move(exchange)),
        options_(std::move(options)),
        slot_(std::move(slot)),
        scheduler_(scheduler) {}

  void Notify(std::string message) override;
  bool takes_notifications() const override { return options_.accepts_stream; }
  void Finish(Reply reply) override;
  void Abandon() override;

 private:
  std::shared_ptr<http::StreamWriter> OpenStream();
  std::shared_ptr<http::StreamWriter> stream() const;
  void ScheduleKeepAlive();

  const std::shared_ptr<http::Exchange> exchange_;
  const HttpReplyOptions options_;
  const Admission::Slot slot_;
  Scheduler& scheduler_;
  mutable std::mutex mutex_;  // guards stream_
  std::shared_ptr<http::StreamWriter> stream_;
};

}  // namespace bw::gateway

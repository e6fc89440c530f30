// An http::Exchange without a socket: a test reads what was answered and may leave early.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/http/server.h"

namespace bw::gateway {

/// Thread-safe.
class FakeStream : public http::StreamWriter {
 public:
  bool Write(std::string_view data) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    text_ += data;
    return true;
  }
  void Close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  mutable std::mutex mutex_;  // guards all below
  std::string text_;
  bool closed_ = false;
};

/// Thread-safe but for the public members, which are read when the answer is there.
class FakeExchange : public http::Exchange {
 public:
  explicit FakeExchange(http::Request request) : request_(std::move(request)) {}

  const http::Request& request() const override { return request_; }
  bool Reply(http::Response answer, std::function<void(bool)> written) override {
    if (response || stream) return false;
    response = std::move(answer);
    if (written) written(true);
    return true;
  }
  std::shared_ptr<http::StreamWriter> StartStream(http::Response answer,
                                                  http::StreamOptions options) override {
    if (response || stream) return nullptr;
    stream_options = options;
    head = std::move(answer);
    stream = std::make_shared<FakeStream>();
    return stream;
  }
  void OnClientGone(std::function<void()> gone) override { gone_ = std::move(gone); }

  /// The client disconnects.
  void Leave() {
    if (gone_) std::exchange(gone_, nullptr)();
  }

  std::optional<http::Response> response;
  http::Response head;
  std::shared_ptr<FakeStream> stream;
  http::StreamOptions stream_options;

 private:
  const http::Request request_;
  std::function<void()> gone_;
};

}  // namespace bw::gateway

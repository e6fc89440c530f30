// A server stream that is opened again whenever it ends, because what it tells must not go missing.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "common/rpc/rpc.h"
#include "gateway/core/watch.h"

namespace bw::gateway {

/// Pauses between attempts; they double from the first to the longest and start anew after a
/// message.
struct StreamRetry {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds longest{5'000};
};

/// Reads messages one after the other on gRPC's threads. Destruction ends the stream and waits
/// until no function runs any more; it must not happen inside one of them, and must happen before
/// the server of an in-process channel stops.
template <typename Response>
class StreamWatch : public Watch {
 public:
  struct Functions {
    /// Starts the method on the stub, for each attempt anew.
    std::function<void(grpc::ClientContext*, grpc::ClientReadReactor<Response>*)> open;
    std::function<void(Response&)> on_message;
    /// The stream ended; what happens until it stands again may be missed.
    std::function<void(const Status&)> on_broken;
  };

  explicit StreamWatch(Functions functions, StreamRetry retry = {})
      : functions_(std::move(functions)), retry_(retry), pause_(retry.first) {
    const std::lock_guard lock(mutex_);
    Open();
  }

  ~StreamWatch() override {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (context_) context_->TryCancel();
    lock.unlock();
    alarm_.Cancel();
    lock.lock();
    over_.wait(lock, [this] { return !running_; });
  }

 private:
  // Deletes itself when gRPC is done with it.
  class Reactor : public grpc::ClientReadReactor<Response> {
   public:
    Reactor(StreamWatch& watch, std::shared_ptr<grpc::ClientContext> context)
        : watch_(watch), context_(std::move(context)) {}
    void Start() {
      watch_.functions_.open(context_.get(), this);
      this->StartRead(&message_);
      this->StartCall();
    }
    void OnReadDone(bool ok) override {
      if (!ok) return;
      watch_.OnMessage(message_);
      message_.Clear();
      this->StartRead(&message_);
    }
    void OnDone(const grpc::Status& status) override {
      StreamWatch& watch = watch_;
      delete this;
      watch.OnEnd(rpc::FromGrpc(status));
    }

   private:
    StreamWatch& watch_;
    const std::shared_ptr<grpc::ClientContext> context_;
    Response message_;
  };

  // Holds mutex_.
  void Open() {
    running_ = true;
    context_ = std::make_shared<grpc::ClientContext>();
    (new Reactor(*this, context_))->Start();
  }

  void OnMessage(Response& message) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      pause_ = retry_.first;
    }
    functions_.on_message(message);
  }

  void OnEnd(const Status& status) {
    functions_.on_broken(status);
    const std::lock_guard lock(mutex_);
    context_.reset();
    if (stopping_) return Over();
    const auto pause = std::exchange(pause_, std::min(pause_ * 2, retry_.longest));
    alarm_.Set(std::chrono::system_clock::now() + pause, [this](bool) {
      const std::lock_guard again(mutex_);
      if (stopping_) return Over();
      Open();
    });
  }

  // Under the lock: the destructor goes on as soon as it sees the flag.
  void Over() {
    running_ = false;
    over_.notify_all();
  }

  const Functions functions_;
  const StreamRetry retry_;
  std::mutex mutex_;  // guards all below
  std::condition_variable over_;
  std::chrono::milliseconds pause_;
  std::shared_ptr<grpc::ClientContext> context_;
  bool stopping_ = false;
  bool running_ = false;
  grpc::Alarm alarm_;
};

}  // namespace bw::gateway

// The adapters to the event store against a store that a test scripts.
#include "gateway/grpc/grpc_event_feed.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"
#include "gateway/grpc/grpc_shared_state.h"

namespace bw::gateway {
namespace {

namespace v1 = bw::event_store::v1;
using std::chrono::seconds;
using testing::ElementsAre;

/// A stream the test writes to. Deletes itself.
template <typename Response>
class ScriptedStream : public grpc::ServerWriteReactor<Response> {
 public:
  void Write(Response response) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(response));
    Pump();
  }
  void End() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(finished_, true)) {
      this->Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "ends"));
    }
  }
  void OnWriteDone(bool) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    Pump();
  }
  void OnCancel() override { End(); }
  void OnDone() override { delete this; }

 private:
  void Pump() {
    if (writing_ || finished_ || queue_.empty()) return;
    writing_ = true;
    current_ = std::move(queue_.front());
    queue_.pop_front();
    this->StartWrite(&current_);
  }

  std::mutex mutex_;  // guards all below
  std::deque<Response> queue_;
  Response current_;
  bool writing_ = false;
  bool finished_ = false;
};

/// What one side tells the other, in order.
template <typename T>
class Waitable {
 public:
  void Put(T value) {
    {
      const std::lock_guard lock(mutex_);
      values_.push_back(std::move(value));
    }
    changed_.notify_all();
  }
  /// nullopt when none came for very long.
  std::optional<T> Take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, seconds(20), [this] { return !values_.empty(); })) return {};
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

 private:
  std::mutex mutex_;  // guards values_
  std::condition_variable changed_;
  std::deque<T> values_;
};

struct WatchCall {
  v1::WatchRequest request;
  ScriptedStream<v1::WatchResponse>* stream;

  void Tell(std::uint64_t next_after_seq, std::vector<std::string> call_ids = {}) const {
    v1::WatchResponse response;
    response.set_next_after_seq(next_after_seq);
    for (std::string& call_id : call_ids) {
      v1::Event& event = *response.add_events();
      event.set_channel(v1::CHANNEL_VOICE);
      event.set_call_id(std::move(call_id));
    }
    stream->Write(std::move(response));
  }
};
struct StateCall {
  v1::WatchStateRequest request;
  ScriptedStream<v1::WatchStateResponse>* stream;
};

class ScriptedStore : public v1::EventStore::CallbackService {
 public:
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext*,
                                                     const v1::WatchRequest* request) override {
    auto* stream = new ScriptedStream<v1::WatchResponse>;
    watches.Put({*request, stream});
    return stream;
  }
  grpc::ServerWriteReactor<v1::WatchStateResponse>* WatchState(
      grpc::CallbackServerContext*, const v1::WatchStateRequest* request) override {
    auto* stream = new ScriptedStream<v1::WatchStateResponse>;
    states.Put({*request, stream});
    return stream;
  }
  grpc::ServerUnaryReactor* PutState(grpc::CallbackServerContext* context,
                                     const v1::PutStateRequest* request,
                                     v1::PutStateResponse*) override {
    puts.Put(*request);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(request->key() == "refuse"
                        ? grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "full")
                        : grpc::Status::OK);
    return reactor;
  }

  Waitable<WatchCall> watches;
  Waitable<StateCall> states;
  Waitable<v1::PutStateRequest> puts;
};

class AdaptersTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = rpc::Server::Start({}, {&store});
    ASSERT_TRUE(started.ok());
    server = *std::move(started);
  }
  EventFeed::Listener Listen() {
    return {[this](bool continuous) { heard.Put(continuous ? "continuous" : "stands"); },
            [this](const std::vector<FeedEvent>& events) {
              for (const FeedEvent& event : events) heard.Put(event.call_id);
            },
            [this](const Status&) { heard.Put("broken"); }};
  }

  ScriptedStore store;
  Waitable<std::string> heard;
  std::unique_ptr<rpc::Server> server;
};

TEST_F(AdaptersTest, AFeedBeginsWithWhatHappensFromNowOn) {
  GrpcEventFeed feed(server->InProcessChannel());
  const auto watch = feed.WatchEvents("acme", Listen());
  const auto call = store.watches.Take();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->request.tenant(), "acme");
  EXPECT_TRUE(call->request.from_now());
  EXPECT_TRUE(call->request.without_payloads());
  call->Tell(7);
  EXPECT_EQ(heard.Take(), "stands");
  call->Tell(8, {"c-1"});
  EXPECT_EQ(heard.Take(), "c-1");
}

TEST_F(AdaptersTest, WhatHappenedDuringAGapIsReplayed) {
  GrpcEventFeed feed(server->InProcessChannel());
  const auto watch = feed.WatchEvents("default", Listen());
  auto call = store.watches.Take();
  call->Tell(7);
  EXPECT_EQ(heard.Take(), "stands");
  call->stream->End();
  EXPECT_EQ(heard.Take(), "broken");
  // The next stream tells how far the store has come: further than was heard.
  call = store.watches.Take();
  EXPECT_TRUE(call->request.from_now());
  call->Tell(9);
  call = store.watches.Take();
  EXPECT_FALSE(call->request.from_now());
  EXPECT_EQ(call->request.after_seq(), 7u);
  call->Tell(7);
  EXPECT_EQ(heard.Take(), "continuous");
  call->Tell(9, {"c-8", "c-9"});
  EXPECT_EQ(heard.Take(), "c-8");
  EXPECT_EQ(heard.Take(), "c-9");
}

TEST_F(AdaptersTest, AGapWithoutEventsIsNone) {
  GrpcEventFeed feed(server->InProcessChannel());
  const auto watch = feed.WatchEvents("default", Listen());
  auto call = store.watches.Take();
  call->Tell(7);
  EXPECT_EQ(heard.Take(), "stands");
  call->stream->End();
  EXPECT_EQ(heard.Take(), "broken");
  call = store.watches.Take();
  call->Tell(7);
  EXPECT_EQ(heard.Take(), "continuous");
}

TEST_F(AdaptersTest, AStoreThatLostItsDataIsNotContinuous) {
  GrpcEventFeed feed(server->InProcessChannel());
  const auto watch = feed.WatchEvents("default", Listen());
  auto call = store.watches.Take();
  call->Tell(500);
  EXPECT_EQ(heard.Take(), "stands");
  call->stream->End();
  EXPECT_EQ(heard.Take(), "broken");
  call = store.watches.Take();
  call->Tell(2);
  EXPECT_EQ(heard.Take(), "stands");
  call->Tell(3, {"c-3"});
  EXPECT_EQ(heard.Take(), "c-3");
}

TEST_F(AdaptersTest, StateIsPutAsItIsAndItsAnswerTold) {
  GrpcSharedState state(server->InProcessChannel());
  Waitable<StatusCode> answers;
  const auto done = [&](const Status& status) { answers.Put(status.code()); };
  state.Put({"acme", "session/d/level", "info"}, seconds(90), done);
  EXPECT_EQ(answers.Take(), StatusCode::kOk);
  const auto put = store.puts.Take();
  EXPECT_EQ(put->tenant(), "acme");
  EXPECT_EQ(put->key(), "session/d/level");
  EXPECT_EQ(put->value(), "info");
  EXPECT_EQ(put->ttl_ms(), 90'000u);
  state.Put({"acme", "refuse", "x"}, seconds(1), done);
  EXPECT_EQ(answers.Take(), StatusCode::kResourceExhausted);
}

TEST_F(AdaptersTest, StateIsToldAnewAfterABreak) {
  GrpcSharedState state(server->InProcessChannel());
  const auto watch =
      state.WatchPrefix("session/", {[this](const std::vector<SharedState::Entry>& entries) {
                                       for (const auto& entry : entries)
                                         heard.Put(entry.key + "=" + entry.value);
                                     },
                                     [this] { heard.Put("current"); },
                                     [this](const Status&) { heard.Put("broken"); }});
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto call = store.states.Take();
    ASSERT_TRUE(call);
    EXPECT_EQ(call->request.prefix(), "session/");
    EXPECT_EQ(call->request.tenant(), "") << "of every tenant";
    v1::WatchStateResponse response;
    v1::StateEntry& entry = *response.add_entries();
    entry.set_key("session/d/level");
    entry.set_value("info");
    call->stream->Write(response);
    EXPECT_EQ(heard.Take(), "session/d/level=info");
    response.set_current(true);
    call->stream->Write(response);
    EXPECT_EQ(heard.Take(), "session/d/level=info");
    EXPECT_EQ(heard.Take(), "current");
    call->stream->Write(response);
    EXPECT_EQ(heard.Take(), "session/d/level=info");
    call->stream->End();
    EXPECT_EQ(heard.Take(), "broken") << "it is current only once";
  }
}

}  // namespace
}  // namespace bw::gateway

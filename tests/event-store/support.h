// What the event store's tests share: waiting for an answer, events to send, a listener that
// remembers.
#pragma once

#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "event-store/core/store.h"

namespace bw::event_store::testing {

/// Calls `ask(done)` and waits for the answer.
template <typename T, typename Ask>
StatusOr<T> Await(Ask ask) {
  std::promise<StatusOr<T>> promise;
  auto answer = promise.get_future();
  ask(Done<T>([&promise](StatusOr<T> result) { promise.set_value(std::move(result)); }));
  return answer.get();
}

inline Event MakeEvent(std::string identity, std::string type = "answer",
                       std::string call_id = "c-1") {
  Event event;
  event.channel = Channel::kVoice;
  event.type = std::move(type);
  event.identity = std::move(identity);
  event.call_id = std::move(call_id);
  event.from = "+15550100001";
  event.to = {"+15550100002"};
  event.direction = Direction::kInbound;
  event.payload_json = R"({"eventType":"answer"})";
  return event;
}

inline Event MakeMessage(std::string identity, std::string from = "+15550100003",
                         std::string message_id = "m-1") {
  Event event;
  event.channel = Channel::kMessaging;
  event.type = "message-received";
  event.identity = std::move(identity);
  event.message_id = std::move(message_id);
  event.from = std::move(from);
  event.to = {"+15550100002"};
  event.direction = Direction::kInbound;
  event.payload_json = "{}";
  return event;
}

inline AppendRequest Voice(Event event, bool expects_bxml = true, bool may_hold = true,
                           std::string state = "") {
  AppendRequest request;
  request.tenant = "default";
  request.event = std::move(event);
  request.voice.emplace();
  request.voice->expects_bxml = expects_bxml;
  request.voice->may_hold = may_hold;
  request.voice->update.state = std::move(state);
  return request;
}

inline AppendRequest Plain(Event event, std::string tenant = "default") {
  AppendRequest request;
  request.tenant = std::move(tenant);
  request.event = std::move(event);
  return request;
}

/// Remembers what it was told.
class RecordingListener : public StoreListener {
 public:
  void OnCommitted(const Committed& committed) override {
    const std::lock_guard lock(mutex_);
    all_.events.insert(all_.events.end(), committed.events.begin(), committed.events.end());
    all_.handovers.insert(all_.handovers.end(), committed.handovers.begin(),
                          committed.handovers.end());
    all_.released_event_seqs.insert(all_.released_event_seqs.end(),
                                    committed.released_event_seqs.begin(),
                                    committed.released_event_seqs.end());
    all_.state_changes.insert(all_.state_changes.end(), committed.state_changes.begin(),
                              committed.state_changes.end());
  }
  Committed Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(all_, {});
  }

 private:
  std::mutex mutex_;  // guards all_
  Committed all_;
};

}  // namespace bw::event_store::testing

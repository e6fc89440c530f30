// The service as its clients meet it, over an in-process channel.
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include "common/metrics/metrics.h"
#include "event-store/app.h"
#include "event-store/core/limits.h"
#include "tests/event-store/grpc/ingest_client.h"

namespace bw::event_store::testing {
namespace {

using grpc::StatusCode;

class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(Config{}); }

  void Start(Config config) {
    config.listen = "";
    config.admin_port = -1;
    config.data_dir = ":memory:";
    stub_.reset();
    app_.reset();
    registry_ = std::make_unique<metrics::Registry>();
    auto app = App::Start(config, {registry_.get()});
    ASSERT_TRUE(app.ok()) << ToString(app.status());
    app_ = *std::move(app);
    stub_ = v1::EventStore::NewStub(app_->InProcessChannel());
  }

  template <typename Request, typename Response>
  using Method = grpc::Status (v1::EventStore::Stub::*)(grpc::ClientContext*, const Request&,
                                                        Response*);
  template <typename Request, typename Response>
  grpc::Status Call(Method<Request, Response> method, const Request& request, Response* response) {
    grpc::ClientContext context;
    return (stub_.get()->*method)(&context, request, response);
  }

  grpc::Status Queue(const std::string& call_id, const std::string& bxml,
                     v1::QueueBxmlResponse* response) {
    v1::QueueBxmlRequest request;
    request.set_tenant("default");
    request.set_call_id(call_id);
    request.set_bxml(bxml);
    return Call(&v1::EventStore::Stub::QueueBxml, request, response);
  }
  v1::Receipt::State StateOf(const std::string& receipt_id) {
    v1::GetReceiptRequest request;
    request.set_tenant("default");
    request.set_receipt_id(receipt_id);
    v1::GetReceiptResponse response;
    EXPECT_TRUE(Call(&v1::EventStore::Stub::GetReceipt, request, &response).ok());
    return response.receipt().state();
  }
  v1::Call GetCall(const std::string& call_id) {
    v1::GetCallRequest request;
    request.set_tenant("default");
    request.set_call_id(call_id);
    v1::GetCallResponse response;
    EXPECT_TRUE(Call(&v1::EventStore::Stub::GetCall, request, &response).ok());
    return response.call();
  }
  // The hold of another stream is seen in the call; asked until it is.
  void AwaitHeld(const std::string& call_id, bool held) {
    while (GetCall(call_id).webhook_held() != held) std::this_thread::yield();
  }
  void AwaitMetric(const std::string& line) {
    while (registry_->Expose().find(line) == std::string::npos) std::this_thread::yield();
  }
  void Ingest(int count) {
    IngestClient client(app_->InProcessChannel());
    for (int i = 0; i < count; ++i) {
      const auto id = static_cast<std::uint64_t>(i + 1);
      client.Send(MessageItem(id, "message-" + std::to_string(i)));
      ASSERT_EQ(client.Wait(id).code(), 0);
    }
  }

  std::unique_ptr<metrics::Registry> registry_;
  std::unique_ptr<App> app_;
  std::unique_ptr<v1::EventStore::Stub> stub_;
};

TEST_F(ServiceTest, AWebhookIsAnsweredThroughItsLife) {
  IngestClient client(app_->InProcessChannel());
  client.Send(VoiceItem(1, "e1", "c-1", 0));
  const auto first = client.Wait(1);
  EXPECT_EQ(first.code(), 0);
  EXPECT_GT(first.seq(), 0u);
  EXPECT_TRUE(first.bxml().empty());
  EXPECT_EQ(first.call().call_id(), "c-1");
  client.Send(VoiceItem(2, "e1", "c-1", 0));
  EXPECT_TRUE(client.Wait(2).duplicate());

  v1::QueueBxmlResponse queued;
  ASSERT_TRUE(Queue("c-1", "<A/>", &queued).ok());
  EXPECT_EQ(queued.receipt().state(), v1::Receipt::QUEUED);
  EXPECT_EQ(Queue("c-1", "<B/>", &queued).error_code(), StatusCode::ALREADY_EXISTS);
  client.Send(VoiceItem(3, "e2", "c-1", 0));
  const auto taken = client.Wait(3);
  EXPECT_EQ(taken.bxml(), "<A/>");
  client.Send(DeliveredItem(4, "e2", "c-1", taken.receipt_id(), true));
  EXPECT_EQ(client.Wait(4).code(), 0);
  EXPECT_EQ(StateOf(taken.receipt_id()), v1::Receipt::DELIVERED);

  v1::IngestItem end = VoiceItem(5, "e3", "c-1", 0);
  end.mutable_voice()->set_expects_bxml(false);
  end.mutable_voice()->mutable_update()->set_state("disconnected");
  end.mutable_voice()->mutable_update()->set_disconnect_cause("hangup");
  client.Send(end);
  EXPECT_EQ(client.Wait(5).call().state(), "disconnected");
  EXPECT_EQ(Queue("c-1", "<C/>", &queued).error_code(), StatusCode::FAILED_PRECONDITION);
  const v1::Call call = GetCall("c-1");
  EXPECT_EQ(call.turn_count(), 3u);
  ASSERT_EQ(call.turns_size(), 3);
  EXPECT_EQ(call.turns(1).bxml(), "<A/>");
  EXPECT_EQ(call.disconnect_cause(), "hangup");
}

TEST_F(ServiceTest, OneMessageCarriesManyItems) {
  IngestClient client(app_->InProcessChannel());
  v1::IngestRequest request;
  for (int i = 1; i <= 3000; ++i) {
    *request.add_items() = MessageItem(static_cast<std::uint64_t>(i), std::to_string(i));
  }
  ASSERT_TRUE(client.Send(request));
  for (int i = 1; i <= 3000; ++i) {
    ASSERT_EQ(client.Wait(static_cast<std::uint64_t>(i)).code(), 0);
  }
}

TEST_F(ServiceTest, AHalfClosedStreamEndsWhenAllIsAnswered) {
  IngestClient client(app_->InProcessChannel());
  client.Send(VoiceItem(1, "e1", "c-1", 50));
  client.HalfClose();
  EXPECT_EQ(client.Wait(1).code(), 0);
  EXPECT_EQ(client.Wait(2).code(), -1);
  EXPECT_TRUE(client.Finish().ok());
}

TEST_F(ServiceTest, AHeldWebhookIsHandedTheDocument) {
  IngestClient client(app_->InProcessChannel());
  client.Send(VoiceItem(1, "e1", "c-1", 20'000));
  client.Send(MessageItem(2, "m1"));
  client.Wait(2);
  EXPECT_FALSE(client.Has(1));
  EXPECT_TRUE(GetCall("c-1").webhook_held());
  v1::QueueBxmlResponse queued;
  ASSERT_TRUE(Queue("c-1", "<A/>", &queued).ok());
  EXPECT_EQ(queued.receipt().state(), v1::Receipt::TAKEN);
  EXPECT_EQ(client.Wait(1).bxml(), "<A/>");
  AwaitMetric("bw_event_store_handover_seconds_count 1");
}

TEST_F(ServiceTest, ABrokenStreamLosesNoDocument) {
  v1::QueueBxmlResponse queued;
  ASSERT_TRUE(Queue("c-1", "<A/>", &queued).ok());
  IngestClient next(app_->InProcessChannel());
  {
    IngestClient broken(app_->InProcessChannel());
    broken.Send(VoiceItem(1, "e1", "c-1", 0));
    ASSERT_EQ(broken.Wait(1).bxml(), "<A/>");
    next.Send(VoiceItem(1, "e2", "c-1", 20'000));
    AwaitHeld("c-1", true);
  }
  EXPECT_EQ(next.Wait(1).bxml(), "<A/>");
}

TEST_F(ServiceTest, ABrokenStreamsHoldEnds) {
  {
    IngestClient broken(app_->InProcessChannel());
    broken.Send(VoiceItem(1, "e1", "c-1", 30'000));
    broken.Send(MessageItem(2, "m"));
    broken.Wait(2);
    AwaitHeld("c-1", true);
  }
  AwaitHeld("c-1", false);
  v1::QueueBxmlResponse queued;
  ASSERT_TRUE(Queue("c-1", "<A/>", &queued).ok());
  EXPECT_EQ(queued.receipt().state(), v1::Receipt::QUEUED);
}

TEST_F(ServiceTest, BadItemsAreAnsweredOneByOne) {
  IngestClient client(app_->InProcessChannel());
  v1::IngestRequest request;
  *request.add_items() = VoiceItem(1, "e1", "c-1", kMaxHoldMs + 1);
  request.add_items()->set_correlation_id(2);
  *request.add_items() = MessageItem(3, "good");
  *request.add_items() = MessageItem(4, "bad channel");
  request.mutable_items(3)->mutable_plain()->mutable_event()->set_channel(
      static_cast<v1::Channel>(99));
  *request.add_items() = MessageItem(5, "no tenant");
  request.mutable_items(4)->clear_tenant();
  client.Send(request);
  const struct {
    std::uint64_t id;
    const char* field;
  } cases[] = {{1, "hold_ms"}, {2, "item"}, {4, "event.channel"}, {5, "tenant"}};
  for (const auto& one : cases) {
    const auto outcome = client.Wait(one.id);
    EXPECT_EQ(outcome.code(), static_cast<int>(StatusCode::INVALID_ARGUMENT));
    EXPECT_THAT(outcome.error(), ::testing::HasSubstr(one.field));
  }
  EXPECT_EQ(client.Wait(3).code(), 0);
}

TEST_F(ServiceTest, UnaryMethodsNameTheFieldTheyRefuse) {
  v1::QueueBxmlResponse queued;
  EXPECT_THAT(Queue("c-1", "", &queued).error_message(), ::testing::HasSubstr("bxml"));
  EXPECT_THAT(Queue("", "<A/>", &queued).error_message(), ::testing::HasSubstr("call_id"));
  v1::ListEventsRequest list;
  v1::ListEventsResponse events;
  EXPECT_THAT(Call(&v1::EventStore::Stub::ListEvents, list, &events).error_message(),
              ::testing::HasSubstr("tenant"));
  list.set_tenant("default");
  list.set_limit(kMaxEventsPerPage);
  EXPECT_TRUE(Call(&v1::EventStore::Stub::ListEvents, list, &events).ok());
  list.set_limit(kMaxEventsPerPage + 1);
  EXPECT_THAT(Call(&v1::EventStore::Stub::ListEvents, list, &events).error_message(),
              ::testing::HasSubstr("limit"));
  v1::WaitEventsRequest wait;
  wait.set_tenant("default");
  wait.set_wait_ms(kMaxWaitMs + 1);
  EXPECT_THAT(Call(&v1::EventStore::Stub::WaitEvents, wait, &events).error_message(),
              ::testing::HasSubstr("wait_ms"));
  v1::ReadUnreadRequest unread;
  unread.set_tenant("default");
  EXPECT_THAT(Call(&v1::EventStore::Stub::ReadUnread, unread, &events).error_message(),
              ::testing::HasSubstr("reader"));
  v1::ListCallsRequest calls;
  v1::ListCallsResponse page;
  calls.set_tenant("default");
  calls.set_page_token("12x");
  EXPECT_THAT(Call(&v1::EventStore::Stub::ListCalls, calls, &page).error_message(),
              ::testing::HasSubstr("page_token"));
  calls.clear_page_token();
  calls.set_page_size(kMaxCallsPerPage + 1);
  EXPECT_THAT(Call(&v1::EventStore::Stub::ListCalls, calls, &page).error_message(),
              ::testing::HasSubstr("page_size"));
  v1::GetCallRequest unknown;
  unknown.set_tenant("default");
  unknown.set_call_id("c-none");
  v1::GetCallResponse call;
  EXPECT_EQ(Call(&v1::EventStore::Stub::GetCall, unknown, &call).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(ServiceTest, ListsAndReadsWhatWasIngested) {
  Ingest(7);
  v1::ListEventsRequest list;
  list.set_tenant("default");
  list.set_limit(5);
  list.mutable_filter()->add_channels(v1::CHANNEL_MESSAGING);
  v1::ListEventsResponse events;
  ASSERT_TRUE(Call(&v1::EventStore::Stub::ListEvents, list, &events).ok());
  EXPECT_EQ(events.events_size(), 5);
  EXPECT_TRUE(events.has_more());
  EXPECT_EQ(events.events(0).identity(), "message-0");
  EXPECT_EQ(events.events(0).to(0), "+15550100002");
  v1::ReadUnreadRequest unread;
  unread.set_tenant("default");
  unread.set_reader("agent");
  ASSERT_TRUE(Call(&v1::EventStore::Stub::ReadUnread, unread, &events).ok());
  EXPECT_EQ(events.events_size(), 7);
  ASSERT_TRUE(Call(&v1::EventStore::Stub::ReadUnread, unread, &events).ok());
  EXPECT_EQ(events.events_size(), 0);
}

TEST_F(ServiceTest, WaitEventsWakesAndLeavesNothingBehindWhenItsClientGoes) {
  v1::WaitEventsRequest wait;
  wait.set_tenant("default");
  wait.set_wait_ms(kMaxWaitMs);
  wait.mutable_filter()->set_message_id("m-message-1");
  v1::ListEventsResponse events;
  std::thread waiting(
      [&] { EXPECT_TRUE(Call(&v1::EventStore::Stub::WaitEvents, wait, &events).ok()); });
  AwaitMetric("bw_event_store_event_waiters 1");
  Ingest(2);
  waiting.join();
  ASSERT_EQ(events.events_size(), 1);
  EXPECT_EQ(events.events(0).identity(), "message-1");

  wait.mutable_filter()->set_message_id("never");
  grpc::ClientContext context;
  std::thread leaving([&] {
    v1::ListEventsResponse none;
    EXPECT_EQ(stub_->WaitEvents(&context, wait, &none).error_code(), StatusCode::CANCELLED);
  });
  AwaitMetric("bw_event_store_event_waiters 1");
  context.TryCancel();
  leaving.join();
  AwaitMetric("bw_event_store_event_waiters 0");
}

TEST_F(ServiceTest, WatchReplaysFollowsAndEndsWithItsClient) {
  Ingest(300);
  v1::WatchRequest request;
  request.set_tenant("default");
  grpc::ClientContext context;
  auto watch = stub_->Watch(&context, request);
  v1::WatchResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.events_size(), 0);
  std::uint64_t last = 0;
  int seen = 0;
  const auto read_until = [&](int count) {
    while (seen < count && watch->Read(&response)) {
      for (const v1::Event& event : response.events()) {
        EXPECT_GT(event.seq(), last);
        last = event.seq();
        ++seen;
      }
    }
    EXPECT_EQ(seen, count);
  };
  read_until(300);
  IngestClient client(app_->InProcessChannel());
  client.Send(VoiceItem(1, "live", "c-1", 0));
  read_until(301);
  AwaitMetric("bw_event_store_watchers 1");
  context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::CANCELLED);
  AwaitMetric("bw_event_store_watchers 0");
}

TEST_F(ServiceTest, AWatcherMayLeaveThePayloadsOut) {
  Ingest(3);
  for (const bool without : {false, true}) {
    v1::WatchRequest request;
    request.set_tenant("default");
    request.set_without_payloads(without);
    grpc::ClientContext context;
    auto watch = stub_->Watch(&context, request);
    v1::WatchResponse response;
    int seen = 0;
    while (seen < 3 && watch->Read(&response)) {
      for (const v1::Event& event : response.events()) {
        EXPECT_EQ(event.payload_json().empty(), without);
        EXPECT_FALSE(event.identity().empty());
        ++seen;
      }
    }
    // What is committed later comes the same way.
    IngestClient client(app_->InProcessChannel());
    client.Send(VoiceItem(1, without ? "later-2" : "later-1", "c-1", 0));
    while (seen < (without ? 5 : 4) && watch->Read(&response)) {
      for (const v1::Event& event : response.events()) {
        EXPECT_EQ(event.payload_json().empty(), without);
        ++seen;
      }
    }
    EXPECT_EQ(seen, without ? 5 : 4);
    context.TryCancel();
    EXPECT_EQ(watch->Finish().error_code(), StatusCode::CANCELLED);
  }
}

TEST_F(ServiceTest, WatchersAreBounded) {
  Config config;
  config.max_watchers = 1;
  Start(config);
  v1::WatchRequest request;
  request.set_tenant("default");
  request.set_from_now(true);
  grpc::ClientContext first_context, second_context;
  auto first = stub_->Watch(&first_context, request);
  v1::WatchResponse response;
  ASSERT_TRUE(first->Read(&response));
  auto second = stub_->Watch(&second_context, request);
  EXPECT_FALSE(second->Read(&response));
  EXPECT_EQ(second->Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  first_context.TryCancel();
  (void)first->Finish();
}

TEST_F(ServiceTest, MailIsPutAndWaitedFor) {
  v1::WaitMailRequest wait;
  wait.set_tenant("default");
  wait.set_topic("t");
  v1::WaitMailResponse mail;
  EXPECT_EQ(Call(&v1::EventStore::Stub::WaitMail, wait, &mail).error_code(),
            StatusCode::DEADLINE_EXCEEDED);
  wait.set_wait_ms(kMaxWaitMs);
  std::thread waiting(
      [&] { EXPECT_TRUE(Call(&v1::EventStore::Stub::WaitMail, wait, &mail).ok()); });
  AwaitMetric("bw_event_store_mail_waiters 1");
  v1::PutMailRequest put;
  put.set_tenant("default");
  put.set_topic("t");
  put.set_body(std::string(kMaxMailBytes, 'b'));
  v1::PutMailResponse done;
  EXPECT_TRUE(Call(&v1::EventStore::Stub::PutMail, put, &done).ok());
  waiting.join();
  EXPECT_EQ(mail.body().size(), kMaxMailBytes);
  put.mutable_body()->push_back('b');
  EXPECT_THAT(Call(&v1::EventStore::Stub::PutMail, put, &done).error_message(),
              ::testing::HasSubstr("body"));
  put.set_body("x");
  put.set_ttl_ms(kMaxMailTtlMs + 1);
  EXPECT_THAT(Call(&v1::EventStore::Stub::PutMail, put, &done).error_message(),
              ::testing::HasSubstr("ttl_ms"));
}

v1::PutStateRequest StateOfKey(const std::string& key, const std::string& value,
                               const std::string& tenant = "default") {
  v1::PutStateRequest request;
  request.set_tenant(tenant);
  request.set_key(key);
  request.set_value(value);
  return request;
}

// A WatchState stream, read until it shows what is expected.
class StateStream {
 public:
  StateStream(v1::EventStore::Stub& stub, const std::string& tenant, const std::string& prefix) {
    v1::WatchStateRequest request;
    request.set_tenant(tenant);
    request.set_prefix(prefix);
    stream_ = stub.WatchState(&context_, request);
  }
  ~StateStream() {
    if (!finished_) Finish(true);
  }
  bool Read(v1::WatchStateResponse* response) { return stream_->Read(response); }
  // "tenant:key=value" of the next entries; the last read answer's `current`.
  std::vector<std::string> Take(std::size_t count, bool* current = nullptr) {
    std::vector<std::string> texts;
    v1::WatchStateResponse response;
    while (texts.size() < count && stream_->Read(&response)) {
      for (const auto& one : response.entries()) {
        texts.push_back(one.tenant() + ":" + one.key() + "=" + one.value());
      }
    }
    if (current != nullptr) *current = response.current();
    return texts;
  }
  grpc::Status Finish(bool cancel = false) {
    if (cancel) context_.TryCancel();
    v1::WatchStateResponse response;
    while (stream_->Read(&response)) {
    }
    finished_ = true;
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchStateResponse>> stream_;
  bool finished_ = false;
};

TEST_F(ServiceTest, StateIsPutAndWatched) {
  using ::testing::ElementsAre;
  v1::PutStateResponse done;
  const auto put = [&](const v1::PutStateRequest& request) {
    return Call(&v1::EventStore::Stub::PutState, request, &done);
  };
  ASSERT_TRUE(put(StateOfKey("session/a/ended", "1")).ok());
  ASSERT_TRUE(put(StateOfKey("else", "1")).ok());
  ASSERT_TRUE(put(StateOfKey("session/b/ended", "1", "other")).ok());
  StateStream all(*stub_, "", "session/");
  StateStream one(*stub_, "default", "session/");
  bool current = false;
  EXPECT_THAT(all.Take(2, &current),
              ElementsAre("default:session/a/ended=1", "other:session/b/ended=1"));
  EXPECT_TRUE(current);
  EXPECT_THAT(one.Take(1, &current), ElementsAre("default:session/a/ended=1"));
  EXPECT_TRUE(current);
  AwaitMetric("bw_event_store_state_watchers 2");
  AwaitMetric("bw_event_store_state_entries 3");
  ASSERT_TRUE(put(StateOfKey("session/b/ended", "", "other")).ok());
  ASSERT_TRUE(put(StateOfKey("session/a/ended", "2")).ok());
  EXPECT_THAT(all.Take(2, &current),
              ElementsAre("other:session/b/ended=", "default:session/a/ended=2"));
  EXPECT_TRUE(current);
  EXPECT_THAT(one.Take(1), ElementsAre("default:session/a/ended=2"));
  EXPECT_EQ(all.Finish(true).error_code(), StatusCode::CANCELLED);
  EXPECT_EQ(one.Finish(true).error_code(), StatusCode::CANCELLED);
  AwaitMetric("bw_event_store_state_watchers 0");
}

TEST_F(ServiceTest, AnEmptyStateIsCurrentAtOnce) {
  StateStream stream(*stub_, "default", "");
  v1::WatchStateResponse response;
  ASSERT_TRUE(stream.Read(&response));
  EXPECT_EQ(response.entries_size(), 0);
  EXPECT_TRUE(response.current());
}

TEST_F(ServiceTest, AStateLargerThanOneMessageComesInSeveral) {
  v1::PutStateResponse done;
  const std::string value(kMaxStateValueBytes, 'v');
  constexpr int kCount = 400;  // 6.4 MB; a client accepts 4 MiB at once
  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(
        Call(&v1::EventStore::Stub::PutState, StateOfKey(std::to_string(i), value), &done).ok());
  }
  StateStream stream(*stub_, "default", "");
  v1::WatchStateResponse response;
  int entries = 0;
  int answers = 0;
  while (!response.current() && stream.Read(&response)) {
    entries += response.entries_size();
    ++answers;
  }
  EXPECT_EQ(entries, kCount);
  EXPECT_GE(answers, 2);
}

TEST_F(ServiceTest, StateRequestsNameTheFieldTheyRefuse) {
  v1::PutStateResponse done;
  const auto put = [&](const v1::PutStateRequest& request) {
    return Call(&v1::EventStore::Stub::PutState, request, &done);
  };
  const std::string longest_key(kMaxStateKeyBytes, 'k');
  const std::string longest_value(kMaxStateValueBytes, 'v');
  EXPECT_TRUE(put(StateOfKey(longest_key, longest_value)).ok());
  const struct {
    v1::PutStateRequest request;
    const char* field;
  } cases[] = {{StateOfKey("", "v"), "key"},
               {StateOfKey(longest_key + "k", "v"), "key"},
               {StateOfKey("k", longest_value + "v"), "value"},
               {StateOfKey("k", "v", ""), "tenant"}};
  for (const auto& one : cases) {
    const grpc::Status status = put(one.request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), ::testing::HasSubstr(one.field));
  }
  v1::PutStateRequest timed = StateOfKey("k", "v");
  timed.set_ttl_ms(kMaxStateTtlMs);
  EXPECT_TRUE(put(timed).ok());
  timed.set_ttl_ms(kMaxStateTtlMs + 1);
  EXPECT_THAT(put(timed).error_message(), ::testing::HasSubstr("ttl_ms"));
  EXPECT_THAT(StateStream(*stub_, "", longest_key + "k").Finish().error_message(),
              ::testing::HasSubstr("prefix"));
}

TEST_F(ServiceTest, StateThatIsThereIsHandedBack) {
  v1::PutStateRequest request = StateOfKey("k", "first");
  request.set_only_if_absent(true);
  v1::PutStateResponse response;
  ASSERT_TRUE(Call(&v1::EventStore::Stub::PutState, request, &response).ok());
  EXPECT_TRUE(response.stored());
  request.set_value("second");
  ASSERT_TRUE(Call(&v1::EventStore::Stub::PutState, request, &response).ok());
  EXPECT_FALSE(response.stored());
  EXPECT_EQ(response.value(), "first");
  request.set_only_if_absent(false);
  ASSERT_TRUE(Call(&v1::EventStore::Stub::PutState, request, &response).ok());
  EXPECT_TRUE(response.stored());
  EXPECT_EQ(response.value(), "");
}

TEST_F(ServiceTest, StateIsBounded) {
  Config config;
  config.max_state_entries = 2;
  config.max_watchers = 1;
  Start(config);
  v1::PutStateResponse done;
  const auto put = [&](const char* key) {
    return Call(&v1::EventStore::Stub::PutState, StateOfKey(key, "v"), &done);
  };
  EXPECT_TRUE(put("a").ok());
  EXPECT_TRUE(put("b").ok());
  const grpc::Status refused = put("c");
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), ::testing::HasSubstr("2 state entries"));
  AwaitMetric("bw_event_store_refusals_total{limit=\"state_entries\"} 1");
  StateStream first(*stub_, "", "");
  v1::WatchStateResponse response;
  ASSERT_TRUE(first.Read(&response));
  StateStream second(*stub_, "", "");
  EXPECT_EQ(second.Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ServiceTest, AWatcherOfStateThatFallsBehindIsEnded) {
  Config config;
  config.max_watch_backlog = 4;
  Start(config);
  StateStream stream(*stub_, "", "");
  AwaitMetric("bw_event_store_state_watchers 1");
  v1::PutStateResponse done;
  const std::string fell_behind = "bw_event_store_refusals_total{limit=\"state_watch_backlog\"} 1";
  const std::string value(kMaxStateValueBytes, 'v');
  while (registry_->Expose().find(fell_behind) == std::string::npos) {
    ASSERT_TRUE(Call(&v1::EventStore::Stub::PutState, StateOfKey("k", value), &done).ok());
  }
  EXPECT_EQ(stream.Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ServiceTest, DrainEndsTheWatchersOfStateSoThatTheyConnectAgain) {
  StateStream current(*stub_, "", "");
  v1::WatchStateResponse response;
  ASSERT_TRUE(current.Read(&response));
  StateStream unread(*stub_, "", "");
  AwaitMetric("bw_event_store_state_watchers 2");
  std::thread draining([&] { app_->Drain(std::chrono::seconds(10)); });
  EXPECT_EQ(current.Finish().error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(unread.Finish().error_code(), StatusCode::UNAVAILABLE);
  draining.join();
}

TEST_F(ServiceTest, DrainAnswersWhatIsHeld) {
  IngestClient client(app_->InProcessChannel());
  client.Send(VoiceItem(1, "e1", "c-1", 30'000));
  AwaitMetric("bw_event_store_held_webhooks 1");
  v1::WatchRequest request;
  request.set_tenant("default");
  request.set_from_now(true);
  grpc::ClientContext context;
  auto watch = stub_->Watch(&context, request);
  v1::WatchResponse response;
  ASSERT_TRUE(watch->Read(&response));
  std::thread draining([&] { app_->Drain(std::chrono::seconds(10)); });
  const auto outcome = client.Wait(1);
  EXPECT_EQ(outcome.code(), 0);
  EXPECT_TRUE(outcome.bxml().empty());
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::UNAVAILABLE);
  draining.join();
  EXPECT_FALSE(app_->Ready().ok());
}

TEST_F(ServiceTest, MetricNamesAreTheOnesListed) {
  const std::string text = registry_->Expose();
  for (const char* name : {"bw_event_store_events_total{result=\"new\"}",
                           "bw_event_store_commits_total",
                           "bw_event_store_commit_steps_bucket",
                           "bw_event_store_commit_seconds_bucket",
                           "bw_event_store_handover_seconds_bucket",
                           "bw_event_store_held_webhooks",
                           "bw_event_store_event_waiters",
                           "bw_event_store_watchers",
                           "bw_event_store_mail_waiters",
                           "bw_event_store_mail_bytes",
                           "bw_event_store_wal_bytes",
                           "bw_event_store_state_watchers",
                           "bw_event_store_state_entries",
                           "bw_event_store_evicted_total{kind=\"state\"}",
                           "bw_event_store_refusals_total{limit=\"state_entries\"}",
                           "bw_event_store_refusals_total{limit=\"tenant_state_entries\"}",
                           "bw_event_store_refusals_total{limit=\"state_watchers\"}",
                           "bw_event_store_refusals_total{limit=\"tenants\"}",
                           "bw_event_store_refusals_total{limit=\"event_types\"}",
                           "bw_event_store_refusals_total{limit=\"readers\"}",
                           "bw_event_store_refusals_total{limit=\"state_watch_backlog\"}",
                           "bw_event_store_evicted_total{kind=\"call\"}",
                           "bw_event_store_refusals_total{limit=\"write_queue\"}"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(name));
  }
}

}  // namespace
}  // namespace bw::event_store::testing

// The adapter against an event store that answers from a script, over an in-process channel.
#include "tool-service/grpc/event_store_journal.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"

namespace bw::tool_service {
namespace {

namespace proto = ::bw::event_store::v1;
using testing::ElementsAre;

class ScriptedStore : public proto::EventStore::Service {
 public:
  grpc::Status status = grpc::Status::OK;
  std::string tenant;
  std::string trace;
  proto::EventFilter filter;
  std::string method;
  proto::QueueBxmlRequest queued;
  proto::PutStateRequest put;
  std::promise<void> waiting;

  grpc::Status QueueBxml(grpc::ServerContext* context, const proto::QueueBxmlRequest* request,
                         proto::QueueBxmlResponse* response) override {
    tenant = request->tenant();
    const auto found = context->client_metadata().find("traceparent");
    if (found != context->client_metadata().end()) {
      trace.assign(found->second.data(), found->second.size());
    }
    queued = *request;
    response->mutable_receipt()->set_receipt_id("r-1");
    response->mutable_receipt()->set_state(proto::Receipt::TAKEN);
    response->set_duplicate(true);
    return status;
  }
  grpc::Status GetCall(grpc::ServerContext*, const proto::GetCallRequest* request,
                       proto::GetCallResponse* response) override {
    proto::Call* call = response->mutable_call();
    call->set_call_id(request->call_id());
    call->set_state("answered");
    call->set_direction(proto::DIRECTION_OUTBOUND);
    call->set_webhook_held(true);
    call->mutable_queued()->set_receipt_id("r-2");
    call->add_turns()->set_event_type("answer");
    return status;
  }
  grpc::Status ListCalls(grpc::ServerContext*, const proto::ListCallsRequest* request,
                         proto::ListCallsResponse* response) override {
    response->add_calls()->set_call_id("page of " + std::to_string(request->page_size()));
    response->set_next_page_token("next");
    return status;
  }
  grpc::Status GetReceipt(grpc::ServerContext*, const proto::GetReceiptRequest* request,
                          proto::GetReceiptResponse* response) override {
    response->mutable_receipt()->set_receipt_id(request->receipt_id());
    response->mutable_receipt()->set_state(static_cast<proto::Receipt::State>(77));
    return status;
  }
  grpc::Status ListEvents(grpc::ServerContext*, const proto::ListEventsRequest* request,
                          proto::ListEventsResponse* response) override {
    method = "ListEvents";
    filter = request->filter();
    AddEvents(response);
    return status;
  }
  grpc::Status WaitEvents(grpc::ServerContext* context, const proto::WaitEventsRequest* request,
                          proto::ListEventsResponse* response) override {
    method = "WaitEvents " + std::to_string(request->wait_ms());
    if (request->filter().call_id() == "never") {
      waiting.set_value();
      while (!context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    AddEvents(response);
    return status;
  }
  grpc::Status ReadUnread(grpc::ServerContext*, const proto::ReadUnreadRequest* request,
                          proto::ListEventsResponse* response) override {
    method = "ReadUnread " + request->reader();
    AddEvents(response);
    return status;
  }
  grpc::Status PutState(grpc::ServerContext*, const proto::PutStateRequest* request,
                        proto::PutStateResponse* response) override {
    put = *request;
    response->set_stored(request->key() != "taken");
    if (request->key() == "taken") response->set_value("theirs");
    return status;
  }

 private:
  static void AddEvents(proto::ListEventsResponse* response) {
    proto::Event* event = response->add_events();
    event->set_seq(3);
    event->set_type("gather");
    event->set_channel(proto::CHANNEL_VOICE);
    event->set_direction(proto::DIRECTION_INBOUND);
    event->add_to("+15550100002");
    event->set_payload_json(R"({"digits":"1"})");
    response->add_events()->set_payload_json("not JSON");
    response->set_next_after_seq(4);
    response->set_has_more(true);
  }
};

class EventStoreJournalTest : public testing::Test {
 protected:
  EventStoreJournalTest() {
    server = *rpc::Server::Start({}, {&store});
    journal = MakeEventStoreJournal(server->InProcessChannel());
    context.tenant = "t1";
    context.traceparent = "00-aa-bb-01";
  }

  // Calls `start` with a callback and waits for its one answer.
  template <typename T, typename Start>
  StatusOr<T> Await(Start start) {
    std::promise<StatusOr<T>> promise;
    start([&promise](StatusOr<T> value) { promise.set_value(std::move(value)); });
    return promise.get_future().get();
  }
  StatusOr<EventPage> Wait(EventQuery query) {
    return Await<EventPage>([&](auto done) { journal->WaitEvents(context, query, done); });
  }

  ScriptedStore store;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<EventJournal> journal;
  CallContext context;
};

TEST_F(EventStoreJournalTest, QueuesWithTenantAndTrace) {
  const auto outcome = Await<QueueOutcome>([&](auto done) {
    journal->QueueBxml(context, {"c-1", "<Response/>", "k"}, done);
  });
  ASSERT_TRUE(outcome.ok()) << ToString(outcome.status());
  EXPECT_EQ(outcome->receipt.receipt_id, "r-1");
  EXPECT_EQ(outcome->receipt.state, ReceiptState::kTaken);
  EXPECT_TRUE(outcome->duplicate);
  EXPECT_EQ(store.tenant, "t1");
  EXPECT_EQ(store.trace, "00-aa-bb-01");
  EXPECT_EQ(store.queued.bxml(), "<Response/>");
  EXPECT_EQ(store.queued.key(), "k");
}

TEST_F(EventStoreJournalTest, ReadsCallsAndReceipts) {
  const auto call = Await<CallRecord>([&](auto done) { journal->GetCall(context, "c-1", done); });
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->call_id, "c-1");
  EXPECT_EQ(call->direction, EventDirection::kOutbound);
  EXPECT_TRUE(call->webhook_held);
  EXPECT_EQ(call->queued->receipt_id, "r-2");
  EXPECT_EQ(call->turns.at(0).event_type, "answer");
  CallQuery query;
  query.page_size = 5;
  const auto calls = Await<CallPage>([&](auto done) { journal->ListCalls(context, query, done); });
  EXPECT_EQ(calls->calls.at(0).call_id, "page of 5");
  EXPECT_EQ(calls->next_page_token, "next");
  const auto receipt =
      Await<Receipt>([&](auto done) { journal->GetReceipt(context, "r-9", done); });
  EXPECT_EQ(receipt->receipt_id, "r-9");
  EXPECT_EQ(receipt->state, ReceiptState::kUnknown) << "a value of a newer store";
}

TEST_F(EventStoreJournalTest, PutsValuesAndSaysWhatWasThere) {
  const auto put = [&](const ValueRequest& request) {
    return Await<ValueOutcome>([&](auto done) { journal->PutValue(context, request, done); });
  };
  auto outcome = put({"k", "v", EventJournal::kMaxTimeToLive, true});
  ASSERT_TRUE(outcome.ok()) << ToString(outcome.status());
  EXPECT_TRUE(outcome->stored);
  EXPECT_EQ(store.put.tenant(), "t1");
  EXPECT_EQ(store.put.key(), "k");
  EXPECT_EQ(store.put.value(), "v");
  EXPECT_EQ(store.put.ttl_ms(), 2'678'400'000u);
  EXPECT_TRUE(store.put.only_if_absent());
  outcome = put({"taken"});
  EXPECT_FALSE(outcome->stored);
  EXPECT_EQ(outcome->value, "theirs");
  EXPECT_FALSE(store.put.only_if_absent());
}

TEST_F(EventStoreJournalTest, ReadsEvents) {
  EventQuery query;
  query.filter.types = {"gather"};
  query.filter.channels = {EventChannel::kVoice, EventChannel::kMessaging};
  query.filter.direction = EventDirection::kInbound;
  query.filter.since_ms = 5;
  const auto page = Wait(query);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(store.method, "ListEvents");
  EXPECT_THAT(store.filter.channels(), ElementsAre(proto::CHANNEL_VOICE, proto::CHANNEL_MESSAGING));
  EXPECT_EQ(store.filter.direction(), proto::DIRECTION_INBOUND);
  EXPECT_EQ(store.filter.since_ms(), 5);
  ASSERT_EQ(page->events.size(), 2u);
  EXPECT_EQ(page->events[0].payload["digits"], "1");
  EXPECT_EQ(page->events[0].direction, EventDirection::kInbound);
  EXPECT_TRUE(page->events[1].payload.is_null());
  EXPECT_EQ(page->next_after_seq, 4u);
  EXPECT_TRUE(page->has_more);
}

TEST_F(EventStoreJournalTest, WaitsAtMostAsLongAsTheStoreAllows) {
  EventQuery query;
  query.wait_ms = EventJournal::kMaxWaitMs;
  ASSERT_TRUE(Wait(query).ok());
  EXPECT_EQ(store.method, "WaitEvents 60000");
  query.wait_ms = EventJournal::kMaxWaitMs + 1;
  ASSERT_TRUE(Wait(query).ok());
  EXPECT_EQ(store.method, "WaitEvents 60000");
}

TEST_F(EventStoreJournalTest, ReadsForAReader) {
  const auto page =
      Await<EventPage>([&](auto done) { journal->ReadUnread(context, "me", {}, done); });
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(store.method, "ReadUnread me");
}

TEST_F(EventStoreJournalTest, ErrorsKeepTheirCodeAndWords) {
  store.status = {grpc::StatusCode::ALREADY_EXISTS, "the slot is taken"};
  const auto outcome = Await<QueueOutcome>([&](auto done) {
    journal->QueueBxml(context, {"c-1", "<Response/>", ""}, done);
  });
  EXPECT_EQ(outcome.status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Message(outcome.status()), "the slot is taken");
}

TEST_F(EventStoreJournalTest, CancellingEndsAWait) {
  std::function<void()> cancel;
  context.on_cancel = [&cancel](std::function<void()> run) { cancel = std::move(run); };
  EventQuery query;
  query.filter.call_id = "never";
  query.wait_ms = 50'000;
  const auto page = Await<EventPage>([&](auto done) {
    journal->WaitEvents(context, query, done);
    store.waiting.get_future().wait();
    cancel();
  });
  EXPECT_EQ(page.status().code(), StatusCode::kCancelled);
  cancel();  // once more, after the end
}

TEST_F(EventStoreJournalTest, DestructionEndsAWaitAndWaitsForItsCallback) {
  EventQuery query;
  query.filter.call_id = "never";
  query.wait_ms = 50'000;
  Status ended = OkStatus();
  journal->WaitEvents(context, query,
                      [&ended](StatusOr<EventPage> page) { ended = page.status(); });
  store.waiting.get_future().wait();
  journal.reset();
  EXPECT_EQ(ended.code(), StatusCode::kCancelled);
}

TEST_F(EventStoreJournalTest, ADeadlineThatHasPassedIsReported) {
  context.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto call = Await<CallRecord>([&](auto done) { journal->GetCall(context, "c-1", done); });
  EXPECT_EQ(call.status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(EventStoreJournalTest, AStoreThatIsNotThereIsUnavailable) {
  auto nowhere = MakeEventStoreJournal(rpc::Connect("unix:/nonexistent/event-store"));
  const auto call = Await<CallRecord>([&](auto done) { nowhere->GetCall(context, "c-1", done); });
  EXPECT_EQ(call.status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace bw::tool_service

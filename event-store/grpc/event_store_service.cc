#include "event-store/grpc/event_store_service.h"

#include <functional>
#include <mutex>
#include <utility>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"
#include "event-store/core/event_hub.h"
#include "event-store/core/limits.h"
#include "event-store/grpc/convert.h"
#include "event-store/grpc/ingest_reactor.h"
#include "event-store/grpc/traffic.h"
#include "event-store/grpc/watch_reactor.h"

namespace bw::event_store {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

Reactor* FinishNow(Context* context, const Status& status) {
  Reactor* const reactor = context->DefaultReactor();
  reactor->Finish(rpc::ToGrpc(status));
  return reactor;
}

// A `done` that fills the response with `fill(value)` and finishes the call.
template <typename T, typename Fill>
Done<T> FinishWith(Reactor* reactor, Fill fill) {
  return [reactor, fill = std::move(fill)](StatusOr<T> result) {
    if (result.ok()) fill(*std::move(result));
    reactor->Finish(rpc::ToGrpc(result.status()));
  };
}

// A unary call that may wait long: when its client leaves, the wait is cancelled.
class WaitingReactor : public Reactor {
 public:
  using Cancel = std::function<void(std::uint64_t id)>;

  WaitingReactor(Traffic& traffic, Cancel cancel)
      : traffic_(traffic), cancel_(std::move(cancel)), self_(this) {
    traffic_.Begin();
  }

  std::shared_ptr<WaitingReactor> self() {
    const std::lock_guard lock(mutex_);
    return self_;
  }

  /// Once the wait has an id; 0 when it was answered already.
  void SetId(std::uint64_t id) {
    {
      const std::lock_guard lock(mutex_);
      id_ = id;
      if (!left_) return;
    }
    cancel_(id);
  }

  void OnCancel() override {
    std::uint64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      left_ = true;
      id = id_;
    }
    if (id != 0) cancel_(id);
  }

  void OnDone() override {
    traffic_.End();
    std::shared_ptr<WaitingReactor> last;  // released after the lock
    {
      const std::lock_guard lock(mutex_);
      last.swap(self_);
    }
  }

 private:
  Traffic& traffic_;
  const Cancel cancel_;
  std::mutex mutex_;  // guards all below
  std::uint64_t id_ = 0;
  bool left_ = false;
  std::shared_ptr<WaitingReactor> self_;
};

class EventStoreService : public v1::EventStore::CallbackService, public EventStoreFrontend {
 public:
  explicit EventStoreService(EventHub& hub) : hub_(hub) {}

  grpc::Service* service() override { return this; }
  bool Flush(std::chrono::milliseconds limit) override { return traffic_.WaitUntilQuiet(limit); }

  grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>* Ingest(Context*) override {
    return new IngestReactor(hub_, traffic_);
  }

  Reactor* QueueBxml(Context* context, const v1::QueueBxmlRequest* message,
                     v1::QueueBxmlResponse* response) override {
    QueueRequest request{
        message->tenant(), message->call_id(), message->bxml(), message->key(), {}};
    const Status valid = CheckQueue(request);
    if (!valid.ok()) return FinishNow(context, valid);
    Reactor* const reactor = context->DefaultReactor();
    hub_.QueueBxml(std::move(request),
                   FinishWith<QueueResult>(reactor, [response](QueueResult result) {
                     FillReceipt(result.receipt, response->mutable_receipt());
                     response->set_duplicate(result.duplicate);
                   }));
    return reactor;
  }

  Reactor* GetCall(Context* context, const v1::GetCallRequest* message,
                   v1::GetCallResponse* response) override {
    Status valid = CheckTenant(message->tenant());
    if (valid.ok()) valid = CheckText("call_id", message->call_id(), kMaxIdBytes, true);
    if (!valid.ok()) return FinishNow(context, valid);
    Reactor* const reactor = context->DefaultReactor();
    hub_.store().Reader().GetCall(message->tenant(), message->call_id(),
                                  FinishWith<Call>(reactor, [response](const Call& call) {
                                    FillCall(call, response->mutable_call());
                                  }));
    return reactor;
  }

  Reactor* ListCalls(Context* context, const v1::ListCallsRequest* message,
                     v1::ListCallsResponse* response) override {
    StatusOr<CallsRequest> request = CallsRequestOf(*message);
    if (!request.ok()) return FinishNow(context, request.status());
    Reactor* const reactor = context->DefaultReactor();
    hub_.store().Reader().ListCalls(
        *std::move(request), FinishWith<CallPage>(reactor, [response](const CallPage& page) {
          for (const Call& call : page.calls) FillCall(call, response->add_calls());
          if (page.next_before_order != 0) {
            response->set_next_page_token(std::to_string(page.next_before_order));
          }
        }));
    return reactor;
  }

  Reactor* GetReceipt(Context* context, const v1::GetReceiptRequest* message,
                      v1::GetReceiptResponse* response) override {
    Status valid = CheckTenant(message->tenant());
    if (valid.ok()) valid = CheckText("receipt_id", message->receipt_id(), kMaxIdBytes, true);
    if (!valid.ok()) return FinishNow(context, valid);
    Reactor* const reactor = context->DefaultReactor();
    hub_.store().Reader().GetReceipt(
        message->tenant(), message->receipt_id(),
        FinishWith<Receipt>(reactor, [response](const Receipt& receipt) {
          FillReceipt(receipt, response->mutable_receipt());
        }));
    return reactor;
  }

  Reactor* ListEvents(Context* context, const v1::ListEventsRequest* message,
                      v1::ListEventsResponse* response) override {
    StatusOr<EventsRequest> request = EventsRequestOf(message->tenant(), message->filter(),
                                                      message->after_seq(), message->limit());
    if (!request.ok()) return FinishNow(context, request.status());
    Reactor* const reactor = context->DefaultReactor();
    hub_.store().Reader().ListEvents(*std::move(request), FinishWithPage(reactor, response));
    return reactor;
  }

  Reactor* WaitEvents(Context* context, const v1::WaitEventsRequest* message,
                      v1::ListEventsResponse* response) override {
    StatusOr<EventsRequest> request = EventsRequestOf(message->tenant(), message->filter(),
                                                      message->after_seq(), message->limit());
    if (!request.ok()) return FinishNow(context, request.status());
    const Status valid = CheckAtMost("wait_ms", message->wait_ms(), kMaxWaitMs);
    if (!valid.ok()) return FinishNow(context, valid);
    auto* const reactor =
        new WaitingReactor(traffic_, [this](std::uint64_t id) { hub_.waits().Cancel(id); });
    const auto self = reactor->self();
    self->SetId(hub_.waits().Wait(*std::move(request), message->wait_ms(),
                                  FinishWithPage(reactor, response)));
    return reactor;
  }

  Reactor* ReadUnread(Context* context, const v1::ReadUnreadRequest* message,
                      v1::ListEventsResponse* response) override {
    StatusOr<EventsRequest> request =
        EventsRequestOf(message->tenant(), message->filter(), 0, message->limit());
    if (!request.ok()) return FinishNow(context, request.status());
    const Status valid = CheckText("reader", message->reader(), kMaxReaderBytes, true);
    if (!valid.ok()) return FinishNow(context, valid);
    request->reader = message->reader();
    Reactor* const reactor = context->DefaultReactor();
    hub_.ReadUnread(*std::move(request), FinishWithPage(reactor, response));
    return reactor;
  }

  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(Context*,
                                                     const v1::WatchRequest* request) override {
    return new WatchReactor<EventWatch, v1::WatchResponse>(
        traffic_, Open(*request), FillWatch,
        [this](const std::shared_ptr<EventWatch>& watch) { hub_.EndWatch(watch); });
  }

  Reactor* PutState(Context* context, const v1::PutStateRequest* message,
                    v1::PutStateResponse* response) override {
    StatusOr<PutStateRequest> request = PutStateRequestOf(*message);
    if (!request.ok()) return FinishNow(context, request.status());
    Reactor* const reactor = context->DefaultReactor();
    hub_.store().PutState(*std::move(request),
                          FinishWith<PutStateResult>(reactor, [response](PutStateResult result) {
                            response->set_stored(result.stored);
                            response->set_value(std::move(result.value));
                          }));
    return reactor;
  }

  grpc::ServerWriteReactor<v1::WatchStateResponse>* WatchState(
      Context*, const v1::WatchStateRequest* request) override {
    return new WatchReactor<StateWatch, v1::WatchStateResponse>(
        traffic_, Open(*request), FillWatchState,
        [this](const std::shared_ptr<StateWatch>& watch) { hub_.state_watches().End(watch); });
  }

  Reactor* PutMail(Context* context, const v1::PutMailRequest* message,
                   v1::PutMailResponse*) override {
    Status status = CheckTopic(message->tenant(), message->topic());
    if (status.ok()) status = CheckText("body", message->body(), kMaxMailBytes);
    if (status.ok()) status = CheckAtMost("ttl_ms", message->ttl_ms(), kMaxMailTtlMs);
    if (status.ok()) {
      const std::uint32_t ttl_ms = message->ttl_ms() == 0 ? kDefaultMailTtlMs : message->ttl_ms();
      status = hub_.mailbox().Put({message->tenant(), message->topic(), message->body(),
                                   std::chrono::milliseconds(ttl_ms)});
    }
    return FinishNow(context, status);
  }

  Reactor* WaitMail(Context* context, const v1::WaitMailRequest* message,
                    v1::WaitMailResponse* response) override {
    Status valid = CheckTopic(message->tenant(), message->topic());
    if (valid.ok()) valid = CheckAtMost("wait_ms", message->wait_ms(), kMaxWaitMs);
    if (!valid.ok()) return FinishNow(context, valid);
    auto* const reactor =
        new WaitingReactor(traffic_, [this](std::uint64_t id) { hub_.mailbox().Cancel(id); });
    const auto self = reactor->self();
    self->SetId(hub_.mailbox().Wait(
        message->tenant(), message->topic(), std::chrono::milliseconds(message->wait_ms()),
        FinishWith<std::string>(
            reactor, [response](std::string body) { response->set_body(std::move(body)); })));
    return reactor;
  }

 private:
  StatusOr<std::shared_ptr<EventWatch>> Open(const v1::WatchRequest& message) {
    BW_ASSIGN_OR_RETURN(EventWatch::Request request, WatchRequestOf(message));
    return hub_.Watch(std::move(request));
  }

  StatusOr<std::shared_ptr<StateWatch>> Open(const v1::WatchStateRequest& message) {
    BW_ASSIGN_OR_RETURN(StateSelection selection, StateSelectionOf(message));
    return hub_.state_watches().Open(std::move(selection));
  }

  static Done<EventPage> FinishWithPage(Reactor* reactor, v1::ListEventsResponse* response) {
    return FinishWith<EventPage>(
        reactor, [response](EventPage page) { FillPage(std::move(page), response); });
  }

  static Status CheckTopic(const std::string& tenant, const std::string& topic) {
    BW_RETURN_IF_ERROR(CheckTenant(tenant));
    return CheckText("topic", topic, kMaxTopicBytes, true);
  }

  EventHub& hub_;
  Traffic traffic_;
};

}  // namespace

std::unique_ptr<EventStoreFrontend> MakeEventStoreFrontend(EventHub& hub) {
  return std::make_unique<EventStoreService>(hub);
}

}  // namespace bw::event_store

#include "tool-service/grpc/event_store_journal.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/clock/clock.h"
#include "common/rpc/rpc.h"
#include "tool-service/grpc/translate.h"

namespace bw::tool_service {
namespace {

using Stub = store_proto::EventStore::StubInterface;
using StubPtr = std::shared_ptr<Stub>;

// One unary call; the callbacks of gRPC keep it, and with it the stub, alive.
template <typename Request, typename Response>
struct UnaryCall {
  StubPtr stub;
  grpc::ClientContext context;
  Request request;
  Response response;
};

std::chrono::milliseconds TimeLeft(const CallContext& context, std::uint32_t wait_ms) {
  const auto limit =
      wait_ms == 0 ? kStoreTimeout : std::chrono::milliseconds(wait_ms) + kStoreWaitMargin;
  if (context.deadline == std::chrono::steady_clock::time_point::max()) return limit;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline -
                                                                          SystemClock().Steady());
  return std::clamp(left, std::chrono::milliseconds(0), limit);
}

void Prepare(grpc::ClientContext& client, const CallContext& context, std::uint32_t wait_ms) {
  const std::chrono::milliseconds now(SystemClock().NowMs());
  client.set_deadline(std::chrono::system_clock::time_point(now + TimeLeft(context, wait_ms)));
  if (!context.request_id.empty()) client.AddMetadata("x-request-id", context.request_id);
  if (!context.traceparent.empty()) client.AddMetadata("traceparent", context.traceparent);
}

// The calls under way, so that destruction can end them. Thread-safe.
class RunningCalls {
 public:
  // False once CancelAndWait has begun.
  bool Add(grpc::ClientContext* context) {
    const std::lock_guard lock(mutex_);
    if (!closing_) running_.insert(context);
    return !closing_;
  }
  void Remove(grpc::ClientContext* context) {
    const std::lock_guard lock(mutex_);
    running_.erase(context);
    if (running_.empty()) none_.notify_all();
  }
  void CancelAndWait() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    for (grpc::ClientContext* context : running_) context->TryCancel();
    none_.wait(lock, [this] { return running_.empty(); });
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable none_;
  bool closing_ = false;
  std::set<grpc::ClientContext*> running_;
};

class EventStoreJournal : public EventJournal {
 public:
  explicit EventStoreJournal(std::shared_ptr<grpc::Channel> channel)
      : stub_(store_proto::EventStore::NewStub(std::move(channel))) {}
  ~EventStoreJournal() override { running_.CancelAndWait(); }

  void QueueBxml(const CallContext& context, QueueRequest request,
                 Done<QueueOutcome> done) override {
    store_proto::QueueBxmlRequest message;
    message.set_call_id(std::move(request.call_id));
    message.set_bxml(std::move(request.bxml));
    message.set_key(std::move(request.key));
    Send<store_proto::QueueBxmlResponse, QueueOutcome>(
        context, std::move(message), 0, &Stub::async_interface::QueueBxml,
        [](const store_proto::QueueBxmlResponse& response) {
          return QueueOutcome{FromProto(response.receipt()), response.duplicate()};
        },
        std::move(done));
  }

  void GetCall(const CallContext& context, const std::string& call_id,
               Done<CallRecord> done) override {
    store_proto::GetCallRequest message;
    message.set_call_id(call_id);
    Send<store_proto::GetCallResponse, CallRecord>(
        context, std::move(message), 0, &Stub::async_interface::GetCall,
        [](const store_proto::GetCallResponse& response) { return FromProto(response.call()); },
        std::move(done));
  }

  void ListCalls(const CallContext& context, CallQuery query, Done<CallPage> done) override {
    store_proto::ListCallsRequest message;
    message.set_state(std::move(query.state));
    message.set_phone_number(std::move(query.phone_number));
    message.set_page_token(std::move(query.page_token));
    message.set_page_size(query.page_size);
    Send<store_proto::ListCallsResponse, CallPage>(
        context, std::move(message), 0, &Stub::async_interface::ListCalls,
        [](const store_proto::ListCallsResponse& response) {
          CallPage page;
          for (const store_proto::Call& call : response.calls()) {
            page.calls.push_back(FromProto(call));
          }
          page.next_page_token = response.next_page_token();
          return page;
        },
        std::move(done));
  }

  void GetReceipt(const CallContext& context, const std::string& receipt_id,
                  Done<Receipt> done) override {
    store_proto::GetReceiptRequest message;
    message.set_receipt_id(receipt_id);
    Send<store_proto::GetReceiptResponse, Receipt>(
        context, std::move(message), 0, &Stub::async_interface::GetReceipt,
        [](const store_proto::GetReceiptResponse& response) {
          return FromProto(response.receipt());
        },
        std::move(done));
  }

  void WaitEvents(const CallContext& context, EventQuery query, Done<EventPage> done) override {
    if (query.wait_ms == 0) return ListEvents(context, query, std::move(done));
    store_proto::WaitEventsRequest message;
    ToProto(query.filter, message.mutable_filter());
    message.set_after_seq(query.after_seq);
    message.set_limit(query.limit);
    message.set_wait_ms(std::min(query.wait_ms, kMaxWaitMs));
    Send<store_proto::ListEventsResponse, EventPage>(context, std::move(message), query.wait_ms,
                                                     &Stub::async_interface::WaitEvents, &Events,
                                                     std::move(done));
  }

  void ReadUnread(const CallContext& context, const std::string& reader, EventQuery query,
                  Done<EventPage> done) override {
    store_proto::ReadUnreadRequest message;
    message.set_reader(reader);
    ToProto(query.filter, message.mutable_filter());
    message.set_limit(query.limit);
    Send<store_proto::ListEventsResponse, EventPage>(context, std::move(message), 0,
                                                     &Stub::async_interface::ReadUnread, &Events,
                                                     std::move(done));
  }

  void PutValue(const CallContext& context, ValueRequest request,
                Done<ValueOutcome> done) override {
    store_proto::PutStateRequest message;
    message.set_key(std::move(request.key));
    message.set_value(std::move(request.value));
    message.set_ttl_ms(static_cast<std::uint32_t>(request.time_to_live.count()));
    message.set_only_if_absent(request.only_if_absent);
    Send<store_proto::PutStateResponse, ValueOutcome>(
        context, std::move(message), 0, &Stub::async_interface::PutState,
        [](const store_proto::PutStateResponse& response) {
          return ValueOutcome{response.stored(), response.value()};
        },
        std::move(done));
  }

 private:
  static EventPage Events(const store_proto::ListEventsResponse& response) {
    return FromProto(response);
  }

  void ListEvents(const CallContext& context, const EventQuery& query, Done<EventPage> done) {
    store_proto::ListEventsRequest message;
    ToProto(query.filter, message.mutable_filter());
    message.set_after_seq(query.after_seq);
    message.set_limit(query.limit);
    Send<store_proto::ListEventsResponse, EventPage>(context, std::move(message), 0,
                                                     &Stub::async_interface::ListEvents, &Events,
                                                     std::move(done));
  }

  template <typename Response, typename Value, typename Request, typename Translate>
  void Send(const CallContext& context, Request request, std::uint32_t wait_ms,
            void (Stub::async_interface::*method)(grpc::ClientContext*, const Request*, Response*,
                                                  std::function<void(grpc::Status)>),
            Translate translate, Done<Value> done) {
    // gRPC may answer a call whose time is over when it begins; the caller is gone then.
    if (TimeLeft(context, wait_ms).count() <= 0) {
      return done(DeadlineExceeded("the time was used up before the event store could be asked"));
    }
    auto call = std::make_shared<UnaryCall<Request, Response>>();
    call->stub = stub_;
    call->request = std::move(request);
    call->request.set_tenant(context.tenant);
    Prepare(call->context, context, wait_ms);
    if (!running_.Add(&call->context)) return done(Cancelled("the service is stopping"));
    (stub_->async()->*method)(
        &call->context, &call->request, &call->response,
        [this, call, translate, done = std::move(done)](const grpc::Status& status) mutable {
          if (status.ok()) {
            done(translate(call->response));
          } else {
            done(rpc::FromGrpc(status));
          }
          done = nullptr;  // whatever it holds goes while the journal is still there
          running_.Remove(&call->context);
        });
    if (!context.on_cancel) return;
    // Weak: the caller may keep its list of cancellations for longer than this call runs.
    context.on_cancel([weak = std::weak_ptr<UnaryCall<Request, Response>>(call)] {
      if (const auto running = weak.lock()) running->context.TryCancel();
    });
  }

  const StubPtr stub_;
  RunningCalls running_;
};

}  // namespace

std::unique_ptr<EventJournal> MakeEventStoreJournal(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<EventStoreJournal>(std::move(channel));
}

}  // namespace bw::tool_service

#include "gateway/grpc/grpc_mailbox.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <grpcpp/alarm.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"
#include "gateway/grpc/open_calls.h"

namespace bw::gateway {
namespace {

namespace v1 = bw::event_store::v1;

// Beyond a poll's own time, so that the store and not the deadline ends it.
constexpr std::chrono::milliseconds kPollMargin{5'000};

std::shared_ptr<grpc::ClientContext> MakeContext(std::chrono::milliseconds timeout) {
  auto context = std::make_shared<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + timeout);
  return context;
}

// Polls for one mail until it comes or is wanted no more.
class MailWait : public Cancellable, public std::enable_shared_from_this<MailWait> {
 public:
  using Done = std::function<void(StatusOr<std::string>)>;

  MailWait(v1::EventStore::Stub& stub, OpenCalls& open_calls, const GrpcMailboxOptions& options,
           const MailAddress& address, Done done)
      : stub_(stub),
        open_calls_(open_calls),
        options_(options),
        pause_(options.first_pause),
        done_(std::move(done)) {
    request_.set_tenant(address.tenant);
    request_.set_topic(address.topic);
    request_.set_wait_ms(static_cast<std::uint32_t>(options.poll.count()));
  }

  void Start() {
    open_calls_.Add(shared_from_this());
    const std::lock_guard lock(mutex_);
    Poll();
  }

  void Cancel() override {
    std::shared_ptr<grpc::ClientContext> context;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      context = context_;
    }
    if (context) context->TryCancel();
    alarm_.Cancel();
  }

 private:
  // Holds mutex_.
  void Poll() {
    context_ = MakeContext(options_.poll + kPollMargin);
    response_.Clear();
    stub_.async()->WaitMail(context_.get(), &request_, &response_,
                            [self = shared_from_this()](grpc::Status status) {
                              self->OnAnswer(rpc::FromGrpc(status));
                            });
  }

  void OnAnswer(const Status& status) {
    if (status.ok()) return Finish(std::move(*response_.mutable_body()));
    {
      const std::lock_guard lock(mutex_);
      context_.reset();
      if (!cancelled_ && status.code() == StatusCode::kDeadlineExceeded) {
        pause_ = options_.first_pause;
        return Poll();
      }
      if (!cancelled_) {
        const auto pause = std::exchange(pause_, std::min(pause_ * 2, options_.longest_pause));
        alarm_.Set(std::chrono::system_clock::now() + pause,
                   [self = shared_from_this()](bool) { self->OnPauseOver(); });
        return;
      }
    }
    Finish(Cancelled("nobody waits for the mail any more"));
  }

  void OnPauseOver() {
    {
      const std::lock_guard lock(mutex_);
      if (!cancelled_) return Poll();
    }
    Finish(Cancelled("nobody waits for the mail any more"));
  }

  void Finish(StatusOr<std::string> mail) {
    done_(std::move(mail));
    // What `done` holds must be gone before the mailbox may be.
    done_ = nullptr;
    open_calls_.Remove(shared_from_this());
  }

  v1::EventStore::Stub& stub_;
  OpenCalls& open_calls_;
  const GrpcMailboxOptions options_;
  v1::WaitMailRequest request_;
  v1::WaitMailResponse response_;
  std::mutex mutex_;  // guards all below but done_, which the last poll uses
  bool cancelled_ = false;
  std::chrono::milliseconds pause_;
  std::shared_ptr<grpc::ClientContext> context_;
  grpc::Alarm alarm_;
  Done done_;
};

}  // namespace

class GrpcMailbox::Connection {
 public:
  Connection(const std::shared_ptr<grpc::Channel>& channel, GrpcMailboxOptions options)
      : options_(options), stub_(v1::EventStore::NewStub(channel)) {}
  ~Connection() { open_calls_.CancelAllAndWait(); }

  void Put(v1::PutMailRequest request, std::function<void(const Status&)> done) {
    struct State {
      v1::PutMailRequest request;
      v1::PutMailResponse response;
    };
    const auto context = MakeContext(options_.put_timeout);
    const auto handle = std::make_shared<ContextHandle>(context);
    auto state = std::make_shared<State>();
    state->request = std::move(request);
    open_calls_.Add(handle);
    stub_->async()->PutMail(
        context.get(), &state->request, &state->response,
        [this, context, handle, state, done = std::move(done)](grpc::Status status) mutable {
          done(rpc::FromGrpc(status));
          done = nullptr;
          open_calls_.Remove(handle);
        });
  }

  std::shared_ptr<Cancellable> Wait(const MailAddress& address, MailWait::Done done) {
    const auto wait =
        std::make_shared<MailWait>(*stub_, open_calls_, options_, address, std::move(done));
    wait->Start();
    return wait;
  }

 private:
  const GrpcMailboxOptions options_;
  const std::unique_ptr<v1::EventStore::Stub> stub_;
  OpenCalls open_calls_;
};

GrpcMailbox::GrpcMailbox(const std::shared_ptr<grpc::Channel>& channel, GrpcMailboxOptions options)
    : connection_(std::make_unique<Connection>(channel, options)) {}

GrpcMailbox::~GrpcMailbox() = default;

void GrpcMailbox::Put(const MailAddress& address, std::string body, std::chrono::milliseconds keep,
                      std::function<void(const Status&)> done) {
  v1::PutMailRequest request;
  request.set_tenant(address.tenant);
  request.set_topic(address.topic);
  request.set_body(std::move(body));
  request.set_ttl_ms(static_cast<std::uint32_t>(keep.count()));
  connection_->Put(std::move(request), std::move(done));
}

std::shared_ptr<Cancellable> GrpcMailbox::Wait(const MailAddress& address,
                                               std::function<void(StatusOr<std::string>)> done) {
  return connection_->Wait(address, std::move(done));
}

}  // namespace bw::gateway

#include "gateway/grpc/grpc_tool_provider.h"

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/rpc/rpc.h"
#include "gateway/grpc/open_calls.h"
#include "gateway/grpc/stream_watch.h"
#include "gateway/grpc/tool_messages.h"

namespace bw::gateway {
namespace {

namespace v1 = bw::tool_service::v1;
using Context = std::shared_ptr<grpc::ClientContext>;

Context MakeContext(std::chrono::milliseconds timeout) {
  auto context = std::make_shared<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + timeout);
  return context;
}

// What one CallTool tells, until it is told how it ended.
class ToolCallAnswer {
 public:
  ToolCallAnswer(CallEvents events, ToolProvider::Done<ToolOutcome> done)
      : events_(std::move(events)), done_(std::move(done)) {}

  void OnMessage(v1::CallToolResponse& message) {
    switch (message.message_case()) {
      case v1::CallToolResponse::kProgress:
        return events_.progress(FromMessage(message.progress()));
      case v1::CallToolResponse::kResult:
        outcome_ = FromMessage(*message.mutable_result());
        return;
      case v1::CallToolResponse::kInputRequired:
        outcome_ = FromMessage(*message.mutable_input_required());
        return;
      case v1::CallToolResponse::kLog:
        return events_.log(FromMessage(*message.mutable_log()));
      case v1::CallToolResponse::MESSAGE_NOT_SET:
        return;
    }
  }

  void OnDone(const Status& status) {
    if (!status.ok()) outcome_ = status;
    done_(std::move(outcome_));
    // What `done` holds must be gone before the provider may be.
    done_ = nullptr;
    events_ = {};
  }

 private:
  CallEvents events_;
  ToolProvider::Done<ToolOutcome> done_;
  StatusOr<ToolOutcome> outcome_ = Internal("the tool service ended the call without a result");
};

// One CallTool stream; deletes itself when it is done.
class ToolStream : public grpc::ClientReadReactor<v1::CallToolResponse> {
 public:
  ToolStream(Context context, OpenCalls& open_calls, ToolCallAnswer answer)
      : context_(std::move(context)),
        handle_(std::make_shared<ContextHandle>(context_)),
        open_calls_(open_calls),
        answer_(std::move(answer)) {}

  // What cancels it.
  std::shared_ptr<Cancellable> Start(v1::ToolService::Stub& stub, v1::CallToolRequest request) {
    // Once started, it may be gone at any moment.
    const std::shared_ptr<Cancellable> handle = handle_;
    open_calls_.Add(handle);
    request_ = std::move(request);
    stub.async()->CallTool(context_.get(), &request_, this);
    StartRead(&message_);
    StartCall();
    return handle;
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    answer_.OnMessage(message_);
    message_.Clear();
    StartRead(&message_);
  }

  void OnDone(const grpc::Status& status) override {
    answer_.OnDone(rpc::FromGrpc(status));
    OpenCalls& open_calls = open_calls_;
    const auto handle = handle_;
    delete this;
    open_calls.Remove(handle);
  }

 private:
  const Context context_;
  const std::shared_ptr<Cancellable> handle_;
  OpenCalls& open_calls_;
  ToolCallAnswer answer_;
  v1::CallToolRequest request_;
  v1::CallToolResponse message_;
};

// One CallTool without a stream.
class DirectRun : public Cancellable, public std::enable_shared_from_this<DirectRun> {
 public:
  DirectRun(OpenCalls& open_calls, ToolCallAnswer answer)
      : open_calls_(open_calls), answer_(std::move(answer)) {}

  void Start(const DirectToolCall& call_tool, const v1::CallToolRequest& request,
             std::chrono::milliseconds time_left) {
    const auto self = shared_from_this();
    open_calls_.Add(self);
    auto cancel = call_tool(
        request, time_left,
        [self](v1::CallToolResponse& message) { self->answer_.OnMessage(message); },
        [self](const Status& status) {
          self->answer_.OnDone(status);
          self->open_calls_.Remove(self);
        });
    std::unique_lock lock(mutex_);
    cancel_ = std::move(cancel);
    if (!cancelled_) return;
    lock.unlock();
    cancel_();
  }

  void Cancel() override {
    std::function<void()> cancel;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      cancel = cancel_;
    }
    if (cancel) cancel();
  }

 private:
  OpenCalls& open_calls_;
  ToolCallAnswer answer_;
  std::mutex mutex_;  // guards all below
  bool cancelled_ = false;
  std::function<void()> cancel_;
};

}  // namespace

class GrpcToolProvider::Connection {
 public:
  Connection(const std::shared_ptr<grpc::Channel>& channel, GrpcProviderOptions options)
      : options_(options), stub_(v1::ToolService::NewStub(channel)) {}
  ~Connection() { open_calls_.CancelAllAndWait(); }

  // Starts one unary method; `done` gets what FromMessage makes of its response.
  template <typename Response, typename Request, typename Done>
  std::shared_ptr<Cancellable> Ask(void (v1::ToolService::StubInterface::async_interface::*method)(
                                       grpc::ClientContext*, const Request*, Response*,
                                       std::function<void(grpc::Status)>),
                                   Request request, Done done) {
    struct State {
      Request request;
      Response response;
    };
    const Context context = MakeContext(options_.list_timeout);
    auto state = std::make_shared<State>();
    state->request = std::move(request);
    const auto handle = std::make_shared<ContextHandle>(context);
    open_calls_.Add(handle);
    auto finished = [this, context, handle, state,
                     done = std::move(done)](grpc::Status status) mutable {
      if (status.ok()) {
        done(FromMessage(state->response));
      } else {
        done(rpc::FromGrpc(status));
      }
      done = nullptr;
      open_calls_.Remove(handle);
    };
    (stub_->async()->*method)(context.get(), &state->request, &state->response,
                              std::move(finished));
    return handle;
  }

  std::shared_ptr<Cancellable> Call(const ToolCall& call, CallEvents events,
                                    Done<ToolOutcome> done) {
    ToolCallAnswer answer(std::move(events), std::move(done));
    if (options_.call_tool) {
      const auto run = std::make_shared<DirectRun>(open_calls_, std::move(answer));
      run->Start(options_.call_tool, ToMessage(call), options_.call_timeout);
      return run;
    }
    auto* stream =
        new ToolStream(MakeContext(options_.call_timeout), open_calls_, std::move(answer));
    return stream->Start(*stub_, ToMessage(call));
  }

  std::unique_ptr<Watch> WatchCatalogue(const std::string& tenant,
                                        std::function<void(const CatalogueRevisions&)> changed) {
    auto request = std::make_shared<v1::WatchCatalogueRequest>();
    request->set_tenant(tenant);
    using Catalogue = StreamWatch<v1::WatchCatalogueResponse>;
    return std::make_unique<Catalogue>(
        Catalogue::Functions{[this, request](grpc::ClientContext* context, auto* reactor) {
                               stub_->async()->WatchCatalogue(context, request.get(), reactor);
                             },
                             [changed = std::move(changed)](v1::WatchCatalogueResponse& response) {
                               changed(FromMessage(response));
                             },
                             // The first answer of the next stream tells what was missed.
                             [](const Status&) {}});
  }

 private:
  const GrpcProviderOptions options_;
  const std::unique_ptr<v1::ToolService::Stub> stub_;
  OpenCalls open_calls_;
};

GrpcToolProvider::GrpcToolProvider(std::shared_ptr<grpc::Channel> channel,
                                   GrpcProviderOptions options)
    : connection_(std::make_unique<Connection>(channel, options)) {}

GrpcToolProvider::~GrpcToolProvider() = default;

void GrpcToolProvider::ListTools(const Audience& audience, Done<ToolList> done) {
  v1::ListToolsRequest request;
  SetAudience(audience, request);
  connection_->Ask<v1::ListToolsResponse>(
      &v1::ToolService::StubInterface::async_interface::ListTools, std::move(request),
      std::move(done));
}

std::shared_ptr<Cancellable> GrpcToolProvider::CallTool(ToolCall call, CallEvents events,
                                                        Done<ToolOutcome> done) {
  return connection_->Call(call, std::move(events), std::move(done));
}

void GrpcToolProvider::ListResources(const Audience& audience, Done<std::vector<Resource>> done) {
  v1::ListResourcesRequest request;
  SetAudience(audience, request);
  connection_->Ask<v1::ListResourcesResponse>(
      &v1::ToolService::StubInterface::async_interface::ListResources, std::move(request),
      std::move(done));
}

void GrpcToolProvider::ListResourceTemplates(const Audience& audience,
                                             Done<std::vector<ResourceTemplate>> done) {
  v1::ListResourceTemplatesRequest request;
  SetAudience(audience, request);
  connection_->Ask<v1::ListResourceTemplatesResponse>(
      &v1::ToolService::StubInterface::async_interface::ListResourceTemplates, std::move(request),
      std::move(done));
}

std::shared_ptr<Cancellable> GrpcToolProvider::ReadResource(ResourceRead read,
                                                            Done<ResourceOutcome> done) {
  return connection_->Ask<v1::ReadResourceResponse>(
      &v1::ToolService::StubInterface::async_interface::ReadResource, ToMessage(read),
      std::move(done));
}

void GrpcToolProvider::ListPrompts(const Audience& audience, Done<std::vector<Prompt>> done) {
  v1::ListPromptsRequest request;
  SetAudience(audience, request);
  connection_->Ask<v1::ListPromptsResponse>(
      &v1::ToolService::StubInterface::async_interface::ListPrompts, std::move(request),
      std::move(done));
}

std::shared_ptr<Cancellable> GrpcToolProvider::GetPrompt(PromptGet get, Done<PromptOutcome> done) {
  return connection_->Ask<v1::GetPromptResponse>(
      &v1::ToolService::StubInterface::async_interface::GetPrompt, ToMessage(get), std::move(done));
}

std::shared_ptr<Cancellable> GrpcToolProvider::Complete(CompletionQuery query,
                                                        Done<Completion> done) {
  return connection_->Ask<v1::CompleteResponse>(
      &v1::ToolService::StubInterface::async_interface::Complete, ToMessage(query),
      std::move(done));
}

void GrpcToolProvider::GetInstructions(const Audience& audience, Done<std::string> done) {
  v1::GetInstructionsRequest request;
  SetAudience(audience, request);
  connection_->Ask<v1::GetInstructionsResponse>(
      &v1::ToolService::StubInterface::async_interface::GetInstructions, std::move(request),
      std::move(done));
}

std::unique_ptr<Watch> GrpcToolProvider::WatchCatalogue(
    const std::string& tenant, std::function<void(const CatalogueRevisions&)> changed) {
  return connection_->WatchCatalogue(tenant, std::move(changed));
}

}  // namespace bw::gateway

#include "tool-service/grpc/tool_service_server.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/json/json.h"
#include "common/log/log.h"
#include "common/rpc/rpc.h"
#include "tool-service/core/instructions.h"
#include "tool-service/grpc/call_reactor.h"
#include "tool-service/grpc/catalogue_reactor.h"
#include "tool-service/grpc/translate.h"

namespace bw::tool_service {
namespace {

using Contract = tool_proto::ToolService;

// ListTools is raw: its answer is one buffer that is prepared once and shared by every reply.
using ServiceBase = Contract::WithRawCallbackMethod_ListTools<Contract::WithCallbackMethod_CallTool<
    Contract::WithCallbackMethod_ListResources<Contract::WithCallbackMethod_ListResourceTemplates<
        Contract::WithCallbackMethod_ReadResource<
            Contract::WithCallbackMethod_ListPrompts<Contract::WithCallbackMethod_GetPrompt<
                Contract::WithCallbackMethod_Complete<Contract::WithCallbackMethod_WatchCatalogue<
                    Contract::WithCallbackMethod_GetInstructions<Contract::Service>>>>>>>>>>;

// Prepared answers; one more drops the others, as the toolbox does with its listings.
constexpr std::size_t kMaxPreparedAnswers = Toolbox::kMaxPrepared;

template <typename Message>
bool Deserialize(grpc::ByteBuffer buffer, Message* message) {
  return grpc::SerializationTraits<Message>::Deserialize(&buffer, message).ok();
}

grpc::ByteBuffer Serialize(const tool_proto::ListToolsResponse& response) {
  grpc::ByteBuffer buffer;
  bool own_buffer = false;
  // Serialising to memory cannot fail below 2 GiB.
  (void)grpc::SerializationTraits<tool_proto::ListToolsResponse>::Serialize(response, &buffer,
                                                                            &own_buffer);
  return buffer;
}

// How many answers are being fetched from elsewhere.
struct Reads {
  const int limit;
  Metrics& metrics;
  std::atomic<int> in_flight = 0;
};

// A unary answer that came from elsewhere: the reply is finished when the core has spoken, and the
// client's departure reaches the core.
class ReadReactor : public grpc::ServerUnaryReactor,
                    public std::enable_shared_from_this<ReadReactor> {
 public:
  explicit ReadReactor(Reads& reads)
      : reads_(reads), admitted_(reads.in_flight.fetch_add(1) < reads.limit) {
    reads_.metrics.reads_in_flight.Increment();
  }
  ~ReadReactor() override {
    reads_.in_flight.fetch_sub(1);
    reads_.metrics.reads_in_flight.Decrement();
  }
  void KeepUntilDone() { self_ = shared_from_this(); }
  // OK when the limit left room for it.
  Status Admitted() const {
    if (admitted_) return OkStatus();
    reads_.metrics.reads_refused.Increment();
    return ResourceExhausted("too many resources and completions are being read (" +
                             std::to_string(reads_.limit) + "); try again in a moment");
  }
  void Answer(const Status& status) {
    if (!answered_.exchange(true)) Finish(rpc::ToGrpc(status));
  }
  void OnClientGone(std::function<void()> cancel) {
    {
      const std::lock_guard lock(mutex_);
      if (!gone_) {
        cancellations_.push_back(std::move(cancel));
        return;
      }
    }
    cancel();
  }
  void OnCancel() override {
    std::vector<std::function<void()>> cancellations;
    {
      const std::lock_guard lock(mutex_);
      gone_ = true;
      cancellations.swap(cancellations_);
    }
    for (const auto& cancel : cancellations) cancel();
  }
  void OnDone() override { self_.reset(); }

 private:
  Reads& reads_;
  const bool admitted_;
  std::shared_ptr<ReadReactor> self_;
  std::atomic<bool> answered_ = false;
  std::mutex mutex_;  // guards gone_, cancellations_
  bool gone_ = false;
  std::vector<std::function<void()>> cancellations_;
};

class ToolServiceServer final : public ServiceBase {
 public:
  explicit ToolServiceServer(ServerParts parts)
      : parts_(std::move(parts)), reads_{parts_.max_reads_in_flight, parts_.metrics} {}

  grpc::ServerUnaryReactor* ListTools(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(rpc::ToGrpc(AnswerListTools(*request, response)));
    return reactor;
  }

  grpc::ServerWriteReactor<tool_proto::CallToolResponse>* CallTool(
      grpc::CallbackServerContext* context, const tool_proto::CallToolRequest* request) override {
    auto reactor = std::make_shared<CallReactor>(parts_.calls, parts_.metrics);
    reactor->KeepUntilDone();
    parts_.calls.Run(*request, TimeLeft(*context), reactor->admitted(), reactor);
    return reactor.get();
  }

  grpc::ServerUnaryReactor* ListResources(grpc::CallbackServerContext* context,
                                          const tool_proto::ListResourcesRequest* request,
                                          tool_proto::ListResourcesResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    for (const ResourceInfo& info : Resources::List()) ToProto(info, response->add_resources());
    response->set_revision(Resources::Revision());
    reactor->Finish(rpc::ToGrpc(ValidateTenant(request->tenant())));
    return reactor;
  }

  grpc::ServerUnaryReactor* ListResourceTemplates(
      grpc::CallbackServerContext* context, const tool_proto::ListResourceTemplatesRequest* request,
      tool_proto::ListResourceTemplatesResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    for (const ResourceInfo& info : Resources::Templates()) {
      ToProto(info, response->add_templates());
    }
    reactor->Finish(rpc::ToGrpc(ValidateTenant(request->tenant())));
    return reactor;
  }

  grpc::ServerUnaryReactor* ReadResource(grpc::CallbackServerContext* context,
                                         const tool_proto::ReadResourceRequest* request,
                                         tool_proto::ReadResourceResponse* response) override {
    auto reactor = std::make_shared<ReadReactor>(reads_);
    reactor->KeepUntilDone();
    const auto call = ContextOf(*context, *request, reactor);
    for (const Status& status : {reactor->Admitted(), call.status()}) {
      if (status.ok()) continue;
      reactor->Answer(status);
      return reactor.get();
    }
    // `response` lives until the reactor is finished, which happens after it was filled.
    parts_.resources.Read(request->uri(), *call,
                          [reactor, response](StatusOr<ResourceText> resource) {
                            if (resource.ok()) ToProto(*resource, response->add_contents());
                            reactor->Answer(resource.status());
                          });
    return reactor.get();
  }

  grpc::ServerUnaryReactor* ListPrompts(grpc::CallbackServerContext* context,
                                        const tool_proto::ListPromptsRequest* request,
                                        tool_proto::ListPromptsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(rpc::ToGrpc(FillPrompts(*request, response)));
    return reactor;
  }

  grpc::ServerUnaryReactor* GetPrompt(grpc::CallbackServerContext* context,
                                      const tool_proto::GetPromptRequest* request,
                                      tool_proto::GetPromptResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(rpc::ToGrpc(FillPrompt(*request, response)));
    return reactor;
  }

  grpc::ServerUnaryReactor* Complete(grpc::CallbackServerContext* context,
                                     const tool_proto::CompleteRequest* request,
                                     tool_proto::CompleteResponse* response) override {
    auto reactor = std::make_shared<ReadReactor>(reads_);
    reactor->KeepUntilDone();
    const auto call = ContextOf(*context, *request, reactor);
    const auto query = FromProto(*request);
    const auto has_tool = EnabledFor(*request);
    for (const Status& status :
         {reactor->Admitted(), call.status(), query.status(), has_tool.status()}) {
      if (status.ok()) continue;
      reactor->Answer(status);
      return reactor.get();
    }
    parts_.completions.Complete(*query, *has_tool, *call,
                                [reactor, response](StatusOr<Completion> completion) {
                                  if (completion.ok()) ToProto(*completion, response);
                                  reactor->Answer(completion.status());
                                });
    return reactor.get();
  }

  grpc::ServerWriteReactor<tool_proto::WatchCatalogueResponse>* WatchCatalogue(
      grpc::CallbackServerContext*, const tool_proto::WatchCatalogueRequest* request) override {
    parts_.metrics.catalogue_watchers.Increment();
    auto reactor = std::make_shared<CatalogueReactor>(
        parts_.notifier, [this] { parts_.metrics.catalogue_watchers.Decrement(); });
    if (const Status valid = ValidateTenant(request->tenant()); !valid.ok()) {
      reactor->Refuse(valid);
    } else if (reactor->Start().code() == StatusCode::kResourceExhausted) {
      parts_.metrics.catalogue_watchers_refused.Increment();
    }
    return reactor.get();
  }

  grpc::ServerUnaryReactor* GetInstructions(
      grpc::CallbackServerContext* context, const tool_proto::GetInstructionsRequest* request,
      tool_proto::GetInstructionsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(rpc::ToGrpc(FillInstructions(*request, response)));
    return reactor;
  }

 private:
  Status AnswerListTools(const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
    tool_proto::ListToolsRequest message;
    if (!Deserialize(request, &message)) {
      return InvalidArgument("the request is not a ListToolsRequest");
    }
    BW_RETURN_IF_ERROR(ValidateTenant(message.tenant()));
    BW_ASSIGN_OR_RETURN(auto listing, parts_.toolbox.List(FromProto(message.selection())));
    *response = PreparedAnswer(listing);
    return OkStatus();
  }

  grpc::ByteBuffer PreparedAnswer(const std::shared_ptr<const Listing>& listing) {
    const std::lock_guard lock(mutex_);
    if (const auto found = prepared_.find(listing); found != prepared_.end()) {
      parts_.metrics.lists_prepared.Increment();
      return found->second;
    }
    parts_.metrics.lists_built.Increment();
    tool_proto::ListToolsResponse response;
    for (const CatalogueEntry& entry : listing->entries()) {
      ToProto(entry, response.add_tools());
    }
    response.set_revision(listing->revision());
    if (prepared_.size() >= kMaxPreparedAnswers) prepared_.clear();
    return prepared_[listing] = Serialize(response);
  }

  Status FillInstructions(const tool_proto::GetInstructionsRequest& request,
                          tool_proto::GetInstructionsResponse* response) {
    BW_RETURN_IF_ERROR(ValidateTenant(request.tenant()));
    const Selection selection = FromProto(request.selection());
    BW_ASSIGN_OR_RETURN(const auto listed, parts_.toolbox.List(selection));
    BW_ASSIGN_OR_RETURN(const auto reached, parts_.toolbox.Reach(selection));
    response->set_text(BuildInstructions(parts_.facts, {*listed, *reached}));
    response->set_revision(RevisionOf(response->text()));
    return OkStatus();
  }

  // Which tools the caller of `request` may see; also checks its tenant.
  template <typename Request>
  StatusOr<HasTool> EnabledFor(const Request& request) {
    BW_RETURN_IF_ERROR(ValidateTenant(request.tenant()));
    BW_ASSIGN_OR_RETURN(auto listing, parts_.toolbox.List(FromProto(request.selection())));
    return HasTool(
        [listing = std::move(listing)](std::string_view name) { return listing->Has(name); });
  }

  Status FillPrompts(const tool_proto::ListPromptsRequest& request,
                     tool_proto::ListPromptsResponse* response) {
    BW_ASSIGN_OR_RETURN(const HasTool has_tool, EnabledFor(request));
    for (const Prompt* prompt : Prompts::List(has_tool)) ToProto(*prompt, response->add_prompts());
    response->set_revision(Prompts::Revision(has_tool));
    return OkStatus();
  }

  Status FillPrompt(const tool_proto::GetPromptRequest& request,
                    tool_proto::GetPromptResponse* response) {
    BW_ASSIGN_OR_RETURN(const HasTool has_tool, EnabledFor(request));
    const PromptArguments arguments(request.arguments().begin(), request.arguments().end());
    BW_ASSIGN_OR_RETURN(const PromptText text,
                        parts_.prompts.Get(request.name(), arguments, has_tool));
    ToProto(text, response);
    return OkStatus();
  }

  // The core's context of a request, with deadline and cancellation; also checks its tenant.
  template <typename Request, typename Reactor>
  StatusOr<CallContext> ContextOf(const grpc::CallbackServerContext& context,
                                  const Request& request, const std::shared_ptr<Reactor>& reactor) {
    BW_RETURN_IF_ERROR(ValidateTenant(request.tenant()));
    BW_ASSIGN_OR_RETURN(CallContext call, FromProto(request.context(), request.tenant()));
    call.deadline = parts_.clock.Steady() + TimeLeft(context);
    call.on_cancel = [reactor](std::function<void()> cancel) {
      reactor->OnClientGone(std::move(cancel));
    };
    return call;
  }

  std::chrono::milliseconds TimeLeft(const grpc::CallbackServerContext& context) const {
    const auto since_epoch = context.deadline().time_since_epoch();
    const std::int64_t deadline_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    // The client's clock does not matter: gRPC carries the time that is left.
    return std::chrono::milliseconds(std::clamp<std::int64_t>(deadline_ms - SystemClock().NowMs(),
                                                              0, parts_.call_timeout.count()));
  }

  ServerParts parts_;
  // Before the server is gone every reactor is.
  Reads reads_;
  std::mutex mutex_;  // guards prepared_
  std::map<std::shared_ptr<const Listing>, grpc::ByteBuffer> prepared_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeToolService(ServerParts parts) {
  return std::make_unique<ToolServiceServer>(std::move(parts));
}

}  // namespace bw::tool_service

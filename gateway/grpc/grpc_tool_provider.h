// The ToolProvider that asks the tool service (bw.tool_service.v1).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/core/tool_provider.h"
#include "gateway/grpc/direct_tool_call.h"

namespace grpc {
class Channel;
}

namespace bw::gateway {

struct GrpcProviderOptions {
  /// Lists, instructions and resources.
  std::chrono::milliseconds list_timeout{5'000};
  /// One tool call, waiting for events included.
  std::chrono::milliseconds call_timeout{120'000};
  /// How tools are called; empty: over the channel.
  DirectToolCall call_tool{};
};

/// Thread-safe. Keeps the ToolProvider contract, destruction included.
class GrpcToolProvider : public ToolProvider {
 public:
  GrpcToolProvider(std::shared_ptr<grpc::Channel> channel, GrpcProviderOptions options);
  ~GrpcToolProvider() override;

  void ListTools(const Audience& audience, Done<ToolList> done) override;
  std::shared_ptr<Cancellable> CallTool(ToolCall call, CallEvents events,
                                        Done<ToolOutcome> done) override;
  void ListResources(const Audience& audience, Done<std::vector<Resource>> done) override;
  void ListResourceTemplates(const Audience& audience,
                             Done<std::vector<ResourceTemplate>> done) override;
  std::shared_ptr<Cancellable> ReadResource(ResourceRead read, Done<ResourceOutcome> done) override;
  void ListPrompts(const Audience& audience, Done<std::vector<Prompt>> done) override;
  std::shared_ptr<Cancellable> GetPrompt(PromptGet get, Done<PromptOutcome> done) override;
  std::shared_ptr<Cancellable> Complete(CompletionQuery query, Done<Completion> done) override;
  void GetInstructions(const Audience& audience, Done<std::string> done) override;
  std::unique_ptr<Watch> WatchCatalogue(
      const std::string& tenant, std::function<void(const CatalogueRevisions&)> changed) override;

 private:
  class Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace bw::gateway

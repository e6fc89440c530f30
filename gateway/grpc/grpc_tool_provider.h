// The ToolProvider that asks the tool service (bw.tool_service.v1).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/core/tool_provider.h"

namespace grpc {
class Channel;
}

namespace bw::gateway {

struct GrpcProviderOptions {
  /// Lists, instructions and resources.
  std::chrono::milliseconds list_timeout{5'000};
  /// One tool call, waiting for events included.
  std::chrono::milliseconds call_timeout{120'000};
};

/// Thread-safe. Keeps the ToolProvider contract, destruction included.
class GrpcToolProvider : public ToolProvider {
 public:
  GrpcToolProvider(std::shared_ptr<grpc::Channel> channel, GrpcProviderOptions options);
  ~GrpcToolProvider() override;

  void ListTools(const Audience& audience, Done<ToolList> done) override;
  std::shared_ptr<Cancellable> CallTool(ToolCall call,
                                        std::function<void(const Progress&)> progress,
                                        Done<ToolResult> done) override;
  void ListResources(const Audience& audience, Done<std::vector<Resource>> done) override;
  void ListResourceTemplates(const Audience& audience,
                             Done<std::vector<ResourceTemplate>> done) override;
  std::shared_ptr<Cancellable> ReadResource(ResourceRead read,
                                            Done<std::vector<ResourceContent>> done) override;
  void GetInstructions(const Audience& audience, Done<std::string> done) override;

 private:
  class Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace bw::gateway

// A small tool service for tests and for trying clients by hand.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <grpcpp/support/status.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"

namespace bw::gateway {

/// Tools: test_simple_text, echo{text}, progress (three steps, 50 ms apart), hold (until
/// cancelled), fail (runs and fails), ask (wants an answer named `who`, then tells it), refuse (an
/// error of the service). One text and one binary resource, one template.
class FakeToolService : public bw::tool_service::v1::ToolService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ListTools(grpc::CallbackServerContext* context,
                                      const bw::tool_service::v1::ListToolsRequest* request,
                                      bw::tool_service::v1::ListToolsResponse* response) override;
  grpc::ServerWriteReactor<bw::tool_service::v1::CallToolResponse>* CallTool(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::CallToolRequest* request) override;
  grpc::ServerUnaryReactor* ListResources(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::ListResourcesRequest* request,
      bw::tool_service::v1::ListResourcesResponse* response) override;
  grpc::ServerUnaryReactor* ListResourceTemplates(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::ListResourceTemplatesRequest* request,
      bw::tool_service::v1::ListResourceTemplatesResponse* response) override;
  grpc::ServerUnaryReactor* ReadResource(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::ReadResourceRequest* request,
      bw::tool_service::v1::ReadResourceResponse* response) override;
  grpc::ServerUnaryReactor* GetInstructions(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::GetInstructionsRequest* request,
      bw::tool_service::v1::GetInstructionsResponse* response) override;

  std::atomic<int> holding{0};
  std::atomic<int> cancelled{0};
};

}  // namespace bw::gateway

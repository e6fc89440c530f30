// A tool service with the fixtures that the official conformance suite asks for, and nothing of
// the product's. Selections are not looked at: everybody sees everything.
#pragma once

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "tests/conformance/fixture_catalogue.h"

namespace bw::conformance {

class FixtureService : public bw::tool_service::v1::ToolService::CallbackService {
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
  grpc::ServerUnaryReactor* ListPrompts(
      grpc::CallbackServerContext* context, const bw::tool_service::v1::ListPromptsRequest* request,
      bw::tool_service::v1::ListPromptsResponse* response) override;
  grpc::ServerUnaryReactor* GetPrompt(grpc::CallbackServerContext* context,
                                      const bw::tool_service::v1::GetPromptRequest* request,
                                      bw::tool_service::v1::GetPromptResponse* response) override;
  grpc::ServerUnaryReactor* Complete(grpc::CallbackServerContext* context,
                                     const bw::tool_service::v1::CompleteRequest* request,
                                     bw::tool_service::v1::CompleteResponse* response) override;
  grpc::ServerWriteReactor<bw::tool_service::v1::WatchCatalogueResponse>* WatchCatalogue(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::WatchCatalogueRequest* request) override;
  grpc::ServerUnaryReactor* GetInstructions(
      grpc::CallbackServerContext* context,
      const bw::tool_service::v1::GetInstructionsRequest* request,
      bw::tool_service::v1::GetInstructionsResponse* response) override;

 private:
  Catalogue catalogue_;
};

}  // namespace bw::conformance

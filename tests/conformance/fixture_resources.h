// The fixture resources and their template.
#pragma once

#include <grpcpp/support/status.h>

#include "bw/tool_service/v1/tool_service.pb.h"

namespace bw::conformance {

inline constexpr const char* kTemplateUri = "test://template/{id}/data";

void ListResources(bw::tool_service::v1::ListResourcesResponse& response);
void ListResourceTemplates(bw::tool_service::v1::ListResourceTemplatesResponse& response);
grpc::Status ReadResource(const bw::tool_service::v1::ReadResourceRequest& request,
                          bw::tool_service::v1::ReadResourceResponse& response);

}  // namespace bw::conformance

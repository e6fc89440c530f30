// The fixture prompts, and completion of their arguments.
#pragma once

#include <grpcpp/support/status.h>

#include "bw/tool_service/v1/tool_service.pb.h"

namespace bw::conformance {

class Catalogue;

void ListPrompts(const Catalogue& catalogue, bw::tool_service::v1::ListPromptsResponse& response);
grpc::Status GetPrompt(const bw::tool_service::v1::GetPromptRequest& request,
                       const Catalogue& catalogue,
                       bw::tool_service::v1::GetPromptResponse& response);
/// Of prompts' arguments and of the template's {id}.
grpc::Status Complete(const bw::tool_service::v1::CompleteRequest& request,
                      const Catalogue& catalogue, bw::tool_service::v1::CompleteResponse& response);

}  // namespace bw::conformance

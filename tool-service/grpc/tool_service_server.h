// tool_service.v1 over the toolbox, the resources, the prompts and the instructions.
#pragma once

#include <chrono>
#include <memory>

#include "common/clock/clock.h"
#include "tool-service/core/catalogue_notifier.h"
#include "tool-service/core/completion.h"
#include "tool-service/core/prompts.h"
#include "tool-service/core/resources.h"
#include "tool-service/core/server_facts.h"
#include "tool-service/core/toolbox.h"
#include "tool-service/grpc/tool_calls.h"
#include "tool-service/metrics.h"

namespace grpc {
class Service;
}

namespace bw::tool_service {

struct ServerParts {
  ToolCalls& calls;
  Toolbox& toolbox;
  const Resources& resources;
  const Prompts& prompts;
  const Completions& completions;
  CatalogueNotifier& notifier;
  const Clock& clock;
  Metrics& metrics;
  ServerFacts facts;
  /// Resources being read and completions being made, together; one more is refused with
  /// RESOURCE_EXHAUSTED.
  int max_reads_in_flight = 4'096;
  /// For requests whose client set no deadline, and the most for those that did.
  std::chrono::milliseconds call_timeout{120'000};
};

/// All parts outlive the service; it outlives the gRPC server. Each call ends by itself: by the
/// tool's result, or when the client leaves or its time is over, which also cancels the tool.
/// Watches of the catalogue end when the notifier is closed, which must come before the server
/// waits for what is in flight.
std::unique_ptr<grpc::Service> MakeToolService(ServerParts parts);

}  // namespace bw::tool_service

// What is listed, and who wants to know when that changes.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"

namespace bw::conformance {

/// Thread-safe. Outlives its watchers: the server is shut down first.
class Catalogue {
 public:
  bool has_extra_tool() const { return tools_revision_ % 2 == 1; }
  bool has_extra_prompt() const { return prompts_revision_ % 2 == 1; }
  /// Adds the one that comes and goes, or takes it away, and tells the watchers.
  void ToggleTool();
  void TogglePrompt();

  bw::tool_service::v1::WatchCatalogueResponse Revisions() const;
  /// A stream of Revisions(): now, and whenever they change. Owned by gRPC.
  grpc::ServerWriteReactor<bw::tool_service::v1::WatchCatalogueResponse>* Watch();

 private:
  class Watcher;
  void TellWatchers();

  std::atomic<unsigned> tools_revision_{0};
  std::atomic<unsigned> prompts_revision_{0};
  std::mutex mutex_;
  std::set<Watcher*> watchers_;  // guarded by mutex_
};

}  // namespace bw::conformance

// Looks from time to time whether documents changed, without ever keeping a caller waiting.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "common/clock/scheduler.h"
#include "common/worker/pool.h"
#include "tool-service/openapi/document_sources.h"
#include "tool-service/openapi/live_documents.h"

namespace bw::tool_service {

/// Thread-safe. Begins nothing new after Stop; an answer that comes later is ignored, so that the
/// HTTP client may be destroyed between Stop and the destructor.
class CatalogueRefresher {
 public:
  struct Options {
    SourceFolders folders;
    /// Between the end of one look and the next; 0: only what Start fetches.
    std::chrono::milliseconds interval{0};
  };
  /// Run on the refresher's own thread, one at a time.
  struct Hooks {
    std::function<void(CollectedDocuments)> apply;
    std::function<void(const LiveDocuments::Outcome&)> fetched;
  };

  /// `live` may be null; it and `scheduler` outlive the refresher's work, which Stop ends.
  CatalogueRefresher(Options options, const LiveDocuments* live, Scheduler& scheduler, Hooks hooks);
  ~CatalogueRefresher();

  /// What is there now; for the start. Blocks for the disk.
  CollectedDocuments Collect() const;
  /// Fetches the live documents at once, if there are any, and looks again at each interval.
  void Start();
  /// Waits for a look that is under way; idempotent.
  void Stop();

 private:
  void ScheduleNext();
  void Begin();
  void Submit(std::function<void()> work);
  void Apply();

  const Options options_;
  const LiveDocuments* const live_;
  Scheduler& scheduler_;
  const Hooks hooks_;
  std::mutex mutex_;  // guards all below
  Scheduler::Id timer_ = 0;
  bool stopped_ = false;
  std::unique_ptr<worker::Pool> pool_;
};

}  // namespace bw::tool_service

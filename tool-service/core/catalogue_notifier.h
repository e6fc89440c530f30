// Tells whoever watches that tools, prompts or resources may have changed, and how they stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/status/status.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/selection.h"

namespace bw::tool_service {

/// Equal revisions: no client sees a change, whatever its selection.
struct CatalogueRevisions {
  std::string tools;
  std::string prompts;
  std::string resources;

  bool operator==(const CatalogueRevisions&) const = default;
};

/// Credentials are no part of them: every tool is listed without any and says then what to set.
CatalogueRevisions RevisionsOf(const Catalogue& catalogue, const SelectionPolicy& policy);

/// Thread-safe. It stores no revisions: a watcher that is told to look reads how things stand at
/// that moment, so that changes at the same time cannot leave it with the older one.
class CatalogueNotifier {
 public:
  /// The replicas of the gateway hold one each.
  static constexpr std::size_t kMaxWatchers = 1'000;

  using Read = std::function<CatalogueRevisions()>;
  /// Runs on the thread that made the change; must not block. May run once more after Unwatch.
  using Look = std::function<void()>;

  explicit CatalogueNotifier(Read read, std::size_t max_watchers = kMaxWatchers);

  CatalogueRevisions Current() const { return read_(); }
  /// To be called after every change, and at will: who sees no difference says nothing.
  void Changed();
  /// The id for Unwatch. RESOURCE_EXHAUSTED beyond the limit, UNAVAILABLE after Close.
  StatusOr<std::uint64_t> Watch(Look look);
  void Unwatch(std::uint64_t id);
  std::size_t watchers() const;

  /// The service is stopping: every watcher looks once more and finds it closed. Idempotent.
  void Close();
  bool closed() const;

 private:
  void TellAll();

  const Read read_;
  const std::size_t max_watchers_;
  mutable std::mutex mutex_;  // guards all below
  bool closed_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::shared_ptr<const Look>> watchers_;
};

}  // namespace bw::tool_service

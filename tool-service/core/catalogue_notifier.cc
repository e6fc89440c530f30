#include "tool-service/core/catalogue_notifier.h"

#include <utility>
#include <vector>

#include "tool-service/core/prompts.h"
#include "tool-service/core/resources.h"

namespace bw::tool_service {

CatalogueRevisions RevisionsOf(const Catalogue& catalogue, const SelectionPolicy& policy) {
  const std::string chosen = policy.Fingerprint();
  const auto loaded = [&catalogue](std::string_view tool) {
    return catalogue.Find(tool) != nullptr;
  };
  CatalogueRevisions revisions;
  revisions.tools = RevisionOf(chosen + catalogue.revision());
  revisions.prompts = RevisionOf(chosen + Prompts::Revision(loaded));
  revisions.resources = Resources::Revision();
  return revisions;
}

CatalogueNotifier::CatalogueNotifier(Read read, std::size_t max_watchers)
    : read_(std::move(read)), max_watchers_(max_watchers) {}

void CatalogueNotifier::Changed() { TellAll(); }

StatusOr<std::uint64_t> CatalogueNotifier::Watch(Look look) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Unavailable("the service is stopping");
  if (watchers_.size() >= max_watchers_) {
    return ResourceExhausted("the catalogue has " + std::to_string(max_watchers_) +
                             " watchers already");
  }
  watchers_.emplace(++last_id_, std::make_shared<const Look>(std::move(look)));
  return last_id_;
}

void CatalogueNotifier::Unwatch(std::uint64_t id) {
  std::shared_ptr<const Look> dropped;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  const auto found = watchers_.find(id);
  if (found == watchers_.end()) return;
  dropped = std::move(found->second);
  watchers_.erase(found);
}

std::size_t CatalogueNotifier::watchers() const {
  const std::lock_guard lock(mutex_);
  return watchers_.size();
}

void CatalogueNotifier::Close() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
  }
  TellAll();
}

bool CatalogueNotifier::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void CatalogueNotifier::TellAll() {
  std::vector<std::shared_ptr<const Look>> looks;
  {
    const std::lock_guard lock(mutex_);
    looks.reserve(watchers_.size());
    for (const auto& [id, look] : watchers_) looks.push_back(look);
  }
  for (const auto& look : looks) (*look)();
}

}  // namespace bw::tool_service

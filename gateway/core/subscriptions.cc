#include "gateway/core/subscriptions.h"

#include <algorithm>

#include "gateway/core/event_resources.h"

namespace bw::gateway {
namespace {

// In the order of News.
constexpr std::string_view kMethods[] = {
    "notifications/resources/updated",
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/resources/list_changed",
};

// A subscription made on another replica is known here within a fraction of this.
constexpr std::chrono::milliseconds kRecent{2'000};
constexpr std::size_t kMaxRecent = 1024;

struct ListRow {
  News news;
  bool Interests::*wanted;
  std::string CatalogueRevisions::*revision;
};
constexpr ListRow kLists[] = {
    {News::kToolsChanged, &Interests::tools, &CatalogueRevisions::tools},
    {News::kPromptsChanged, &Interests::prompts, &CatalogueRevisions::prompts},
    {News::kResourcesChanged, &Interests::resources, &CatalogueRevisions::resources},
};

Status AtMost(std::size_t limit, std::string_view what) {
  return ResourceExhausted("at most " + std::to_string(limit) + " " + std::string(what));
}

}  // namespace

std::string_view MethodOf(News news) { return kMethods[static_cast<int>(news)]; }

Status Subscriptions::CheckLimits(const StreamOwner& owner, std::size_t uris) const {
  if (ended_) return Unavailable("the server is shutting down");
  if (streams_.size() >= limits_.max_streams) {
    return AtMost(limits_.max_streams, "streams are served here");
  }
  if (uris > limits_.max_uris_per_stream) {
    return AtMost(limits_.max_uris_per_stream, "resources on one stream");
  }
  const auto found = usage_.find(owner.principal);
  const Usage used = found == usage_.end() ? Usage{} : found->second;
  if (used.streams >= limits_.max_streams_per_principal) {
    return AtMost(limits_.max_streams_per_principal, "streams of one principal");
  }
  if (used.uris + uris > limits_.max_uris_per_principal) {
    return AtMost(limits_.max_uris_per_principal, "subscriptions of one principal");
  }
  if (!tenants_.contains(owner.tenant) && tenants_.size() >= limits_.max_tenants) {
    return AtMost(limits_.max_tenants, "tenants with streams");
  }
  return OkStatus();
}

Subscriptions::Tenant* Subscriptions::FindTenant(const std::string& name) {
  const auto found = tenants_.find(name);
  return found == tenants_.end() ? nullptr : found->second.get();
}

Subscriptions::Tenant& Subscriptions::FindOrAddTenant(const std::string& name) {
  auto& tenant = tenants_[name];
  if (tenant == nullptr) {
    tenant = std::make_unique<Tenant>();
    tenant->idle_since = clock_.Steady();
  }
  return *tenant;
}

Subscriptions::Missing Subscriptions::Want(Tenant& tenant, bool events) {
  const Missing missing{!std::exchange(tenant.catalogue_wanted, true),
                        events && !tenant.events_wanted};
  tenant.events_wanted = tenant.events_wanted || events;
  if (missing.catalogue || missing.events) ++tenant.starting;
  return missing;
}

void Subscriptions::Index(Tenant& tenant, Stream& stream) {
  for (const ListRow& row : kLists) {
    if (stream.interests.*row.wanted) tenant.by_list[static_cast<int>(row.news)].insert(&stream);
  }
  for (const std::string& uri : stream.interests.uris) tenant.by_uri[uri].insert(&stream);
  ++tenant.streams;
}

void Subscriptions::Unindex(Tenant& tenant, Stream& stream) {
  for (Streams& streams : tenant.by_list) streams.erase(&stream);
  for (const std::string& uri : stream.interests.uris) {
    const auto found = tenant.by_uri.find(uri);
    found->second.erase(&stream);
    if (found->second.empty()) tenant.by_uri.erase(found);
  }
  --tenant.streams;
}

Status Subscriptions::Open(const StreamOwner& owner, Interests interests,
                           std::shared_ptr<Subscriber> subscriber) {
  Missing missing;
  bool fed = false;
  {
    const std::lock_guard lock(mutex_);
    const Status fits = CheckLimits(owner, interests.uris.size());
    if (!fits.ok()) {
      observer_.StreamRefused(owner.kind);
      return fits;
    }
    Usage& used = usage_[owner.principal];
    ++used.streams;
    used.uris += interests.uris.size();
    observer_.StreamOpened(owner.kind);
    observer_.SubscriptionsChanged(static_cast<int>(interests.uris.size()));
    auto stream = std::make_unique<Stream>();
    stream->subscriber = subscriber;
    stream->owner = owner;
    stream->interests = std::move(interests);
    Tenant& tenant = FindOrAddTenant(owner.tenant);
    Index(tenant, *stream);
    streams_.emplace(subscriber.get(), std::move(stream));
    missing = Want(tenant, /*events=*/true);
    fed = tenant.fed;
    if (!fed) tenant.waiting.push_back([this, subscriber] { OpenStream(subscriber); });
  }
  if (fed) OpenStream(subscriber);
  WatchTenant(owner.tenant, missing);
  return OkStatus();
}

void Subscriptions::OpenStream(const std::shared_ptr<Subscriber>& subscriber) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(subscriber.get());
    if (found == streams_.end() || found->second->state != State::kWaiting) return;
    found->second->state = State::kOpening;
  }
  subscriber->Opened();
  std::vector<Telling> early;
  bool ends = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(subscriber.get());
    if (found == streams_.end()) return;
    Stream& stream = *found->second;
    stream.state = State::kOpen;
    ends = stream.ends_once_open;
    for (const auto& [news, uri] : stream.early) early.push_back({subscriber, news, uri});
    stream.early.clear();
    if (ends) Forget(*subscriber);
  }
  TellAll(early);
  if (ends) subscriber->ServerEnds();
}

void Subscriptions::Forget(const Subscriber& subscriber) {
  const auto found = streams_.find(&subscriber);
  if (found == streams_.end()) return;
  Stream& stream = *found->second;
  const StreamOwner& owner = stream.owner;
  Tenant& tenant = *tenants_.at(owner.tenant);
  Unindex(tenant, stream);
  if (tenant.streams == 0) {
    tenant.idle_since = clock_.Steady();
    ScheduleSweep(owner.tenant, tenant, limits_.linger);
  }
  Usage& used = usage_.at(owner.principal);
  used.uris -= stream.interests.uris.size();
  if (--used.streams == 0) usage_.erase(owner.principal);
  observer_.StreamEnded(owner.kind);
  observer_.SubscriptionsChanged(-static_cast<int>(stream.interests.uris.size()));
  streams_.erase(found);
}

void Subscriptions::Leave(const Subscriber& subscriber) {
  // Dropped without the lock: it may be the last reference.
  std::shared_ptr<Subscriber> kept;
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(&subscriber);
  if (found != streams_.end()) kept = found->second->subscriber;
  Forget(subscriber);
}

void Subscriptions::AddUri(const Subscriber& subscriber, const std::string& uri) {
  std::vector<Telling> missed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(&subscriber);
    if (found == streams_.end()) return;
    Stream& stream = *found->second;
    if (!stream.interests.uris.insert(uri).second) return;
    Tenant& tenant = *tenants_.at(stream.owner.tenant);
    tenant.by_uri[uri].insert(&stream);
    ++usage_.at(stream.owner.principal).uris;
    observer_.SubscriptionsChanged(1);
    if (IsRecent(tenant, uri)) Collect(stream, News::kResourceUpdated, uri, missed);
  }
  TellAll(missed);
}

void Subscriptions::RemoveUri(const Subscriber& subscriber, const std::string& uri) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(&subscriber);
  if (found == streams_.end()) return;
  Stream& stream = *found->second;
  if (stream.interests.uris.erase(uri) == 0) return;
  stream.early.erase({News::kResourceUpdated, uri});
  Tenant& tenant = *tenants_.at(stream.owner.tenant);
  const auto indexed = tenant.by_uri.find(uri);
  indexed->second.erase(&stream);
  if (indexed->second.empty()) tenant.by_uri.erase(indexed);
  --usage_.at(stream.owner.principal).uris;
  observer_.SubscriptionsChanged(-1);
}

void Subscriptions::Collect(Stream& stream, News news, const std::string& uri,
                            std::vector<Telling>& out) {
  if (stream.state == State::kOpen) {
    out.push_back({stream.subscriber, news, uri});
  } else {
    stream.early.emplace(news, uri);
  }
}

void Subscriptions::TellAll(const std::vector<Telling>& tellings) {
  for (const Telling& telling : tellings) {
    telling.subscriber->Tell(telling.news, telling.uri);
    observer_.Notified(telling.news);
  }
}

void Subscriptions::Remember(Tenant& tenant, const std::string& uri) {
  const auto now = clock_.Steady();
  auto& recent = tenant.recent;
  while (!recent.empty() && (recent.size() >= kMaxRecent || now - recent.front().first > kRecent)) {
    recent.pop_front();
  }
  recent.emplace_back(now, uri);
}

bool Subscriptions::IsRecent(const Tenant& tenant, const std::string& uri) const {
  const auto now = clock_.Steady();
  return std::any_of(tenant.recent.begin(), tenant.recent.end(), [&](const auto& entry) {
    return entry.second == uri && now - entry.first <= kRecent;
  });
}

void Subscriptions::WhenFed(const std::string& tenant_name, std::function<void()> then) {
  Missing missing;
  bool now = false;
  {
    const std::lock_guard lock(mutex_);
    const bool known = tenants_.contains(tenant_name);
    now = ended_ || (!known && tenants_.size() >= limits_.max_tenants);
    if (!now) {
      Tenant& tenant = FindOrAddTenant(tenant_name);
      missing = Want(tenant, /*events=*/true);
      now = tenant.fed;
      if (!now) tenant.waiting.push_back(std::exchange(then, nullptr));
      ScheduleSweep(tenant_name, tenant, limits_.linger);
    }
  }
  if (now) then();
  WatchTenant(tenant_name, missing);
}

void Subscriptions::KeepLists(const std::string& tenant_name) {
  Missing missing;
  {
    const std::lock_guard lock(mutex_);
    const bool known = tenants_.contains(tenant_name);
    if (ended_ || (!known && tenants_.size() >= limits_.max_tenants)) return;
    Tenant& tenant = FindOrAddTenant(tenant_name);
    tenant.idle_since = clock_.Steady();
    missing = Want(tenant, /*events=*/false);
    ScheduleSweep(tenant_name, tenant, limits_.linger);
  }
  WatchTenant(tenant_name, missing);
}

void Subscriptions::WatchTenant(const std::string& name, Missing missing) {
  if (!missing.catalogue && !missing.events) return;
  std::unique_ptr<Watch> catalogue;
  std::unique_ptr<Watch> events;
  if (missing.catalogue) {
    catalogue = provider_.WatchCatalogue(
        name, [this, name](const CatalogueRevisions& revisions) { CatalogueIs(name, revisions); });
  }
  if (missing.events) WatchEvents(name, events);
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant != nullptr && !ended_) {
      --tenant->starting;
      if (events != nullptr) tenant->events = std::move(events);
      if (catalogue != nullptr) tenant->catalogue = std::move(catalogue);
    }
  }
  // Here the watches are dropped, without the lock, if the server ended meanwhile.
}

void Subscriptions::WatchEvents(const std::string& name, std::unique_ptr<Watch>& watch) {
  if (events_ != nullptr) {
    watch = events_->WatchEvents(
        name, {[this, name](bool continuous) { EventsStand(name, continuous); },
               [this, name](const std::vector<FeedEvent>& batch) { EventsHappened(name, batch); },
               [this, name](const Status& why) { EventsBroke(name, why); }});
  }
  scheduler_.After(limits_.feed_patience, [this, name] { Fed(name, true); });
  Fed(name, false);
}

void Subscriptions::Fed(const std::string& name, bool anyway) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant == nullptr) return;
    const bool stand = (events_ == nullptr || tenant->events_stand) && tenant->revisions;
    tenant->fed = tenant->fed || stand || anyway;
    if (!tenant->fed) return;
    waiting.swap(tenant->waiting);
  }
  for (const auto& then : waiting) then();
}

void Subscriptions::EventsStand(const std::string& name, bool continuous) {
  std::vector<Telling> tellings;
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant == nullptr) return;
    tenant->events_stand = true;
    tenant->events_broken = false;
    if (!continuous) {
      // Who is open already may have missed anything; who is not open yet reads afterwards.
      for (const auto& [uri, streams] : tenant->by_uri) {
        for (Stream* stream : streams) {
          if (stream->state != State::kOpen) continue;
          Collect(*stream, News::kResourceUpdated, uri, tellings);
        }
      }
    }
  }
  TellAll(tellings);
  Fed(name, false);
}

void Subscriptions::EventsBroke(const std::string& name, const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant == nullptr) return;
    // Each further attempt that fails is of the same break.
    if (!std::exchange(tenant->events_broken, true)) observer_.FeedBroken("events", why);
  }
  Fed(name, true);
}

void Subscriptions::EventsHappened(const std::string& name, const std::vector<FeedEvent>& events) {
  std::set<std::string> uris;
  for (const FeedEvent& event : events) {
    for (std::string& uri : UrisOf(event)) uris.insert(std::move(uri));
  }
  std::vector<Telling> tellings;
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant == nullptr) return;
    for (const std::string& uri : uris) {
      Remember(*tenant, uri);
      const auto found = tenant->by_uri.find(uri);
      if (found == tenant->by_uri.end()) continue;
      for (Stream* stream : found->second) {
        Collect(*stream, News::kResourceUpdated, uri, tellings);
      }
    }
  }
  TellAll(tellings);
}

void Subscriptions::CatalogueIs(const std::string& name, const CatalogueRevisions& revisions) {
  std::optional<CatalogueRevisions> before;
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant == nullptr) return;
    before = std::exchange(tenant->revisions, revisions);
  }
  // How things stand at first is no change to tell of, but lists may be older than the watch.
  if (!before) {
    if (before_lists_changed_) before_lists_changed_(name);
    return Fed(name, false);
  }
  if (*before == revisions) return;
  if (before_lists_changed_) before_lists_changed_(name);
  std::vector<Telling> tellings;
  {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = FindTenant(name);
    if (tenant == nullptr) return;
    for (const ListRow& row : kLists) {
      if ((*before).*row.revision == revisions.*row.revision) continue;
      for (Stream* stream : tenant->by_list[static_cast<int>(row.news)]) {
        Collect(*stream, row.news, {}, tellings);
      }
    }
  }
  TellAll(tellings);
}

void Subscriptions::ScheduleSweep(const std::string& name, Tenant& tenant,
                                  std::chrono::milliseconds delay) {
  if (std::exchange(tenant.sweep_scheduled, true)) return;
  scheduler_.After(delay, [this, name] { Sweep(name); });
}

void Subscriptions::Sweep(const std::string& name) {
  // Dropped without the lock, which its functions take.
  std::unique_ptr<Tenant> idle;
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(name);
  if (found == tenants_.end()) return;
  Tenant& tenant = *found->second;
  tenant.sweep_scheduled = false;
  if (tenant.streams > 0) return;  // the last one to leave schedules it again
  if (tenant.starting > 0 || !tenant.waiting.empty()) {
    return ScheduleSweep(name, tenant, limits_.linger);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(tenant.idle_since +
                                                                 limits_.linger - clock_.Steady());
  if (left.count() > 0) return ScheduleSweep(name, tenant, left);
  idle = std::move(found->second);
  tenants_.erase(found);
}

void Subscriptions::EndAll() {
  std::vector<std::shared_ptr<Subscriber>> waiting;
  std::vector<std::shared_ptr<Subscriber>> open;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const auto& [key, stream] : streams_) {
      stream->ends_once_open = true;
      if (stream->state == State::kWaiting) waiting.push_back(stream->subscriber);
      if (stream->state == State::kOpen) open.push_back(stream->subscriber);
    }
    for (const auto& subscriber : open) Forget(*subscriber);
  }
  for (const auto& subscriber : open) subscriber->ServerEnds();
  // What it hears first must come first even now.
  for (const auto& subscriber : waiting) OpenStream(subscriber);
}

void Subscriptions::Stop() {
  EndAll();
  std::vector<std::unique_ptr<Watch>> watches;
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, tenant] : tenants_) {
      watches.push_back(std::move(tenant->events));
      watches.push_back(std::move(tenant->catalogue));
      for (auto& then : tenant->waiting) waiting.push_back(std::move(then));
      tenant->waiting.clear();
      tenant->fed = true;
    }
  }
  watches.clear();
  for (const auto& then : waiting) then();
}

std::size_t Subscriptions::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

}  // namespace bw::gateway

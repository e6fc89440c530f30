#include "gateway/core/session_directory.h"

#include <algorithm>
#include <optional>

#include "common/json/json.h"

namespace bw::gateway {
namespace {

constexpr std::string_view kPrefix = "session/";
constexpr std::string_view kSubscription = "sub/";
constexpr std::string_view kEnded = "ended";
constexpr std::string_view kLevel = "level";
constexpr std::string_view kStream = "stream";
constexpr std::chrono::milliseconds kMinTtl{1'000};
constexpr std::chrono::milliseconds kMaxTtl = std::chrono::hours(31 * 24);
// Looking through all sessions for old ones is for when there is no room, and not each time.
constexpr std::chrono::milliseconds kPurgeInterval{60'000};

std::string KeyOf(const std::string& digest, const std::string& name) {
  return std::string(kPrefix) + digest + "/" + name;
}

std::string NameOf(std::string_view uri) { return std::string(kSubscription).append(uri); }

std::string Encode(const SessionRef& session, const std::string& value) {
  return json::Dump(
      {{"principal", session.principal}, {"value", value}, {"expires_ms", session.expires_ms}});
}

struct Told {
  SessionRef session;
  std::string name;
  /// nullopt: removed.
  std::optional<std::string> value;
};

// nullopt for keys and values that are not ours.
std::optional<Told> Decode(const SharedState::Entry& entry) {
  std::string_view rest = entry.key;
  if (!rest.starts_with(kPrefix)) return std::nullopt;
  rest.remove_prefix(kPrefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Told told;
  told.session.digest = rest.substr(0, slash);
  told.session.tenant = entry.tenant;
  told.name = rest.substr(slash + 1);
  if (entry.value.empty()) return told;
  const auto document = json::Parse(entry.value);
  const auto value = document.ok() ? json::GetString(*document, "value") : std::nullopt;
  if (!value) return std::nullopt;
  told.session.principal = json::StringOr(*document, "principal");
  told.session.expires_ms = json::GetInt(*document, "expires_ms").value_or(0);
  told.value = std::string(*value);
  return told;
}

Status AtMost(std::size_t limit, std::string_view what) {
  return ResourceExhausted("at most " + std::to_string(limit) + " " + std::string(what));
}

}  // namespace

SessionDirectory::SessionDirectory(SharedState* shared, const Clock& clock, PushObserver& observer,
                                   DirectoryLimits limits)
    : shared_(shared), clock_(clock), observer_(observer), limits_(limits) {}

SessionDirectory::~SessionDirectory() { Stop(); }

void SessionDirectory::Start() {
  if (shared_ == nullptr) return;
  watch_ = shared_->WatchPrefix(
      std::string(kPrefix),
      {[this](std::vector<SharedState::Entry> entries) { Changed(std::move(entries)); },
       [this] { Current(); }, [this](const Status& why) { Broken(why); }});
}

void SessionDirectory::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  watch_.reset();
}

void SessionDirectory::Tell(const std::vector<News>& news) {
  for (const News& item : news) {
    if (item.over) {
      item.follower->Over();
    } else {
      item.follower->SubscriptionsChanged();
    }
  }
}

Status SessionDirectory::CheckLimits(const SessionRef& session, bool adds_uri) const {
  const auto found = sessions_.find(session.digest);
  const auto used = usage_.find(session.principal);
  const Usage usage = used == usage_.end() ? Usage{} : used->second;
  if (found == sessions_.end()) {
    if (sessions_.size() - ended_ >= limits_.max_sessions) {
      return AtMost(limits_.max_sessions, "sessions with subscriptions, levels or streams");
    }
    if (usage.sessions >= limits_.max_sessions_per_principal) {
      return AtMost(limits_.max_sessions_per_principal,
                    "sessions of one principal with subscriptions, levels or streams");
    }
  } else if (found->second.ended) {
    return NotFound("the session has ended");
  }
  if (!adds_uri) return OkStatus();
  const std::size_t uris = found == sessions_.end() ? 0 : found->second.uris;
  if (uris >= limits_.max_uris_per_session) {
    return AtMost(limits_.max_uris_per_session, "subscriptions of one session");
  }
  if (usage.uris >= limits_.max_uris_per_principal) {
    return AtMost(limits_.max_uris_per_principal, "subscriptions of one principal");
  }
  return OkStatus();
}

SessionDirectory::Entry& SessionDirectory::FindOrAdd(const SessionRef& session) {
  const auto [found, added] = sessions_.try_emplace(session.digest);
  if (added) {
    found->second.ref = session;
    ++usage_[session.principal].sessions;
  }
  return found->second;
}

void SessionDirectory::Set(Entry& entry, const std::string& name, Fact fact,
                           std::vector<News>& news) {
  const auto [found, added] = entry.facts.insert_or_assign(name, std::move(fact));
  if (!added || !name.starts_with(kSubscription)) return;
  ++entry.uris;
  ++usage_[entry.ref.principal].uris;
  if (auto follower = entry.claim.follower.lock()) news.push_back({std::move(follower)});
}

void SessionDirectory::Remove(Entry& entry, const std::string& name, std::vector<News>& news) {
  if (entry.facts.erase(name) == 0 || !name.starts_with(kSubscription)) return;
  --entry.uris;
  --usage_[entry.ref.principal].uris;
  if (auto follower = entry.claim.follower.lock()) news.push_back({std::move(follower)});
}

void SessionDirectory::MarkEnded(Entry& entry, std::vector<News>& news) {
  Usage& usage = usage_[entry.ref.principal];
  usage.uris -= entry.uris;
  if (--usage.sessions == 0) usage_.erase(entry.ref.principal);
  entry.ended = true;
  entry.uris = 0;
  entry.facts.clear();
  if (auto follower = entry.claim.follower.lock()) news.push_back({std::move(follower), true});
  entry.claim = {};
  ++ended_;
  ended_order_.push_back(entry.ref.digest);
  if (ended_order_.size() <= limits_.max_ended) return;
  const auto oldest = sessions_.find(ended_order_.front());
  if (oldest != sessions_.end() && oldest->second.ended) {
    sessions_.erase(oldest);
    --ended_;
  }
  ended_order_.pop_front();
}

void SessionDirectory::DropIfEmpty(const std::string& digest) {
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return;
  const Entry& entry = found->second;
  if (!entry.facts.empty() || !entry.claim.stream_id.empty()) return;
  if (entry.ended) {
    --ended_;
  } else {
    const auto usage = usage_.find(entry.ref.principal);
    if (--usage->second.sessions == 0) usage_.erase(usage);
  }
  sessions_.erase(found);
}

void SessionDirectory::HearOfStream(Entry& entry, const std::string& stream_id,
                                    std::vector<News>& news) {
  Claim& claim = entry.claim;
  if (claim.stream_id.empty()) return;
  if (claim.stream_id == stream_id) {
    claim.confirmed = true;
  } else if (claim.confirmed) {
    if (auto follower = claim.follower.lock()) news.push_back({std::move(follower), true});
    claim = {};
  }
}

void SessionDirectory::Learn(const SharedState::Entry& entry_told, std::vector<News>& news) {
  auto told = Decode(entry_told);
  if (!told) return;
  const std::string digest = told->session.digest;
  const auto found = sessions_.find(digest);
  if (!told->value) {
    if (found == sessions_.end()) return;
    const auto fact = found->second.facts.find(told->name);
    if (fact == found->second.facts.end() || fact->second.in_flight) return;
    Remove(found->second, told->name, news);
    return DropIfEmpty(digest);
  }
  if (found != sessions_.end() && found->second.ended) {
    if (told->name == kEnded) found->second.facts[told->name].generation = generation_;
    return;
  }
  if (told->name != kEnded && found == sessions_.end() &&
      sessions_.size() - ended_ >= limits_.max_sessions) {
    return observer_.StateNotShared(
        AtMost(limits_.max_sessions, "sessions with subscriptions, levels or streams"));
  }
  Entry& entry = FindOrAdd(told->session);
  const Fact fact{*told->value, generation_, true, false};
  if (told->name == kEnded) {
    MarkEnded(entry, news);
    const auto kept = sessions_.find(digest);
    if (kept != sessions_.end()) kept->second.facts[told->name] = fact;
    return;
  }
  if (told->name == kStream) HearOfStream(entry, *told->value, news);
  const auto known = entry.facts.find(told->name);
  const bool newer_here =
      known != entry.facts.end() && known->second.in_flight && known->second.value != *told->value;
  if (!newer_here) Set(entry, told->name, fact, news);
}

void SessionDirectory::Changed(std::vector<SharedState::Entry> entries) {
  std::vector<News> news;
  {
    const std::lock_guard lock(mutex_);
    for (const SharedState::Entry& entry : entries) Learn(entry, news);
  }
  Tell(news);
}

void SessionDirectory::Current() {
  struct Lost {
    SessionRef session;
    std::string name;
    std::string value;
  };
  std::vector<News> news;
  std::vector<Lost> unshared;
  {
    const std::lock_guard lock(mutex_);
    broken_ = false;
    std::vector<std::string> changed;
    for (auto& [digest, entry] : sessions_) {
      std::vector<std::string> gone;
      for (auto& [name, fact] : entry.facts) {
        if (fact.shared && fact.generation < generation_) gone.push_back(name);
        if (fact.shared || fact.in_flight) continue;
        fact.in_flight = true;
        unshared.push_back({entry.ref, name, fact.value});
      }
      for (const std::string& name : gone) Remove(entry, name, news);
      if (!gone.empty()) changed.push_back(digest);
    }
    for (const std::string& digest : changed) DropIfEmpty(digest);
  }
  Tell(news);
  // What only this replica knew while the shared state was away.
  for (const Lost& lost : unshared) {
    Put(lost.session, lost.name, lost.value, [](const Status&) {});
  }
}

void SessionDirectory::Broken(const Status& why) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(broken_, true)) observer_.FeedBroken("state", why);
  ++generation_;
  // What will be told next is of a later moment than these claims.
  for (auto& [digest, entry] : sessions_) {
    if (entry.claim.put) entry.claim.confirmed = true;
  }
}

void SessionDirectory::Put(const SessionRef& session, const std::string& name,
                           const std::string& value, Done done) {
  bool alone = shared_ == nullptr;
  {
    const std::lock_guard lock(mutex_);
    alone = alone || stopped_;
  }
  if (alone) {
    PutDone(session.digest, name, value, OkStatus());
    return done(OkStatus());
  }
  SharedState::Entry entry{session.tenant, KeyOf(session.digest, name),
                           value.empty() ? std::string() : Encode(session, value)};
  const std::chrono::milliseconds left(session.expires_ms - clock_.NowMs());
  shared_->Put(
      std::move(entry), std::clamp(left, kMinTtl, kMaxTtl),
      [this, digest = session.digest, name, value, done = std::move(done)](const Status& status) {
        PutDone(digest, name, value, status);
        done(OkStatus());
      });
}

void SessionDirectory::PutDone(const std::string& digest, const std::string& name,
                               const std::string& value, const Status& status) {
  if (!status.ok()) observer_.StateNotShared(status);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return;
  Claim& claim = found->second.claim;
  if (name == kStream && claim.stream_id == value) {
    claim.put = status.ok();
    if (!status.ok() || shared_ == nullptr) claim.confirmed = true;
  }
  const auto fact = found->second.facts.find(name);
  if (fact == found->second.facts.end() || fact->second.value != value) return;
  fact->second.in_flight = false;
  fact->second.shared = status.ok() && shared_ != nullptr;
  if (status.ok()) fact->second.generation = generation_;
}

void SessionDirectory::Change(const SessionRef& session, const std::string& name,
                              const std::string& value, Done done) {
  std::vector<News> news;
  Status allowed = OkStatus();
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session.digest);
    const bool known = found != sessions_.end() && found->second.facts.contains(name);
    if (value.empty()) {
      if (known) Remove(found->second, name, news);
      DropIfEmpty(session.digest);
    } else {
      const bool adds_uri = name.starts_with(kSubscription) && !known;
      allowed = CheckLimits(session, adds_uri);
      if (!allowed.ok()) {
        PurgeExpired();
        allowed = CheckLimits(session, adds_uri);
      }
      if (allowed.ok()) Set(FindOrAdd(session), name, {value, generation_, false, true}, news);
    }
  }
  if (!allowed.ok()) return done(allowed);
  Tell(news);
  Put(session, name, value, std::move(done));
}

void SessionDirectory::PurgeExpired() {
  const auto now = clock_.Steady();
  if (now < next_purge_) return;
  next_purge_ = now + kPurgeInterval;
  const std::int64_t now_ms = clock_.NowMs();
  std::vector<std::string> expired;
  for (auto& [digest, entry] : sessions_) {
    if (entry.ref.expires_ms > now_ms || !entry.claim.stream_id.empty()) continue;
    expired.push_back(digest);
  }
  for (const std::string& digest : expired) {
    Entry& entry = sessions_.at(digest);
    if (!entry.ended) usage_.at(entry.ref.principal).uris -= entry.uris;
    entry.facts.clear();
    DropIfEmpty(digest);
  }
}

void SessionDirectory::SetLevel(const SessionRef& session, const std::string& level, Done done) {
  Change(session, std::string(kLevel), level, std::move(done));
}

void SessionDirectory::Subscribe(const SessionRef& session, const std::string& uri, Done done) {
  Change(session, NameOf(uri), "1", std::move(done));
}

void SessionDirectory::Unsubscribe(const SessionRef& session, const std::string& uri, Done done) {
  Change(session, NameOf(uri), {}, std::move(done));
}

void SessionDirectory::End(const SessionRef& session, Done done) {
  const std::string ended(kEnded);
  std::vector<News> news;
  std::vector<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = FindOrAdd(session);
    for (const auto& [name, fact] : entry.facts) names.push_back(name);
    if (!entry.ended) MarkEnded(entry, news);
    const auto kept = sessions_.find(session.digest);
    if (kept != sessions_.end()) kept->second.facts[ended] = {"1", generation_, false, true};
  }
  Tell(news);
  Put(session, ended, "1", std::move(done));
  for (const std::string& name : names) {
    if (name != ended) Put(session, name, {}, [](const Status&) {});
  }
}

bool SessionDirectory::Ended(const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  return found != sessions_.end() && found->second.ended;
}

std::string SessionDirectory::LogLevel(const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return {};
  const auto fact = found->second.facts.find(std::string(kLevel));
  return fact == found->second.facts.end() ? std::string() : fact->second.value;
}

std::set<std::string> SessionDirectory::Uris(const std::string& digest) const {
  std::set<std::string> uris;
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return uris;
  for (const auto& [name, fact] : found->second.facts) {
    if (name.starts_with(kSubscription)) uris.insert(name.substr(kSubscription.size()));
  }
  return uris;
}

bool SessionDirectory::HasStream(const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  return found != sessions_.end() && found->second.facts.contains(std::string(kStream));
}

Status SessionDirectory::ClaimStream(const SessionRef& session, const std::string& stream_id,
                                     std::weak_ptr<Follower> follower) {
  std::vector<News> news;
  {
    const std::lock_guard lock(mutex_);
    Status allowed = CheckLimits(session, false);
    if (!allowed.ok()) {
      PurgeExpired();
      allowed = CheckLimits(session, false);
    }
    BW_RETURN_IF_ERROR(allowed);
    Entry& entry = FindOrAdd(session);
    if (auto before = entry.claim.follower.lock()) news.push_back({std::move(before), true});
    entry.claim = {stream_id, std::move(follower)};
    Set(entry, std::string(kStream), {stream_id, generation_, false, true}, news);
  }
  Tell(news);
  Put(session, std::string(kStream), stream_id, [](const Status&) {});
  return OkStatus();
}

void SessionDirectory::LeaveStream(const SessionRef& session, const std::string& stream_id) {
  const std::string stream(kStream);
  bool newest = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session.digest);
    if (found == sessions_.end()) return;
    Entry& entry = found->second;
    if (entry.claim.stream_id == stream_id) entry.claim = {};
    const auto fact = entry.facts.find(stream);
    newest = fact != entry.facts.end() && fact->second.value == stream_id;
    if (newest) entry.facts.erase(fact);
    DropIfEmpty(session.digest);
  }
  // Otherwise the entry is a later stream's.
  if (newest) Put(session, stream, {}, [](const Status&) {});
}

std::size_t SessionDirectory::sessions() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size() - ended_;
}

}  // namespace bw::gateway

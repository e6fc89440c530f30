// Where the keys of the authorization server come from: its JWK set, found through its metadata
// (RFC 8414, OpenID Connect Discovery), fetched without blocking and fetched again as they rotate.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/http_client/http_client.h"
#include "gateway/oauth/key_set.h"

namespace bw::gateway {

/// The URLs under which the metadata of `issuer` may be, in the order of trying (RFC 8414 §3.1 and
/// §5; 2026-07-28 basic/authorization, discovery).
std::vector<std::string> MetadataUrls(const std::string& issuer);

/// The URL of the keys in a metadata document. INVALID_ARGUMENT when the document is of another
/// issuer (RFC 8414 §3.3) or names none to be used.
StatusOr<std::string> KeysUrlOf(std::string_view metadata, const std::string& issuer);

/// Thread-safe. Keys that were had once stay in use while the server is away, up to `max_age`.
class KeySource : public std::enable_shared_from_this<KeySource> {
 public:
  struct Options {
    std::string issuer;
    /// Empty: found through the metadata, again after every failure.
    std::string keys_url;
    std::chrono::milliseconds refresh{300'000};
    /// The least time between two fetches, whoever wants them.
    std::chrono::milliseconds retry{10'000};
    std::chrono::milliseconds timeout{5'000};
    std::chrono::milliseconds max_age = std::chrono::hours(24);
    /// Requests that may wait for one fetch.
    std::size_t max_waiting = 1'000;
  };
  /// `clock`, `scheduler` and `crypto` outlive it.
  struct Dependencies {
    std::unique_ptr<http_client::HttpClient> client;
    const Clock& clock;
    Scheduler& scheduler;
    const TokenCrypto& crypto;
    /// Runs for every set of keys that comes into use (null: none is any more), before whoever
    /// waits for it.
    std::function<void(const Keys&)> changed;
    /// The number of keys fetched, or why none were.
    std::function<void(const StatusOr<std::size_t>&)> report;
  };
  using Done = std::function<void(StatusOr<Keys>)>;

  /// Begins to fetch.
  static std::shared_ptr<KeySource> Start(Options options, Dependencies dependencies);
  /// Ends what is under way; whoever waits is told. Nothing runs afterwards.
  void Stop();

  /// Null before the first.
  Keys keys() const;
  /// The keys after the next fetch, for somebody whom `seen` did not help: at once if there are
  /// others than `seen` already, or if the last fetch is too new for another. UNAVAILABLE while
  /// there are none, RESOURCE_EXHAUSTED when too many wait. `done` may run before this returns.
  void AwaitNewer(const Keys& seen, Done done);

 private:
  KeySource(Options options, Dependencies dependencies);

  bool MayFetch() const;
  void BeginFetch();
  void Get(const std::string& url, void (KeySource::*then)(StatusOr<std::string>));
  void TryMetadata();
  void OnMetadata(StatusOr<std::string> body);
  void FetchKeys();
  void OnKeys(StatusOr<std::string> body);
  void EndFetch(StatusOr<Keys> fetched);
  void ScheduleRefresh(std::chrono::milliseconds delay);
  void Refresh();

  const Options options_;
  const std::vector<std::string> metadata_urls_;
  const Clock& clock_;
  Scheduler& scheduler_;
  const TokenCrypto& crypto_;
  const std::function<void(const Keys&)> changed_;
  const std::function<void(const StatusOr<std::size_t>&)> report_;
  mutable std::mutex mutex_;  // guards all below
  std::unique_ptr<http_client::HttpClient> client_;
  Keys keys_;
  Status last_error_;
  std::chrono::steady_clock::time_point fetched_at_;
  std::optional<std::chrono::steady_clock::time_point> began_at_;
  bool fetching_ = false;
  std::string keys_url_;
  std::size_t next_metadata_url_ = 0;
  std::optional<Scheduler::Id> timer_;
  std::vector<Done> waiting_;
};

}  // namespace bw::gateway

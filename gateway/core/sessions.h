// Sessions of the legacy era (Mcp-Session-Id). The id is the session, sealed: every replica that
// holds the key can serve it and nothing is stored. Only a session's early end is remembered, here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "gateway/core/protocol.h"
#include "gateway/core/sealer.h"

namespace bw::gateway {

struct Session {
  Revision revision = kLatestLegacyRevision;
  /// Principal::Key() of who opened it; the id is worth nothing to anybody else.
  std::string principal;
  /// What may be asked of the client: what it declared at initialize, pruned
  /// (PruneCapabilities in client_capabilities.h); one JSON object.
  std::string capabilities_json = "{}";
  std::int64_t created_ms = 0;
};

struct SessionLimits {
  /// An older id is unknown; its client initializes again.
  std::chrono::milliseconds max_age = std::chrono::hours(7 * 24);
  /// Ended ids kept; beyond it the oldest is forgotten.
  std::size_t max_ended = 10'000;
  std::size_t max_id_bytes = 2048;
};

/// Thread-safe.
class Sessions {
 public:
  Sessions(const Clock& clock, Sealer& sealer, SessionLimits limits = {})
      : clock_(clock), sealer_(sealer), limits_(limits) {}

  /// The id of a new session; `created_ms` is set here. Visible ASCII.
  std::string Open(Session session);
  /// NOT_FOUND for an id that is forged, ended, too old or another principal's.
  StatusOr<Session> Find(std::string_view id, std::string_view principal) const;
  /// From now on NOT_FOUND. The id was found before.
  void End(std::string_view id);

 private:
  const Clock& clock_;
  Sealer& sealer_;
  const SessionLimits limits_;
  mutable std::mutex mutex_;  // guards ended_, ended_order_
  std::unordered_set<std::string> ended_;
  std::deque<std::string> ended_order_;
};

}  // namespace bw::gateway

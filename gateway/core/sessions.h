// Sessions of the legacy era (Mcp-Session-Id). The id is the session, sealed: every replica that
// holds the key can serve it and nothing is stored. What else is known of it, its early end
// included, is in the directory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "gateway/core/protocol.h"
#include "gateway/core/sealer.h"
#include "gateway/core/session_directory.h"

namespace bw::gateway {

struct Session {
  Revision revision = kLatestLegacyRevision;
  /// Principal::Key() of who opened it; the id is worth nothing to anybody else.
  std::string principal;
  /// What may be asked of the client: what it declared at initialize, pruned
  /// (PruneCapabilities in client_capabilities.h); one JSON object.
  std::string capabilities_json = "{}";
  std::int64_t created_ms = 0;
  /// Of its id; set by Sessions::Find.
  std::string digest;
};

struct SessionLimits {
  /// An older id is unknown; its client initializes again.
  std::chrono::milliseconds max_age = std::chrono::hours(7 * 24);
  std::size_t max_id_bytes = 2048;
};

/// Thread-safe.
class Sessions {
 public:
  /// All outlive it.
  Sessions(const Clock& clock, Sealer& sealer, const SessionDirectory& directory,
           SessionLimits limits = {})
      : clock_(clock), sealer_(sealer), directory_(directory), limits_(limits) {}

  /// The id of a new session; `created_ms` is set here. Visible ASCII.
  std::string Open(Session session);
  /// NOT_FOUND for an id that is forged, ended, too old or another principal's.
  StatusOr<Session> Find(std::string_view id, std::string_view principal) const;
  /// What the directory and requests call a session that was found.
  SessionRef RefOf(const Session& session, const std::string& tenant) const;

 private:
  const Clock& clock_;
  Sealer& sealer_;
  const SessionDirectory& directory_;
  const SessionLimits limits_;
};

}  // namespace bw::gateway

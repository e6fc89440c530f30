// What arrives on the Ingest stream and what is answered, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "common/status/status.h"
#include "event-store/core/store.h"

namespace bw::event_store {

/// A webhook to be kept; request.voice->may_hold is decided by the hub.
struct AppendItem {
  AppendRequest request;
  std::uint32_t hold_ms = 0;
};

/// The webhook with this identity is to be answered now.
struct ReleaseItem {
  std::string tenant;
  std::string identity;
};

struct IngestItem {
  std::uint64_t correlation_id = 0;
  /// The settle item is `Delivered` of the contract.
  std::variant<AppendItem, SettleRequest, ReleaseItem> item;
};

struct IngestOutcome {
  std::uint64_t correlation_id = 0;
  Status status;
  AppendResult result;
};

/// Where the outcomes of one stream go. Both may be called from any thread, one call at a time, and
/// must be quick.
class OutcomeSink {
 public:
  virtual ~OutcomeSink() = default;
  virtual void OnOutcome(IngestOutcome outcome) = 0;
  /// The session has room again, see IngestSession::HasRoom.
  virtual void OnRoom() = 0;
};

}  // namespace bw::event_store

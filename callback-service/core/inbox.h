// Recording what needs no document: messages and notifications. A webhook is acknowledged only when
// all of its events are durable.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "callback-service/core/call_ledger.h"
#include "callback-service/core/event.h"
#include "common/status/status.h"

namespace bw::callback_service {

struct InboxResult {
  /// OK: all are durable. INVALID_ARGUMENT: one can never be recorded, the rest are durable. Any
  /// other code: the platform should send the webhook again; what is durable already will be
  /// recognised.
  Status status;
  std::size_t duplicates = 0;
};

/// Records `events`; `done` runs exactly once, on any thread, possibly before this returns.
void RecordAll(CallLedger& ledger, std::vector<Event> events, std::chrono::milliseconds store_wait,
               std::function<void(InboxResult)> done);

}  // namespace bw::callback_service

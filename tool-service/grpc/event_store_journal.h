// EventJournal over the event store's gRPC contract.
#pragma once

#include <chrono>
#include <memory>

#include "tool-service/core/event_journal.h"

namespace grpc {
class Channel;
}

namespace bw::tool_service {

/// A call without wait that is not answered within this is given up.
inline constexpr std::chrono::milliseconds kStoreTimeout{10'000};
/// Added to wait_ms: an answer that is on its way when the wait ends still counts.
inline constexpr std::chrono::milliseconds kStoreWaitMargin{2'000};

/// Destruction cancels what is under way and waits until every `done` has returned; a call made
/// meanwhile is answered with CANCELLED.
std::unique_ptr<EventJournal> MakeEventStoreJournal(std::shared_ptr<grpc::Channel> channel);

}  // namespace bw::tool_service

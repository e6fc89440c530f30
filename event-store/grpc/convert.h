// The contract's messages as the values of core, and back.
#pragma once

#include <string>

#include "bw/event_store/v1/event_store.pb.h"
#include "common/status/status.h"
#include "event-store/core/event_watch.h"
#include "event-store/core/ingest.h"
#include "event-store/core/state_watch.h"
#include "event-store/core/store.h"

namespace bw::event_store {

// From messages. INVALID_ARGUMENT names the field that has no meaning or passes a limit.

/// Takes the item's contents; a failure still leaves its correlation id readable.
StatusOr<IngestItem> TakeItem(v1::IngestItem& item);
StatusOr<EventFilter> FilterOf(const v1::EventFilter& filter);
StatusOr<EventsRequest> EventsRequestOf(const std::string& tenant, const v1::EventFilter& filter,
                                        std::uint64_t after_seq, std::uint32_t limit);
StatusOr<EventWatch::Request> WatchRequestOf(const v1::WatchRequest& message);
StatusOr<PutStateRequest> PutStateRequestOf(const v1::PutStateRequest& message);
StatusOr<StateSelection> StateSelectionOf(const v1::WatchStateRequest& message);
StatusOr<CallsRequest> CallsRequestOf(const v1::ListCallsRequest& request);

// To messages.

void FillEvent(const Event& event, v1::Event* message, bool with_payload = true);
void FillReceipt(const Receipt& receipt, v1::Receipt* message);
void FillCall(const Call& call, v1::Call* message);
void FillOutcome(IngestOutcome&& outcome, v1::IngestOutcome* message);
void FillWatch(const EventWatch::Batch& batch, v1::WatchResponse* message);
void FillWatchState(const StateWatch::Batch& batch, v1::WatchStateResponse* message);
void FillPage(EventPage&& page, v1::ListEventsResponse* message);

}  // namespace bw::event_store

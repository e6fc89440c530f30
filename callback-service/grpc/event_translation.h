// Core's values → the event store's messages.
#pragma once

#include "callback-service/core/call_ledger.h"
#include "callback-service/core/event.h"

namespace bw::event_store::v1 {
class Delivered;
class Event;
class VoiceEvent;
}  // namespace bw::event_store::v1

namespace bw::callback_service {

void Translate(const Event& event, event_store::v1::Event& message);
/// `hold` is what is left of record.hold when the item is sent.
void Translate(const VoiceRecord& record, std::chrono::milliseconds hold,
               event_store::v1::VoiceEvent& message);
void Translate(const Delivery& delivery, event_store::v1::Delivered& message);

}  // namespace bw::callback_service

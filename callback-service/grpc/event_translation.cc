#include "callback-service/grpc/event_translation.h"

#include <algorithm>

#include "bw/event_store/v1/event_store.pb.h"

namespace bw::callback_service {
namespace {

namespace pb = ::bw::event_store::v1;

// The contract's limit for hold_ms.
constexpr std::chrono::milliseconds kMaxHold{30'000};

pb::Channel ToProto(Channel channel) {
  switch (channel) {
    case Channel::kVoice:
      return pb::CHANNEL_VOICE;
    case Channel::kMessaging:
      return pb::CHANNEL_MESSAGING;
    case Channel::kNotification:
      return pb::CHANNEL_NOTIFICATION;
  }
  return pb::CHANNEL_UNSPECIFIED;
}

pb::Direction ToProto(Direction direction) {
  switch (direction) {
    case Direction::kUnknown:
      return pb::DIRECTION_UNSPECIFIED;
    case Direction::kInbound:
      return pb::DIRECTION_INBOUND;
    case Direction::kOutbound:
      return pb::DIRECTION_OUTBOUND;
  }
  return pb::DIRECTION_UNSPECIFIED;
}

void Translate(const CallUpdate& update, pb::CallUpdate& message) {
  message.set_state(update.state);
  message.set_start_time_ms(update.start_time_ms);
  message.set_answer_time_ms(update.answer_time_ms);
  message.set_end_time_ms(update.end_time_ms);
  message.set_disconnect_cause(update.disconnect_cause);
  message.set_error_message(update.error_message);
}

}  // namespace

void Translate(const Event& event, pb::Event& message) {
  message.set_channel(ToProto(event.channel));
  message.set_type(event.type);
  message.set_identity(event.identity);
  message.set_call_id(event.call_id);
  message.set_message_id(event.message_id);
  message.set_from(event.from);
  for (const std::string& number : event.to) message.add_to(number);
  message.set_direction(ToProto(event.direction));
  message.set_event_time_ms(event.event_time_ms);
  message.set_payload_json(event.payload_json);
  message.set_application_id(event.application_id);
  message.set_tag(event.tag);
}

void Translate(const VoiceRecord& record, std::chrono::milliseconds hold, pb::VoiceEvent& message) {
  Translate(record.event, *message.mutable_event());
  Translate(record.update, *message.mutable_update());
  message.set_expects_bxml(record.takes_document);
  const auto bounded = std::clamp(hold, std::chrono::milliseconds(0), kMaxHold);
  message.set_hold_ms(static_cast<std::uint32_t>(bounded.count()));
}

void Translate(const Delivery& delivery, pb::Delivered& message) {
  message.set_identity(delivery.identity);
  message.set_call_id(delivery.call_id);
  message.set_receipt_id(delivery.receipt_id);
  message.set_written(delivery.is_written);
}

}  // namespace bw::callback_service

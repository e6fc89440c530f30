#include "event-store/grpc/convert.h"

#include <charconv>
#include <utility>

#include "event-store/core/limits.h"

namespace bw::event_store {
namespace {

Event TakeEvent(v1::Event& message) {
  Event event;
  event.channel = static_cast<Channel>(message.channel());
  event.type = std::move(*message.mutable_type());
  event.identity = std::move(*message.mutable_identity());
  event.call_id = std::move(*message.mutable_call_id());
  event.message_id = std::move(*message.mutable_message_id());
  event.from = std::move(*message.mutable_from());
  event.to.reserve(static_cast<std::size_t>(message.to_size()));
  for (std::string& to : *message.mutable_to()) event.to.push_back(std::move(to));
  event.direction = static_cast<Direction>(message.direction());
  event.event_time_ms = message.event_time_ms();
  event.payload_json = std::move(*message.mutable_payload_json());
  event.application_id = std::move(*message.mutable_application_id());
  event.tag = std::move(*message.mutable_tag());
  return event;
}

Status CheckEnums(const v1::Event& event) {
  if (!v1::Channel_IsValid(event.channel())) return InvalidArgument("event.channel is unknown");
  if (!v1::Direction_IsValid(event.direction())) {
    return InvalidArgument("event.direction is unknown");
  }
  return OkStatus();
}

StatusOr<AppendItem> TakeVoice(v1::IngestItem& item) {
  v1::VoiceEvent& voice = *item.mutable_voice();
  BW_RETURN_IF_ERROR(CheckEnums(voice.event()));
  AppendItem append;
  append.hold_ms = voice.hold_ms();
  append.request.tenant = std::move(*item.mutable_tenant());
  append.request.event = TakeEvent(*voice.mutable_event());
  VoiceRequest& request = append.request.voice.emplace();
  request.expects_bxml = voice.expects_bxml();
  v1::CallUpdate& update = *voice.mutable_update();
  request.update.state = std::move(*update.mutable_state());
  request.update.start_time_ms = update.start_time_ms();
  request.update.answer_time_ms = update.answer_time_ms();
  request.update.end_time_ms = update.end_time_ms();
  request.update.disconnect_cause = std::move(*update.mutable_disconnect_cause());
  request.update.error_message = std::move(*update.mutable_error_message());
  return append;
}

StatusOr<AppendItem> TakePlain(v1::IngestItem& item) {
  BW_RETURN_IF_ERROR(CheckEnums(item.plain().event()));
  AppendItem append;
  append.request.tenant = std::move(*item.mutable_tenant());
  append.request.event = TakeEvent(*item.mutable_plain()->mutable_event());
  return append;
}

SettleRequest TakeDelivered(v1::IngestItem& item) {
  v1::Delivered& delivered = *item.mutable_delivered();
  SettleRequest request;
  request.tenant = std::move(*item.mutable_tenant());
  request.call_id = std::move(*delivered.mutable_call_id());
  request.identity = std::move(*delivered.mutable_identity());
  request.receipt_id = std::move(*delivered.mutable_receipt_id());
  request.written = delivered.written();
  return request;
}

StatusOr<std::uint64_t> OrderOf(const std::string& page_token) {
  if (page_token.empty()) return std::uint64_t{0};
  std::uint64_t order = 0;
  const char* const end = page_token.data() + page_token.size();
  const auto [stop, error] = std::from_chars(page_token.data(), end, order);
  if (error != std::errc() || stop != end || order == 0) {
    return InvalidArgument("page_token is not one that ListCalls gave");
  }
  return order;
}

}  // namespace

StatusOr<IngestItem> TakeItem(v1::IngestItem& item) {
  IngestItem taken;
  taken.correlation_id = item.correlation_id();
  switch (item.item_case()) {
    case v1::IngestItem::kVoice: {
      BW_ASSIGN_OR_RETURN(taken.item, TakeVoice(item));
      return taken;
    }
    case v1::IngestItem::kPlain: {
      BW_ASSIGN_OR_RETURN(taken.item, TakePlain(item));
      return taken;
    }
    case v1::IngestItem::kDelivered:
      taken.item = TakeDelivered(item);
      return taken;
    case v1::IngestItem::kRelease:
      taken.item = ReleaseItem{std::move(*item.mutable_tenant()),
                               std::move(*item.mutable_release()->mutable_identity())};
      return taken;
    case v1::IngestItem::ITEM_NOT_SET:
      break;
  }
  return InvalidArgument("item must be one of voice, plain, delivered, release");
}

StatusOr<EventFilter> FilterOf(const v1::EventFilter& message) {
  EventFilter filter;
  filter.types.assign(message.types().begin(), message.types().end());
  for (const int channel : message.channels()) {
    if (!v1::Channel_IsValid(channel) || channel == v1::CHANNEL_UNSPECIFIED) {
      return InvalidArgument("filter.channels has an unknown channel");
    }
    filter.channels.push_back(static_cast<Channel>(channel));
  }
  if (!v1::Direction_IsValid(message.direction())) {
    return InvalidArgument("filter.direction is unknown");
  }
  filter.call_id = message.call_id();
  filter.message_id = message.message_id();
  filter.phone_number = message.phone_number();
  filter.direction = static_cast<Direction>(message.direction());
  filter.since_ms = message.since_ms();
  filter.until_ms = message.until_ms();
  BW_RETURN_IF_ERROR(CheckFilter(filter));
  return filter;
}

StatusOr<EventsRequest> EventsRequestOf(const std::string& tenant, const v1::EventFilter& filter,
                                        std::uint64_t after_seq, std::uint32_t limit) {
  EventsRequest request;
  BW_RETURN_IF_ERROR(CheckTenant(tenant));
  BW_RETURN_IF_ERROR(CheckAtMost("limit", limit, kMaxEventsPerPage));
  BW_ASSIGN_OR_RETURN(request.filter, FilterOf(filter));
  request.tenant = tenant;
  request.after_seq = after_seq;
  request.limit = limit == 0 ? kDefaultEventsPerPage : limit;
  return request;
}

StatusOr<EventWatch::Request> WatchRequestOf(const v1::WatchRequest& message) {
  EventWatch::Request request;
  BW_RETURN_IF_ERROR(CheckTenant(message.tenant()));
  BW_ASSIGN_OR_RETURN(request.filter, FilterOf(message.filter()));
  request.tenant = message.tenant();
  request.after_seq = message.after_seq();
  request.from_now = message.from_now();
  request.without_payloads = message.without_payloads();
  return request;
}

StatusOr<PutStateRequest> PutStateRequestOf(const v1::PutStateRequest& message) {
  PutStateRequest request{message.tenant(), message.key(), message.value(),
                          message.ttl_ms() == 0 ? kDefaultStateTtlMs : message.ttl_ms(),
                          message.only_if_absent()};
  BW_RETURN_IF_ERROR(CheckPutState(request));
  return request;
}

StatusOr<StateSelection> StateSelectionOf(const v1::WatchStateRequest& message) {
  StateSelection selection{message.tenant(), message.prefix()};
  BW_RETURN_IF_ERROR(CheckStateSelection(selection));
  return selection;
}

StatusOr<CallsRequest> CallsRequestOf(const v1::ListCallsRequest& message) {
  CallsRequest request;
  BW_RETURN_IF_ERROR(CheckTenant(message.tenant()));
  BW_RETURN_IF_ERROR(CheckText("state", message.state(), kMaxTypeBytes));
  BW_RETURN_IF_ERROR(CheckText("phone_number", message.phone_number(), kMaxIdBytes));
  BW_RETURN_IF_ERROR(CheckText("page_token", message.page_token(), kMaxPageTokenBytes));
  BW_RETURN_IF_ERROR(CheckAtMost("page_size", message.page_size(), kMaxCallsPerPage));
  BW_ASSIGN_OR_RETURN(request.before_order, OrderOf(message.page_token()));
  request.tenant = message.tenant();
  request.state = message.state();
  request.phone_number = message.phone_number();
  request.limit = message.page_size() == 0 ? kDefaultCallsPerPage : message.page_size();
  return request;
}

void FillEvent(const Event& event, v1::Event* message, bool with_payload) {
  message->set_seq(event.seq);
  message->set_channel(static_cast<v1::Channel>(event.channel));
  message->set_type(event.type);
  message->set_identity(event.identity);
  message->set_call_id(event.call_id);
  message->set_message_id(event.message_id);
  message->set_from(event.from);
  for (const std::string& to : event.to) message->add_to(to);
  message->set_direction(static_cast<v1::Direction>(event.direction));
  message->set_event_time_ms(event.event_time_ms);
  message->set_received_time_ms(event.received_time_ms);
  if (with_payload) message->set_payload_json(event.payload_json);
  message->set_application_id(event.application_id);
  message->set_tag(event.tag);
}

void FillReceipt(const Receipt& receipt, v1::Receipt* message) {
  message->set_receipt_id(receipt.receipt_id);
  message->set_call_id(receipt.call_id);
  message->set_key(receipt.key);
  message->set_state(static_cast<v1::Receipt::State>(receipt.state));
  message->set_queued_time_ms(receipt.queued_time_ms);
  message->set_delivered_time_ms(receipt.delivered_time_ms);
  message->set_event_seq(receipt.event_seq);
  message->set_bxml(receipt.bxml);
}

void FillCall(const Call& call, v1::Call* message) {
  message->set_call_id(call.call_id);
  message->set_state(call.state);
  message->set_direction(static_cast<v1::Direction>(call.direction));
  message->set_from(call.from);
  message->set_to(call.to);
  message->set_application_id(call.application_id);
  message->set_tag(call.tag);
  message->set_start_time_ms(call.start_time_ms);
  message->set_answer_time_ms(call.answer_time_ms);
  message->set_end_time_ms(call.end_time_ms);
  message->set_disconnect_cause(call.disconnect_cause);
  message->set_error_message(call.error_message);
  message->set_updated_time_ms(call.updated_time_ms);
  message->set_last_event_seq(call.last_event_seq);
  message->set_webhook_held(call.webhook_held);
  if (call.queued) FillReceipt(*call.queued, message->mutable_queued());
  message->set_turn_count(call.turn_count);
  for (const Turn& turn : call.turns) {
    v1::Turn* const added = message->add_turns();
    added->set_event_seq(turn.event_seq);
    added->set_event_type(turn.event_type);
    added->set_time_ms(turn.time_ms);
    added->set_receipt_id(turn.receipt_id);
    added->set_bxml(turn.bxml);
  }
}

void FillOutcome(IngestOutcome&& outcome, v1::IngestOutcome* message) {
  message->set_correlation_id(outcome.correlation_id);
  if (!outcome.status.ok()) {
    message->set_code(static_cast<int>(outcome.status.code()));
    message->set_error(std::string(Message(outcome.status)));
    return;
  }
  AppendResult& result = outcome.result;
  message->set_duplicate(result.duplicate);
  message->set_bxml(std::move(result.bxml));
  message->set_receipt_id(std::move(result.receipt_id));
  message->set_seq(result.seq);
  if (result.call) FillCall(*result.call, message->mutable_call());
}

void FillWatch(const EventWatch::Batch& batch, v1::WatchResponse* message) {
  for (const EventPtr& event : batch.events) {
    FillEvent(*event, message->add_events(), !batch.without_payloads);
  }
  message->set_next_after_seq(batch.next_after_seq);
}

void FillWatchState(const StateWatch::Batch& batch, v1::WatchStateResponse* message) {
  for (const StateChangePtr& change : batch.changes) {
    v1::StateEntry* const entry = message->add_entries();
    entry->set_tenant(change->tenant);
    entry->set_key(change->key);
    entry->set_value(change->value);
  }
  message->set_current(batch.current);
}

void FillPage(EventPage&& page, v1::ListEventsResponse* message) {
  for (const Event& event : page.events) FillEvent(event, message->add_events());
  message->set_next_after_seq(page.next_after_seq);
  message->set_has_more(page.has_more);
}

}  // namespace bw::event_store

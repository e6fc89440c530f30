// Any bytes give events within the contract's limits or an error, never a fault.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "callback-service/core/messaging_webhook.h"
#include "callback-service/core/notification.h"

namespace bw::callback_service {
namespace {

void Check(const Event& event) {
  const bool is_bounded = !event.type.empty() && event.type.size() <= kMaxTypeBytes &&
                          !event.identity.empty() && event.identity.size() <= kMaxIdentityBytes &&
                          event.message_id.size() <= kMaxIdBytes &&
                          event.from.size() <= kMaxIdBytes && event.to.size() <= kMaxRecipients &&
                          event.payload_json.size() <= kMaxPayloadBytes;
  if (!is_bounded) std::abort();
}

}  // namespace

void FuzzOtherWebhooks(std::string_view text) {
  const StatusOr<MessagingWebhook> webhook = ParseMessagingWebhook(text);
  if (webhook.ok()) {
    for (const Event& event : webhook->events) Check(event);
  }
  const StatusOr<Event> notification = ParseNotification(text);
  if (notification.ok()) Check(*notification);
}

}  // namespace bw::callback_service

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bw::callback_service::FuzzOtherWebhooks({reinterpret_cast<const char*>(data), size});
  return 0;
}

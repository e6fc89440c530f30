#include "gateway/core/event_resources.h"

namespace bw::gateway {

std::vector<std::string> UrisOf(const FeedEvent& event) {
  std::vector<std::string> uris = {"bandwidth://events"};
  if (event.channel == FeedEvent::Channel::kVoice) {
    uris.emplace_back("bandwidth://calls");
    if (!event.call_id.empty()) uris.push_back("bandwidth://calls/" + event.call_id);
  }
  if (event.channel == FeedEvent::Channel::kMessaging && event.inbound) {
    uris.emplace_back("bandwidth://messages/inbound");
  }
  return uris;
}

}  // namespace bw::gateway

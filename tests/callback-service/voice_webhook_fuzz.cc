// Any bytes give an event within the contract's limits or an error, never a fault.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "callback-service/core/voice_webhook.h"

namespace bw::callback_service {
namespace {

void Check(const StatusOr<VoiceEvent>& voice) {
  if (!voice.ok()) return;
  const Event& event = voice->event;
  const bool is_bounded = !event.type.empty() && event.type.size() <= kMaxTypeBytes &&
                          !event.identity.empty() && event.identity.size() <= kMaxIdentityBytes &&
                          event.call_id.size() <= kMaxIdBytes && event.from.size() <= kMaxIdBytes &&
                          event.to.size() <= kMaxRecipients && event.tag.size() <= kMaxTagBytes &&
                          event.payload_json.size() <= kMaxPayloadBytes;
  if (!is_bounded) std::abort();
}

}  // namespace

void FuzzVoiceWebhook(std::string_view text) {
  Check(ParseVoiceWebhook(text, "3"));
  // The same bytes as a query: name=value lines.
  QueryParameters query;
  for (std::size_t start = 0; start < text.size() && query.size() < 2 * kMaxQueryParameters;) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line(text.substr(start, end - start));
    const std::size_t split = std::min(line.find('='), line.size());
    query.emplace_back(line.substr(0, split), line.substr(std::min(split + 1, line.size())));
    start = end + 1;
  }
  Check(ParseVoiceQuery(query));
}

}  // namespace bw::callback_service

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bw::callback_service::FuzzVoiceWebhook({reinterpret_cast<const char*>(data), size});
  return 0;
}

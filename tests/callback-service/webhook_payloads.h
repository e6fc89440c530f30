// A webhook body for every event type the platform documents, shaped like its examples.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bw::callback_service {

struct VoiceSample {
  std::string_view type;
  std::string body;
};

/// One for each row of VoiceEventTypes, in its order.
std::vector<VoiceSample> VoiceSamples();
/// The sample of `type`.
std::string VoiceBody(std::string_view type);

/// Arrays as the platform sends them.
std::string InboundMessageBody();
std::string FailedMessageBody();

}  // namespace bw::callback_service

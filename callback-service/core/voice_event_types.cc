#include "callback-service/core/voice_event_types.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace bw::callback_service {
namespace {

using enum ReplyUse;
using enum CallState;

constexpr VoiceEventType kTypes[] = {
    {"initiate", kScript, kInitiated},
    {"answer", kScript, kAnswered},
    {"disconnect", kNothing, kDisconnected},
    {"gather", kScript, kAnsweredIfTime},
    {"redirect", kScript, kAnsweredIfTime},
    {"transferAnswer", kWhisper, kAnswered},
    {"transferComplete", kScript, kAnsweredIfTime},
    {"transferDisconnect", kNothing, kDisconnected},
    {"bridgeComplete", kScript, kAnsweredIfTime},
    {"bridgeTargetComplete", kScript, kAnsweredIfTime},
    // A conference takes only a handful of verbs and none for a single caller, so a document queued
    // for a call must not go there: these are recorded and answered with nothing, which the
    // platform allows.
    {"conferenceCreated"},
    {"conferenceMemberJoin"},
    {"conferenceMemberExit"},
    {"conferenceRedirect"},
    {"conferenceCompleted"},
    {"conferenceRecordingAvailable"},
    // startTime and endTime of these are the recording's; they say nothing about the call's state.
    {"recordComplete", kScript},
    {"recordingComplete", kScript},
    {"recordingAvailable"},
    {"transcriptionAvailable"},
    {"machineDetectionComplete"},
    {"dtmf"},
    {"mediaStreamStarted"},
    {"mediaStreamRejected"},
    {"mediaStreamStopped"},
    {"realTimeTranscriptionStarted"},
    {"realTimeTranscriptionRejected"},
    {"realTimeTranscriptionStopped"},
    {"realTimeTranscriptionAvailable"},
    // Executed after a failure only, and ignored otherwise.
    {"referComplete", kScript},
    {"DEVICE_CONNECTED"},
    {"DEVICE_DISCONNECTED"},
};

}  // namespace

std::span<const VoiceEventType> VoiceEventTypes() { return kTypes; }

const VoiceEventType* FindVoiceEventType(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes),
                   [name](const VoiceEventType& type) { return type.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace bw::callback_service

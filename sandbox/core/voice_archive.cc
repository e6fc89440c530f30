#include "sandbox/core/voice_archive.h"

#include <algorithm>
#include <utility>

namespace bw::sandbox {
namespace {

using json::Json;

template <typename T>
void AddBounded(std::deque<T>& entries, T entry) {
  if (entries.size() >= VoiceArchive::kMaxEntries) entries.pop_front();
  entries.push_back(std::move(entry));
}

}  // namespace

void VoiceArchive::Add(StoredRecording recording) { AddBounded(recordings_, std::move(recording)); }

StoredRecording* VoiceArchive::FindRecording(std::string_view owner_id, std::string_view id) {
  const auto found =
      std::find_if(recordings_.begin(), recordings_.end(),
                   [&](const StoredRecording& r) { return r.id == id && r.owner_id == owner_id; });
  return found == recordings_.end() ? nullptr : &*found;
}

bool VoiceArchive::RemoveRecording(std::string_view owner_id, std::string_view id) {
  return std::erase_if(recordings_, [&](const StoredRecording& r) {
           return r.id == id && r.owner_id == owner_id;
         }) > 0;
}

std::vector<const StoredRecording*> VoiceArchive::RecordingsOf(std::string_view owner_id) const {
  std::vector<const StoredRecording*> found;
  for (const StoredRecording& recording : recordings_) {
    if (recording.owner_id == owner_id) found.push_back(&recording);
  }
  return found;
}

std::vector<const StoredRecording*> VoiceArchive::CallRecordings() const {
  std::vector<const StoredRecording*> found;
  for (const StoredRecording& recording : recordings_) {
    if (!recording.of_conference) found.push_back(&recording);
  }
  return found;
}

void VoiceArchive::Add(LiveTranscription transcription) {
  AddBounded(transcriptions_, std::move(transcription));
}

std::vector<const LiveTranscription*> VoiceArchive::TranscriptionsOf(
    std::string_view call_id) const {
  std::vector<const LiveTranscription*> found;
  for (const LiveTranscription& transcription : transcriptions_) {
    if (transcription.call_id == call_id) found.push_back(&transcription);
  }
  return found;
}

const LiveTranscription* VoiceArchive::FindTranscription(std::string_view call_id,
                                                         std::string_view id) const {
  const auto found =
      std::find_if(transcriptions_.begin(), transcriptions_.end(),
                   [&](const LiveTranscription& t) { return t.id == id && t.call_id == call_id; });
  return found == transcriptions_.end() ? nullptr : &*found;
}

bool VoiceArchive::RemoveTranscription(std::string_view call_id, std::string_view id) {
  return std::erase_if(transcriptions_, [&](const LiveTranscription& t) {
           return t.id == id && t.call_id == call_id;
         }) > 0;
}

void VoiceArchive::Add(ConferenceRecord conference) {
  AddBounded(conferences_, std::move(conference));
}

ConferenceRecord* VoiceArchive::FindConference(std::string_view id_or_name) {
  for (auto record = conferences_.rbegin(); record != conferences_.rend(); ++record) {
    if (record->id == id_or_name || record->name == id_or_name) return &*record;
  }
  return nullptr;
}

Json* MemberOf(ConferenceRecord& conference, std::string_view call_id) {
  for (Json& member : conference.members) {
    if (json::StringOr(member, "callId") == call_id) return &member;
  }
  return nullptr;
}

Json TranscriptionOf(std::string_view words) {
  return {{"transcripts", {{{"speaker", 0}, {"text", words}, {"confidence", 0.9}}}},
          {"clips",
           {{{"speaker", 0},
             {"text", words},
             {"confidence", 0.9},
             {"startTimeSeconds", 0.0},
             {"endTimeSeconds", 1.0}}}}};
}

}  // namespace bw::sandbox

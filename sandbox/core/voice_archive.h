// What the voice service keeps beside calls: recordings, transcriptions and conferences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"

namespace bw::sandbox {

struct StoredRecording {
  std::string id;
  /// The call or the conference.
  std::string owner_id;
  bool of_conference = false;
  /// As the API shows it.
  json::Json facts;
  bool has_media = true;
  /// {"transcripts":[…],"clips":[…]}
  std::optional<json::Json> transcription = {};
};

/// Text of a live call, track by track.
struct LiveTranscription {
  std::string id;
  std::string call_id;
  std::string name;
  std::vector<std::string> tracks;
};

struct ConferenceRecord {
  std::string id;
  std::string name;
  std::string tag;
  std::string event_url;
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> completed_ms = {};
  /// {"callId","conferenceId","mute","hold","callIdsToCoach"} of those who are in it.
  std::vector<json::Json> members = {};
  /// Since when the whole conference is recorded.
  std::optional<std::int64_t> recording_since_ms = {};
};

/// Not thread-safe. Pointers stay good until the next Add of that kind.
class VoiceArchive {
 public:
  /// Of each kind; the oldest makes room.
  static constexpr std::size_t kMaxEntries = 1000;

  void Add(StoredRecording recording);
  StoredRecording* FindRecording(std::string_view owner_id, std::string_view id);
  bool RemoveRecording(std::string_view owner_id, std::string_view id);
  /// Oldest first; of one owner, or of all calls.
  std::vector<const StoredRecording*> RecordingsOf(std::string_view owner_id) const;
  std::vector<const StoredRecording*> CallRecordings() const;

  void Add(LiveTranscription transcription);
  std::vector<const LiveTranscription*> TranscriptionsOf(std::string_view call_id) const;
  const LiveTranscription* FindTranscription(std::string_view call_id, std::string_view id) const;
  bool RemoveTranscription(std::string_view call_id, std::string_view id);

  void Add(ConferenceRecord conference);
  /// By id, or by name: the newest of that name.
  ConferenceRecord* FindConference(std::string_view id_or_name);
  const std::deque<ConferenceRecord>& conferences() const { return conferences_; }

 private:
  std::deque<StoredRecording> recordings_;
  std::deque<LiveTranscription> transcriptions_;
  std::deque<ConferenceRecord> conferences_;
};

/// The member of a conference that is `call_id`, or nullptr.
json::Json* MemberOf(ConferenceRecord& conference, std::string_view call_id);

/// What a machine understood of the words it was given.
json::Json TranscriptionOf(std::string_view words);

}  // namespace bw::sandbox

// What keeps records: at its limit the oldest makes room.
#include <gtest/gtest.h>

#include "sandbox/core/record_shelf.h"
#include "sandbox/core/voice_archive.h"

namespace bw::sandbox {
namespace {

TEST(RecordShelf, KeepsEachCollectionToItsLimit) {
  RecordShelf shelf;
  shelf.Add("other", "0", 1);
  for (std::size_t i = 0; i < RecordShelf::kMaxRecords; ++i) shelf.Add("a", std::to_string(i), i);
  EXPECT_NE(shelf.Find("a", "0"), nullptr);
  shelf.Add("a", "0", "replaced");
  EXPECT_EQ(*shelf.Find("a", "0"), "replaced");
  shelf.Add("a", "one more", 1);
  EXPECT_EQ(shelf.Find("a", "0"), nullptr);
  EXPECT_EQ(shelf.List("a").size(), RecordShelf::kMaxRecords);
  EXPECT_NE(shelf.Find("other", "0"), nullptr);
  EXPECT_TRUE(shelf.Remove("a", "one more"));
  EXPECT_FALSE(shelf.Remove("a", "one more"));
  EXPECT_TRUE(shelf.List("none").empty());
}

TEST(VoiceArchive, KeepsEachKindToItsLimit) {
  VoiceArchive archive;
  for (std::size_t i = 0; i <= VoiceArchive::kMaxEntries; ++i) {
    StoredRecording recording;
    recording.id = std::to_string(i);
    recording.owner_id = "c-1";
    archive.Add(std::move(recording));
    archive.Add(LiveTranscription{std::to_string(i), "c-1", "t", {"inbound"}});
    ConferenceRecord conference;
    conference.id = std::to_string(i);
    archive.Add(std::move(conference));
  }
  EXPECT_EQ(archive.FindRecording("c-1", "0"), nullptr);
  EXPECT_EQ(archive.RecordingsOf("c-1").size(), VoiceArchive::kMaxEntries);
  EXPECT_EQ(archive.FindRecording("c-2", "1"), nullptr) << "it belongs to another call";
  EXPECT_EQ(archive.TranscriptionsOf("c-1").size(), VoiceArchive::kMaxEntries);
  EXPECT_EQ(archive.conferences().size(), VoiceArchive::kMaxEntries);
}

TEST(VoiceArchive, ANameMeansTheNewestConference) {
  VoiceArchive archive;
  for (const char* id : {"conf-1", "conf-2"}) {
    ConferenceRecord conference;
    conference.id = id;
    conference.name = "standup";
    archive.Add(std::move(conference));
  }
  EXPECT_EQ(archive.FindConference("standup")->id, "conf-2");
  EXPECT_EQ(archive.FindConference("conf-1")->id, "conf-1");
}

}  // namespace
}  // namespace bw::sandbox

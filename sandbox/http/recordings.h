// How recordings of calls and conferences look.
#pragma once

#include <string>
#include <string_view>

#include "common/http/message.h"
#include "common/json/json.h"
#include "sandbox/core/voice_archive.h"

namespace bw::sandbox {

/// Its facts; mediaUrl only while there is media.
inline json::Json RecordingJson(const StoredRecording& recording) {
  json::Json facts = recording.facts;
  if (!recording.has_media) facts.erase("mediaUrl");
  return facts;
}

/// A few milliseconds of silence in the recording's format.
inline http::Response SilentAudio(const StoredRecording& recording) {
  constexpr std::string_view kWav(
      "RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0"
      "\0\x80\x80\x80\x80\x80\x80\x80\x80",
      52);
  // One frame of MPEG-1 Layer III, 128 kbit/s, 44.1 kHz.
  constexpr std::size_t kFrameBytes = 417;
  http::Response response;
  const bool mp3 = json::StringOr(recording.facts, "fileFormat") == "mp3";
  response.headers.Add("Content-Type", mp3 ? "audio/mpeg" : "audio/vnd.wave");
  response.body = kWav;
  if (mp3) {
    response.body = "\xff\xfb\x90\x64";
    response.body.resize(kFrameBytes, '\0');
  }
  return response;
}

}  // namespace bw::sandbox

// A client of one event stream over loopback, event by event.
#pragma once

#include <string>
#include <string_view>

namespace bw::integration {

/// Of one thread.
class EventReader {
 public:
  /// Connects to 127.0.0.1:`port` and sends `request`, a whole HTTP request.
  EventReader(int port, std::string_view request);
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  /// The status of the answer once its head is there; 0 when none came.
  int Status();
  /// The data of the next event; empty once the stream has ended, or when nothing came for very
  /// long.
  std::string Next();
  /// Whether the stream has ended properly, after Next returned nothing.
  bool ended() const { return ended_; }

 private:
  bool Fill();
  bool ReadLine(std::string* line);
  bool ReadChunk();

  int fd_ = -1;
  std::string received_;  // as it came
  std::string body_;      // without chunk framing
  int status_ = 0;
  bool ended_ = false;
};

/// GET of a session's stream.
std::string GetStream(const std::string& session);
/// subscriptions/listen to `uri` and changed tools.
std::string Listen(const std::string& uri);

}  // namespace bw::integration

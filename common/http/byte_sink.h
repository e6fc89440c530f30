// The socket as the connection's state machine sees it, so that the machine is tested and fuzzed
// without one.
#pragma once

#include <string_view>

namespace bw::http {

/// Called by one Connection only, always under its lock; no call blocks or calls back into it.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Hands `head` followed by `body` to the kernel: how many bytes it took (less than all when its
  /// buffer is full), or -1 when the connection is broken.
  virtual long Send(std::string_view head, std::string_view body) = 0;
  /// Asks for one Connection::OnWritable() once the kernel takes bytes again.
  virtual void AwaitWritable() = 0;
  /// Asks for one Connection::Resume() on a server thread soon.
  virtual void ResumeSoon() = 0;
  /// Ends our sending side (FIN) after what was sent.
  virtual void EndSending() = 0;
  /// Ends both sides at once; Connection::OnClosed() follows.
  virtual void Cut() = 0;
};

}  // namespace bw::http

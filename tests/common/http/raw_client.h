// A client that sends exactly the bytes it is told to, over loopback, and reads replies strictly.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace bw::http {

struct RawResponse {
  int status = 0;  // 0: no complete reply came
  std::string status_line;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// How long a test waits for something that must happen; only a failing test ever waits this long.
inline constexpr int kPatienceMs = 20'000;

class RawClient {
 public:
  /// Not connected (see connected()) when the server refuses. `receive_buffer` 0 keeps the default.
  explicit RawClient(int port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  RawClient(RawClient&& other) noexcept;

  bool connected() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool Send(std::string_view bytes);
  void EndSending();
  void Close();
  /// Closes with a reset instead of a proper end.
  void Reset();

  /// The next reply; `head` when it answers HEAD and so has no body.
  RawResponse Read(bool head = false);
  /// The next `size` bytes, fewer if the connection ends first.
  std::string ReadBytes(std::size_t size);
  /// Everything up to the end of the connection.
  std::string ReadToEnd();
  /// The connection has ended (properly or by a reset) and nothing more came.
  bool AtEnd();

 private:
  bool Fill();
  bool ReadLine(std::string* line);
  bool ReadChunked(std::string* body);

  int fd_ = -1;
  std::string buffer_;
};

/// "GET <target> HTTP/1.1" with the fields a request must have.
std::string Get(std::string_view target);
std::string Post(std::string_view target, std::string_view body);

}  // namespace bw::http

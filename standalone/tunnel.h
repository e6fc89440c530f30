// A way in from the internet for a developer's machine: cloudflared's quick tunnel, a program of
// its own that is started beside ours and stopped with it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "common/status/status.h"

namespace bw::standalone {

/// The public https URL in a line that cloudflared wrote; its other addresses (its own API, its
/// documentation) are none.
std::optional<std::string> TunnelUrl(std::string_view line);

/// The program's process gets SIGTERM when the thread that called Start ends, so also when our
/// process dies without stopping it. Not thread-safe.
class Tunnel {
 public:
  struct Options {
    /// The folders in which cloudflared is looked for, as PATH lists them.
    std::string search_path;
    /// Its environment, NAME=value; our own is not passed on, for there are secrets in it.
    std::vector<std::string> environment;
    /// Where the tunnel leads.
    std::string target;
    std::chrono::milliseconds url_limit{20'000};
    /// From SIGTERM to SIGKILL.
    std::chrono::milliseconds stop_limit{3'000};
  };

  /// Returns when the URL is known. NOT_FOUND: cloudflared is not installed. UNAVAILABLE: it ended
  /// before it gave a URL, or cannot be started. DEADLINE_EXCEEDED: it gave none in time. Messages
  /// say what to do.
  static StatusOr<std::unique_ptr<Tunnel>> Start(const Options& options);
  ~Tunnel();
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;

  /// "https://some-words.trycloudflare.com"
  const std::string& url() const { return url_; }
  pid_t pid() const { return pid_; }
  /// Ends the program and all it started; idempotent. Blocks up to `stop_limit`.
  void Stop();

 private:
  class Reader;
  Tunnel() = default;

  std::unique_ptr<Reader> reader_;
  std::string url_;
  pid_t pid_ = -1;
  std::chrono::milliseconds stop_limit_{0};
};

}  // namespace bw::standalone

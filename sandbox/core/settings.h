// What can be set about the simulation, and its limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bw::sandbox {

struct SimulationSettings {
  /// Where this sandbox can be reached, for the URLs in events and answers; no trailing slash.
  std::string api_base_url = "http://127.0.0.1:8090";
  /// Simulated durations (ringing, speech, pauses, key presses, digit timeouts, queue and retry
  /// delays) are multiplied by this. Timeouts of webhooks are real and are not.
  double time_scale = 1.0;
  /// Take credentials for webhooks of plain-http URLs, which Bandwidth refuses.
  bool allow_http_credentials = false;
  /// getCallState answers 404 this long after createCall, as the platform may. Real time.
  std::chrono::milliseconds call_visible_after{0};

  /// Calls remembered; the oldest ended one makes room.
  std::size_t max_calls_kept = 10'000;
  /// Calls alive at a time; one more is refused with 429.
  std::size_t max_concurrent_calls = 100;
  /// Outbound calls begun in a second; more wait in the queue.
  std::int64_t calls_per_second = 5;
  /// Webhooks of one call; the call that passes it (a redirect loop) ends with application-error.
  std::size_t max_webhooks_per_call = 2000;

  /// Messages remembered; the oldest finished one makes room.
  std::size_t max_messages_kept = 10'000;
  /// Messages not yet delivered; one more is refused with 429.
  std::size_t max_messages_queued = 900;

  /// A simulated duration in real milliseconds; never 0, so that nothing spins.
  std::chrono::milliseconds Scaled(double simulated_ms) const {
    const auto ms = static_cast<std::int64_t>(simulated_ms * time_scale + 0.5);
    return std::chrono::milliseconds(ms < 1 ? 1 : ms);
  }
  /// The queue holds five minutes of calls.
  std::size_t max_queued_calls() const { return static_cast<std::size_t>(calls_per_second) * 300; }
};

}  // namespace bw::sandbox

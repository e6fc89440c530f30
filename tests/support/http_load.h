// A closed-loop HTTP/1.1 load generator on one thread and raw sockets, light enough to share two
// cores with what it measures.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bw::testing_support {

struct Load {
  std::uint64_t answered = 0;
  /// Answers with another status than 200, and connections that broke.
  std::uint64_t failed = 0;
  double seconds = 0;
  /// One entry an answer, in arrival order; sorted by Percentile.
  std::vector<double> latencies_ms = {};

  double PerSecond() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
  /// `share` in [0, 1]; 0 when nothing was answered.
  double Percentile(double share);
};

/// The bytes of the `count`th request, head and body.
using MakeRequest = std::function<const std::string&(std::uint64_t count)>;

/// Keeps one request in flight on each of `connections` keep-alive connections to 127.0.0.1:`port`.
/// Answers must carry Content-Length.
Load DriveHttp(int port, int connections, std::chrono::milliseconds time, const MakeRequest& make);

/// "POST <target>" with a JSON body and the given extra header lines (each ending in CRLF).
std::string PostRequest(const std::string& target, const std::string& extra_headers,
                        const std::string& body);

/// User and system time of a process so far, in seconds; 0 for `pid` means this one.
double CpuSeconds(int pid = 0);
/// Resident memory of a process in KiB.
long ResidentKib(int pid);

}  // namespace bw::testing_support

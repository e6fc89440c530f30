// What the service counts about the APIs behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "common/status/status.h"

namespace bw::tool_service {

/// Requests that were not carried on with, to protect an API, its caller or ourselves.
enum class UpstreamRefusal {
  kBreaker,      // the host keeps failing
  kRedirect,     // it led too far, or where it must not
  kRetryRoom,    // too many requests pause already
  kInFlight,     // too many requests are in flight
  kAnswerBytes,  // the answer is larger than allowed
};

/// Thread-safe; must not block.
class UpstreamObserver {
 public:
  virtual ~UpstreamObserver() = default;
  /// One exchange with `host` ("voice.bandwidth.com") ended: with an HTTP status, or 0 and the
  /// error.
  virtual void OnExchange(std::string_view host, int status, StatusCode error,
                          std::chrono::steady_clock::duration took) = 0;
  /// The exchange will be repeated.
  virtual void OnRetry(std::string_view host) = 0;
  /// A redirection is being followed.
  virtual void OnRedirect() = 0;
  virtual void OnRefused(UpstreamRefusal why) = 0;
  /// `host` is left alone from now on, or no more; `open_hosts` are left alone now. In order, under
  /// the breaker's lock.
  virtual void OnBreaker(std::string_view host, bool opened, std::size_t open_hosts) = 0;
  virtual void OnTokenFetched(bool ok) = 0;
};

/// Counts nothing.
class IgnoringObserver : public UpstreamObserver {
 public:
  void OnExchange(std::string_view, int, StatusCode, std::chrono::steady_clock::duration) override {
  }
  void OnRetry(std::string_view) override {}
  void OnRedirect() override {}
  void OnRefused(UpstreamRefusal) override {}
  void OnBreaker(std::string_view, bool, std::size_t) override {}
  void OnTokenFetched(bool) override {}
};

}  // namespace bw::tool_service
